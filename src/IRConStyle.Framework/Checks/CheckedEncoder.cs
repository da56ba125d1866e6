using IRConStyle.Abstractions;
using TorchSharp;

namespace IRConStyle.Framework.Checks;

/// <summary>An encoder whose style codes have the shapes of its <see cref="StyleSpec"/>.</summary>
internal class CheckedEncoder(IStyleEncoder encoder, ComponentOrigin origin) : IStyleEncoder
{
    public StyleSpec Spec { get; } = encoder.Spec ?? throw origin.Fault("does not say what its style codes look like");

    public string StatePrefix => encoder.StatePrefix;

    public torch.nn.Module Module => encoder.Module;

    protected CheckedShapes Shapes { get; } = new();

    public bool IsTrainingState(string stateName) => encoder.IsTrainingState(stateName);

    public StyleCode Encode(torch.Tensor image)
    {
        StyleCode style;
        try
        {
            style = encoder.Encode(image);
        }
        catch (Exception exception) when (ComponentOrigin.IsUnforeseen(exception))
        {
            throw origin.Failure(exception, "encoding");
        }

        if (Shapes.IsNew(image))
        {
            Check(style, image);
            Shapes.Add(image);
        }

        return style;
    }

    protected void Check(StyleCode style, torch.Tensor image)
    {
        if (style is null)
            throw origin.Fault("returned no style code");
        var (count, height, width) = (image.shape[0], image.shape[2], image.shape[3]);
        Check(
            "latents", style.Latents, [.. Spec.LatentSizes.Select(size => new[] { count, size })], image);
        Check(
            "feature maps", style.Features,
            [.. Spec.Features.Select(feature => new[] { count, feature.Channels, Cells(height, feature.Stride), Cells(width, feature.Stride) })], image);

        static long Cells(long pixels, int stride) => (pixels + stride - 1) / stride;
    }

    protected void Check(string what, IReadOnlyList<torch.Tensor> found, long[][] expected, torch.Tensor image)
    {
        if (found.Count != expected.Length || found.Zip(expected).Any(pair => !pair.First.shape.AsSpan().SequenceEqual(pair.Second)))
            throw origin.Fault(
                $"returned {what} of {List(found.Select(tensor => tensor.shape))} for an image of {CheckedShapes.Text(image.shape)}, where {List(expected)} are due");

        static string List(IEnumerable<long[]> shapes) => $"[{string.Join(", ", shapes.Select(shape => CheckedShapes.Text(shape)))}]";
    }
}

/// <summary>The same with its training side.</summary>
internal sealed class CheckedContrastiveEncoder(IContrastiveStyleEncoder encoder, ComponentOrigin origin)
    : CheckedEncoder(encoder, origin), IContrastiveStyleEncoder
{
    // Shapes of pairs are known apart from those of single images.
    private const int Pair = 1;

    private readonly IContrastiveStyleEncoder _encoder = encoder;
    private readonly ComponentOrigin _origin = origin;

    public double Momentum => _encoder.Momentum;

    public IReadOnlyList<FollowedParameter> Followers => _encoder.Followers;

    public ContrastiveOutput EncodePair(torch.Tensor degraded, torch.Tensor clean)
    {
        ContrastiveOutput output;
        try
        {
            output = _encoder.EncodePair(degraded, clean);
        }
        catch (Exception exception) when (ComponentOrigin.IsUnforeseen(exception))
        {
            throw _origin.Failure(exception, "encoding a pair");
        }

        if (Shapes.IsNew(degraded, Pair))
        {
            Check(output, degraded);
            Shapes.Add(degraded, Pair);
        }

        return output;
    }

    public void Enqueue(ContrastiveOutput output)
    {
        try
        {
            _encoder.Enqueue(output);
        }
        catch (Exception exception) when (ComponentOrigin.IsUnforeseen(exception))
        {
            throw _origin.Failure(exception, "filling its queue");
        }
    }

    private void Check(ContrastiveOutput output, torch.Tensor degraded)
    {
        if (output is null)
            throw _origin.Fault("returned nothing for a pair");
        Check(output.Query, degraded);
        var count = degraded.shape[0];
        if (Spec.LatentSizes.Count > 0)
            Check("positive keys", [output.PositiveKey], [[count, Spec.LatentSizes[^1]]], degraded);
        if (output.Logits.shape is not [var rows, > 1] || rows != count)
            throw _origin.Fault($"returned logits of {CheckedShapes.Text(output.Logits.shape)} for {count} images, where a row for each is due");
        Check("labels", [output.Labels], [[count]], degraded);
    }
}
