using IRConStyle.Abstractions;
using IRConStyle.Framework.Native;

namespace IRConStyle.Framework.Checkpoints;

/// <summary>What to convert.</summary>
/// <param name="Input">A checkpoint of any known format.</param>
/// <param name="Output">The file to make: <c>.safetensors</c>, or <c>.pth</c> or <c>.pt</c> for PyTorch's format.</param>
public sealed record ConvertRequest(string Input, string Output)
{
    /// <summary>What of the input to take; null for what is meant by default, see <see cref="CheckpointFile.Open"/>.</summary>
    public PartChoice? Part { get; init; }

    /// <summary>
    /// The key to put the state dictionary under in PyTorch's format, such as <c>params</c>; null for a bare one, which has no
    /// place for metadata.
    /// </summary>
    public string? Wrap { get; init; }

    /// <summary>Whether an existing output may be replaced.</summary>
    public bool Replace { get; init; }
}

/// <summary>What was converted.</summary>
/// <param name="Format">The input's format, for people.</param>
/// <param name="Section">The section taken; empty when the input has none or its root was taken.</param>
/// <param name="Tensors">How many tensors were written.</param>
/// <param name="Elements">How many numbers they hold.</param>
public sealed record ConvertResult(string Format, string Section, int Tensors, long Elements);

/// <summary>Converts checkpoints between formats: names, values and element types stay as they are. One tensor is in memory at a time.</summary>
public static class CheckpointConverter
{
    /// <summary>Converts a checkpoint.</summary>
    /// <param name="request">What to convert.</param>
    /// <param name="stop">Cancelled when the user wants to stop; no output is then left.</param>
    /// <exception cref="IRConStyleException">The input is no checkpoint or holds no tensors; the output exists, is the input, or cannot be written.</exception>
    public static ConvertResult Convert(ConvertRequest request, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        var toPyTorch = IsPyTorch(request.Output);
        if (request.Wrap is not null && !toPyTorch)
            throw new IRConStyleException($"{request.Output} cannot wrap its weights: safetensors files have no sections.", "Leave the wrapping key out.");
        CheckPlace(request);

        TorchNative.EnsureLoaded();
        using var reader = CheckpointFile.Open(request.Input, request.Part);
        if (reader.Entries.Count == 0)
            throw new IRConStyleException($"{request.Input} holds no tensors.", "Choose a file with weights.");
        var sources = reader.Entries.Values.Select(entry => new CheckpointSource(entry, () =>
        {
            stop.ThrowIfCancellationRequested();
            return reader.Read(entry.Name);
        })).ToArray();
        if (toPyTorch)
            PyTorchWriter.WriteOneByOne(request.Output, sources, request.Wrap, reader.Metadata);
        else
            SafeTensorsWriter.WriteOneByOne(request.Output, sources, reader.Metadata);
        return new ConvertResult(
            reader.Format,
            reader.Section,
            sources.Length,
            sources.Sum(source => source.Entry.Elements));
    }

    private static bool IsPyTorch(string output) => Path.GetExtension(output).ToUpperInvariant() switch
    {
        ".PTH" or ".PT" => true,
        ".SAFETENSORS" => false,
        _ => throw new IRConStyleException($"{output} does not say its format.", "Name it .safetensors, .pth or .pt."),
    };

    private static void CheckPlace(ConvertRequest request)
    {
        if (Target(request.Input) == Target(request.Output))
            throw new IRConStyleException($"{request.Output} is the input itself.", "Choose another name for the output.");
        if (File.Exists(request.Output) && !request.Replace)
            throw new IRConStyleException($"{request.Output} exists already.", "Choose another name, or ask for it to be replaced (--force).");
    }

    // A link to the input is the input.
    private static string Target(string path)
    {
        try
        {
            return File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? Path.GetFullPath(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return Path.GetFullPath(path);
        }
    }
}
