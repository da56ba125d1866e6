using IRConStyle.Abstractions;
using IRConStyle.Framework.Files;
using IRConStyle.Framework.Imaging;

namespace IRConStyle.Framework.Inference;

/// <summary>How results are named, so that none takes the place of an input or of another result.</summary>
internal sealed class OutputNames
{
    private const string SheetEnding = "_compare.png", Fallback = ".png";

    private readonly IImageCodec _codec;
    private readonly string? _extension;

    /// <summary>Checks the format.</summary>
    /// <param name="codec">Knows what can be written.</param>
    /// <param name="format">The extension of all results, with or without its dot; null for each input's.</param>
    /// <exception cref="IRConStyleException">It is not written.</exception>
    public OutputNames(IImageCodec codec, string? format)
    {
        _codec = codec;
        _extension = format is null ? null : "." + format.TrimStart('.').ToLowerInvariant();
        if (_extension is not null && !codec.WritableExtensions.Contains(_extension))
            throw new IRConStyleException($"Images are not written as {format}.", $"Written are {Listed.Replace(".", "", StringComparison.Ordinal)}.");
    }

    private string Listed => string.Join(", ", _codec.WritableExtensions.Order(StringComparer.Ordinal));

    /// <summary>An input's path with the extension of its result. Formats that are only read (BMP) are written as PNG.</summary>
    public string Of(string input)
        => _extension is not null ? Path.ChangeExtension(input, _extension)
            : IsWritten(input) ? input
            : Path.ChangeExtension(input, Fallback);

    /// <summary>Refuses a file as output that cannot be written, or is of another format than asked for.</summary>
    public void Require(string output)
    {
        var extension = Path.GetExtension(output);
        if (!IsWritten(output))
            throw new IRConStyleException(
                $"{output} cannot be written: images are not written as {extension}.",
                $"Written are {Listed}; a directory must exist or have no extension.");
        if (_extension is not null && !string.Equals(extension, _extension, StringComparison.OrdinalIgnoreCase))
            throw new IRConStyleException($"{output} is not named as the format {_extension} that is asked for.", "Give the file that extension, or leave the format out.");
    }

    /// <summary>
    /// Two inputs must not share an output, and no output may be an input. Who keeps its own extension comes first: <c>a.png</c>
    /// becomes <c>a.png</c>, and <c>a.bmp</c> beside it <c>a_2.png</c>.
    /// </summary>
    /// <param name="wanted">Inputs, and the outputs they would have alone.</param>
    /// <param name="notes">Receives who did not get its name.</param>
    /// <exception cref="IRConStyleException">An output is an input.</exception>
    public static IReadOnlyList<RestoreJob> Distinct(IReadOnlyList<(string Input, string Output)> wanted, List<RestoreNote> notes)
    {
        var taken = wanted.Select(job => FileIdentity.Of(job.Input)).ToHashSet(PathCase.Comparer);
        foreach (var (_, output) in wanted)
            if (taken.Contains(FileIdentity.Of(output)))
                throw new IRConStyleException($"{output} is one of the inputs and would be overwritten.", "Choose another --output.");
        var outputs = new string[wanted.Count];
        foreach (var index in Enumerable.Range(0, wanted.Count).OrderBy(index => KeepsExtension(wanted[index]) ? 0 : 1))
        {
            var (input, output) = wanted[index];
            outputs[index] = Free(output, taken);
            if (outputs[index] != output)
                notes.Add(new RestoreNote(input, $"becomes {outputs[index]}, since {output} is the result of another input"));
        }

        return [.. wanted.Select((job, index) => new RestoreJob(job.Input, outputs[index], Free(Sheet(outputs[index]), taken)))];
    }

    private static bool KeepsExtension((string Input, string Output) job)
        => string.Equals(Path.GetExtension(job.Input), Path.GetExtension(job.Output), StringComparison.OrdinalIgnoreCase);

    private static string Sheet(string output)
        => Path.Combine(Path.GetDirectoryName(output) ?? "", FileNames.Join(Path.GetFileNameWithoutExtension(output), SheetEnding));

    private bool IsWritten(string path) => _codec.WritableExtensions.Contains(Path.GetExtension(path).ToLowerInvariant());

    /// <summary>The path, or the first of <c>name_2</c>, <c>name_3</c>, … that nothing else in the plan has.</summary>
    private static string Free(string path, HashSet<string> taken)
    {
        var free = path;
        for (var copy = 2; !taken.Add(FileIdentity.Of(free)); copy++)
            free = Path.Combine(
                Path.GetDirectoryName(path) ?? "",
                FileNames.Join(Path.GetFileNameWithoutExtension(path), $"_{copy}{Path.GetExtension(path)}"));
        return free;
    }
}
