using IRConStyle.Abstractions;

namespace IRConStyle.Framework.Files;

/// <summary>Something in a folder that is not taken.</summary>
/// <param name="Path">The file or folder.</param>
/// <param name="Reason">Why, as the end of a sentence that begins with the path.</param>
/// <param name="IsUnreadable">Whether it is a folder that could not be listed: files may be missing.</param>
internal sealed record PassedOver(string Path, string Reason, bool IsUnreadable = false);

/// <summary>The files of a folder.</summary>
/// <param name="Files">Regular files, and links to nothing, in ordinal order; the paths begin with the folder as it was given.</param>
/// <param name="PassedOver">What is to be told of.</param>
internal sealed record FolderContent(IReadOnlyList<string> Files, IReadOnlyList<PassedOver> PassedOver);

/// <summary>
/// Lists folders. Each is entered once, under its own name before that of a link to it, so that loops of links end; pipes,
/// sockets and devices are passed over, as is what file managers and archives leave behind; an unreadable folder below
/// does not hide the others.
/// </summary>
/// <param name="list">Lists one folder; null for the file system's own.</param>
internal sealed class FolderWalk(Func<string, IEnumerable<FileSystemInfo>>? list = null)
{
    private static readonly HashSet<string> Litter = new(["Thumbs.db", "ehthumbs.db", "desktop.ini", ".DS_Store", "__MACOSX", "@eaDir"], StringComparer.OrdinalIgnoreCase);

    private static readonly EnumerationOptions All = new() { AttributesToSkip = 0, IgnoreInaccessible = false };

    private readonly Func<string, IEnumerable<FileSystemInfo>> _list = list ?? (folder => new DirectoryInfo(folder).EnumerateFileSystemInfos("*", All));

    /// <summary>Whether folders below are entered.</summary>
    public bool Recursive { get; init; } = true;

    /// <summary>Whether hidden and system files and folders are taken.</summary>
    public bool Hidden { get; init; } = true;

    /// <summary>A folder not to enter.</summary>
    public string? Except { get; init; }

    /// <summary>Whether a name is one that file managers and archives leave behind: <c>._photo.jpg</c>, <c>Thumbs.db</c>.</summary>
    /// <param name="name">Of a file or folder, without path.</param>
    public static bool IsLitter(string name) => name.StartsWith("._", StringComparison.Ordinal) || Litter.Contains(name);

    /// <summary>Lists a folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <exception cref="IRConStyleException">It cannot be listed itself.</exception>
    public FolderContent Walk(string folder)
    {
        var (files, passedOver) = (new List<string>(), new List<PassedOver>());
        var entered = new Dictionary<string, string>(PathCase.Comparer);
        if (Except is not null)
            entered.Add(FileIdentity.Of(Except), "");
        // Of a folder with two names its own is taken, so links wait until all others are through.
        var (folders, links) = (new Queue<string>([folder]), new Queue<string>());
        while (folders.TryDequeue(out var at) || links.TryDequeue(out at))
        {
            if (!entered.TryAdd(FileIdentity.Of(at), at))
            {
                if (entered[FileIdentity.Of(at)] is { Length: > 0 } first)
                    passedOver.Add(new PassedOver(at, $"is another name of {first}, which is searched already"));
                continue;
            }

            if (Entries(at, isRoot: ReferenceEquals(at, folder), passedOver) is not { } entries)
                continue;
            foreach (var entry in entries.OrderBy(entry => entry.Name, StringComparer.Ordinal))
                Sort(entry, Path.Combine(at, entry.Name));
        }

        files.Sort(StringComparer.Ordinal);
        return new FolderContent(files, passedOver);

        void Sort(FileSystemInfo entry, string path)
        {
            if (IsLitter(entry.Name) || (!Hidden && (entry.Attributes & (FileAttributes.Hidden | FileAttributes.System)) != 0))
                return;
            if ((entry.Attributes & FileAttributes.Directory) == 0)
            {
                if (FileIdentity.IsRegular(path))
                    files.Add(path);
                else
                    passedOver.Add(new PassedOver(path, "is a pipe, socket or device, no regular file"));
            }
            else if (Recursive)
            {
                (entry.LinkTarget is null ? folders : links).Enqueue(path);
            }
        }
    }

    private List<FileSystemInfo>? Entries(string folder, bool isRoot, List<PassedOver> passedOver)
    {
        try
        {
            return [.. _list(folder)];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            if (isRoot)
                throw new IRConStyleException($"{folder} cannot be listed: {exception.Message}", "Make the folder readable.", exception);
            passedOver.Add(new PassedOver(folder, $"cannot be listed: {exception.Message}", IsUnreadable: true));
            return null;
        }
    }
}
