using TorchSharp;
using static TorchSharp.torch;

namespace IRConStyle.Framework.Tiling;

/// <summary>Pads images to the size a backbone asks for, and crops back.</summary>
public static class ImagePadding
{
    /// <summary>
    /// Extends an image to the right and at the bottom to the next multiple, by reflection as in the authors' code. Where the
    /// image is too small to be reflected (an image of one row, say), its last row or column is repeated instead.
    /// </summary>
    /// <param name="image">N×C×H×W.</param>
    /// <param name="multiple">Height and width become multiples of this.</param>
    /// <returns>N×C×H'×W', owned by the caller; the image itself, as another handle, when nothing is to be added.</returns>
    public static Tensor ToMultiple(Tensor image, int multiple)
    {
        ArgumentNullException.ThrowIfNull(image);
        using var scope = NewDisposeScope();
        return Extend(image, RoundUp(image.shape[2], multiple), RoundUp(image.shape[3], multiple)).MoveToOuterDisposeScope();
    }

    /// <summary>Extends an image likewise to a size of its own.</summary>
    /// <param name="image">N×C×H×W.</param>
    /// <param name="height">H', not less than H.</param>
    /// <param name="width">W', not less than W.</param>
    /// <returns>N×C×H'×W', owned by the caller; the image itself, as another handle, when nothing is to be added.</returns>
    public static Tensor Extend(Tensor image, long height, long width)
    {
        ArgumentNullException.ThrowIfNull(image);
        using var scope = NewDisposeScope();
        return Extend(Extend(image.alias(), 3, width - image.shape[3]), 2, height - image.shape[2]).MoveToOuterDisposeScope();
    }

    /// <summary>Cuts an image to its upper left part.</summary>
    /// <param name="image">N×C×H'×W'.</param>
    /// <param name="height">Rows to keep.</param>
    /// <param name="width">Columns to keep.</param>
    /// <returns>A view N×C×height×width, owned by the caller.</returns>
    public static Tensor Crop(Tensor image, long height, long width)
    {
        ArgumentNullException.ThrowIfNull(image);
        using var scope = NewDisposeScope();
        return image.narrow(2, 0, height).narrow(3, 0, width).MoveToOuterDisposeScope();
    }

    /// <summary>The next multiple from a size on.</summary>
    internal static long RoundUp(long size, long multiple) => (size + multiple - 1) / multiple * multiple;

    private static Tensor Extend(Tensor image, int dimension, long amount)
    {
        if (amount == 0)
            return image;

        var mode = amount < image.shape[dimension] ? PaddingModes.Reflect : PaddingModes.Replicate;
        return nn.functional.pad(image, dimension == 3 ? [0, amount, 0, 0] : [0, 0, 0, amount], mode);
    }
}
