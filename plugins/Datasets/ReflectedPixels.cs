using IRConStyle.Abstractions;
using TorchSharp;

namespace IRConStyle.Plugins.Datasets;

/// <summary>Views that reach beyond an image's right and lower border, where patches are larger than it.</summary>
internal static class ReflectedPixels
{
    /// <summary>Cuts a view out; what lies beyond the image is its reflection, the border itself not repeated, as often as it takes.</summary>
    /// <param name="image">The image.</param>
    /// <param name="view">One that lies within the image, or begins at its first row or column where it is higher or wider.</param>
    /// <returns>3×H×W float32 in [0,1], owned by the caller, in no dispose scope.</returns>
    public static torch.Tensor Show(this IPixels image, ImageView view)
    {
        var (height, width) = (Math.Min(view.Height, image.Height - view.Top), Math.Min(view.Width, image.Width - view.Left));
        if (height == view.Height && width == view.Width)
            return image.Cut(view);
        using var scope = torch.NewDisposeScope();
        using var part = image.Cut(new ImageView(view.Top, view.Left, height, width));
        var shown = part
            .index_select(1, torch.tensor(Places(view.Height, height, view.FlipVertically)))
            .index_select(2, torch.tensor(Places(view.Width, width, view.FlipHorizontally)));
        return (view.Transpose ? shown.transpose(1, 2).contiguous() : shown).DetachFromDisposeScope();
    }

    /// <summary>Which row or column of the image each one of the view shows.</summary>
    private static long[] Places(int count, int length, bool flip)
    {
        var period = Math.Max(1, 2 * (length - 1));
        return [.. Enumerable.Range(0, count).Select(place =>
        {
            var within = (flip ? count - 1 - place : place) % period;
            return (long)(within < length ? within : period - within);
        })];
    }
}
