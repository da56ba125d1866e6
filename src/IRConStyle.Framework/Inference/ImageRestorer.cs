using IRConStyle.Framework.Checks;
using IRConStyle.Framework.Imaging;
using IRConStyle.Framework.Pipelines;
using IRConStyle.Framework.Tiling;
using TorchSharp;
using static TorchSharp.torch;

namespace IRConStyle.Framework.Inference;

/// <summary>A restored image file.</summary>
/// <param name="Image">The image, in the likeness of the degraded one.</param>
/// <param name="Notes">What is to be known of how it was restored, each the end of a sentence that begins with the file.</param>
public sealed record RestoredImage(RasterImage Image, IReadOnlyList<string> Notes);

/// <summary>
/// Restores single images of any size with a network: pads, tiles what is too large, and crops back. Image and result lie in
/// the host's memory, only tiles on the device. Safe to use from several threads at once.
/// </summary>
/// <param name="network">The network in evaluation mode, in the type that the options name; stays the caller's.</param>
/// <param name="device">Where the network lies.</param>
/// <param name="options">How to restore.</param>
/// <param name="exact">Opens the same network in float32, for images that a lower precision fails on; null where there is none.</param>
public sealed class ImageRestorer(RestorationNetwork network, Device device, InferenceOptions options, Func<ImageRestorer>? exact = null)
{
    /// <summary>Tiles are not made smaller than this many pixels when memory runs out.</summary>
    private const double LeastTilePixels = 128 * 128;

    /// <summary>Smaller tiles would mostly overlap, so workers side by side do not share the budget any further.</summary>
    private const double SmallTilePixels = 384 * 384;

    private readonly PieceRestorer _pieces = new(network, device, options);

    /// <summary>What the device turned out to hold, once its memory ran out.</summary>
    private double _mostPixels = double.PositiveInfinity;

    /// <summary>Restores one image, whole if half of the machine's memory allows it, for scoring.</summary>
    /// <param name="image">C×H×W float32, nominally in [0,1]; 1 (grey) or 3 (RGB) channels, any H and W from 1 up.</param>
    /// <param name="cancellation">Stops before the next tile.</param>
    /// <returns>C×H×W float32 on the CPU, not clamped, owned by the caller.</returns>
    /// <exception cref="Abstractions.IRConStyleException">The image has several channels, and not as many as the network takes.</exception>
    public Tensor Restore(Tensor image, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(image);
        using var scope = NewDisposeScope();
        return Restore(TileSource.Of(image.cpu()), new RestoreCall(cancellation) { IsMeasured = true }).MoveToOuterDisposeScope();
    }

    /// <summary>Restores the image of a file, within the memory budget.</summary>
    /// <remarks>
    /// A result that is no image (not numbers, or far outside [0,1]) is not returned: a lower precision falls back to float32,
    /// and float32 to the image as it was.
    /// </remarks>
    /// <param name="image">The degraded image.</param>
    /// <param name="progress">Told of the share that is done, from 0 to 1; from any thread.</param>
    /// <param name="cancellation">Stops before the next tile.</param>
    /// <exception cref="Abstractions.IRConStyleException">The network does not take such images.</exception>
    public RestoredImage Restore(RasterImage image, Action<double>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(image);
        using var scope = NewDisposeScope();
        var call = new RestoreCall(cancellation) { Progress = progress };
        var restored = Restore(TileSource.Of(image), call);
        if (OutputGuard.Judge(restored) is not { } fault)
            return new RestoredImage(RasterImage.FromTensor(restored, image), call.Notes);
        if (exact is null)
            return new RestoredImage(image, [.. call.Notes, $"is left as it was, because the network's result {fault}"]);

        restored.Dispose();
        var again = exact().Restore(image, progress, cancellation);
        return again with { Notes = [$"is restored in float32, because the result in {options.Precision} {fault}", .. again.Notes] };
    }

    /// <summary>Whether images of that size are restored whole, and several of them at once within the budget.</summary>
    internal bool IsSmall(int height, int width, int atOnce) =>
        (double)height * width <= MemoryBudget.Pixels(options, network.Backbone.Spec, isMeasured: false, atOnce);

    /// <summary>How many images or tiles are worked on side by side.</summary>
    internal int Workers => options.Workers ?? (device.type == DeviceType.CPU ? get_num_threads() : 1);

    private Tensor Restore(TileSource image, RestoreCall call)
    {
        while (true)
        {
            var most = Math.Min(MemoryBudget.Pixels(options, network.Backbone.Spec, call.IsMeasured), Volatile.Read(ref _mostPixels));
            try
            {
                return Attempt(image, most, call);
            }
            catch (Exception exception) when (MemoryShortage.Caused(exception) && Math.Min(most, image.Height * image.Width) / 2 >= LeastTilePixels)
            {
                Volatile.Write(ref _mostPixels, Math.Min(most, image.Height * image.Width) / 2);
                call.Note("needed smaller tiles, because memory ran out");
            }
        }
    }

    private Tensor Attempt(TileSource image, double most, RestoreCall call)
    {
        if (image.Height * image.Width <= most)
            return RestoreWhole(image);
        var workers = (int)Math.Clamp(most / SmallTilePixels, 1, Workers);
        var grid = TileGrid.Plan(image.Height, image.Width, _pieces.TileMultiple, most / workers, options.TileOverlap);
        return grid.Count == 1 ? RestoreWhole(image) : new TiledRestoration(_pieces, image, grid, call).Run(Math.Min(workers, grid.Count));
    }

    private Tensor RestoreWhole(TileSource image)
    {
        using var scope = NewDisposeScope();
        var (height, width) = (ImagePadding.RoundUp(image.Height, _pieces.SizeMultiple), ImagePadding.RoundUp(image.Width, _pieces.SizeMultiple));
        var restored = _pieces.Restore(image.Cut(new Tile(0, 0, height, width)), latents: null);
        return ImagePadding.Crop(restored, image.Height, image.Width).squeeze(0).contiguous().MoveToOuterDisposeScope();
    }
}
