using System.Text.Json;
using System.Text.Json.Serialization;
using IRConStyle.Framework.Files;

namespace IRConStyle.Evaluation.Data;

/// <summary>What was found in the images of one or several targets.</summary>
/// <param name="Sets">Each target in order.</param>
public sealed record DataInspection(IReadOnlyList<InspectedData> Sets)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    /// <summary>How many errors there are in all.</summary>
    [JsonIgnore]
    public int Errors => Sets.Sum(set => set.Errors);

    /// <summary>Writes everything, each problem and each file by name.</summary>
    /// <param name="path">The file to make or replace.</param>
    /// <exception cref="Abstractions.IRConStyleException">The file cannot be written.</exception>
    public void WriteJson(string path) => AtomicFile.Write(path, stream => JsonSerializer.Serialize(stream, this, Json));
}

/// <summary>What was found in the images of one target.</summary>
/// <param name="Name">The target.</param>
/// <param name="Kind">What it holds.</param>
/// <param name="Count">Images or pairs that were looked at.</param>
/// <param name="Notes">Everything worth a word, in the order of the images.</param>
public sealed record InspectedData(
    string Name,
    [property: JsonConverter(typeof(JsonStringEnumConverter<DataKind>))] DataKind Kind,
    int Count,
    IReadOnlyList<DataNote> Notes)
{
    /// <summary>The sizes of the clean images that could be read; null when none could.</summary>
    public SizeStatistics? Sizes { get; init; }

    /// <summary>How many of the notes are errors.</summary>
    public int Errors => Notes.Count(note => note.Level == NoteLevel.Error);

    /// <summary>How many files were passed over.</summary>
    public int PassedOver => Notes.Count(note => note.Level == NoteLevel.PassedOver);
}

/// <summary>What a dataset holds.</summary>
public enum DataKind
{
    /// <summary>It could not be opened.</summary>
    Unknown,

    /// <summary>Clean images.</summary>
    Clean,

    /// <summary>Degraded images and their clean originals.</summary>
    Pairs,
}

/// <summary>Something about a file or an image.</summary>
/// <param name="Level">How bad it is.</param>
/// <param name="File">The file or the image's name; null where the message says it all.</param>
/// <param name="Message">What it is, as the end of a sentence that begins with the file, or as a sentence of its own.</param>
public sealed record DataNote(
    [property: JsonConverter(typeof(JsonStringEnumConverter<NoteLevel>))] NoteLevel Level, string? File, string Message)
{
    /// <summary>File and message as one line.</summary>
    public override string ToString() => File is null ? Message : $"{File} {Message}";
}

/// <summary>How bad something is.</summary>
public enum NoteLevel
{
    /// <summary>Worth knowing: a pair whose two images are equal.</summary>
    Notice,

    /// <summary>A file that belongs to no pair, on purpose.</summary>
    PassedOver,

    /// <summary>A run over these images would end or leave something out.</summary>
    Error,
}

/// <summary>The sizes of images.</summary>
/// <param name="Smallest">The image with the fewest pixels.</param>
/// <param name="Median">The image in the middle by pixels.</param>
/// <param name="Largest">The image with the most pixels.</param>
/// <param name="Megapixels">The pixels of all images together, in millions.</param>
/// <param name="Distribution">Each size and how often it occurs, the most frequent first.</param>
public sealed record SizeStatistics(
    ImageSize Smallest, ImageSize Median, ImageSize Largest, double Megapixels, IReadOnlyList<SizeCount> Distribution)
{
    /// <summary>Counts sizes; null when there are none.</summary>
    public static SizeStatistics? Of(IEnumerable<ImageSize> sizes)
    {
        ArgumentNullException.ThrowIfNull(sizes);
        ImageSize[] sorted = [.. sizes.OrderBy(size => size.Pixels).ThenBy(size => size.Width)];
        return sorted.Length == 0
            ? null
            : new SizeStatistics(
                sorted[0], sorted[(sorted.Length - 1) / 2], sorted[^1], sorted.Sum(size => size.Pixels) / 1e6,
                [.. sorted.CountBy(size => size).Select(entry => new SizeCount(entry.Key.Width, entry.Key.Height, entry.Value))
                    .OrderByDescending(entry => entry.Count).ThenByDescending(entry => (long)entry.Width * entry.Height)]);
    }
}

/// <summary>The size of an image.</summary>
/// <param name="Width">Columns.</param>
/// <param name="Height">Rows.</param>
public readonly record struct ImageSize(int Width, int Height)
{
    /// <summary>Width times height.</summary>
    [JsonIgnore]
    public long Pixels => (long)Width * Height;

    /// <summary><c>481×321</c>.</summary>
    public override string ToString() => $"{Width}×{Height}";
}

/// <summary>A size and how often it occurs.</summary>
/// <param name="Width">Columns.</param>
/// <param name="Height">Rows.</param>
/// <param name="Count">How many images have it.</param>
public sealed record SizeCount(int Width, int Height, int Count);
