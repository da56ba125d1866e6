namespace IRConStyle.Abstractions;

/// <summary>Which part of an image is wanted, and how it is turned: cropped, then flipped, then transposed.</summary>
/// <param name="Top">First row.</param>
/// <param name="Left">First column.</param>
/// <param name="Height">Rows of the part.</param>
/// <param name="Width">Columns of the part.</param>
/// <param name="FlipHorizontally">Mirror left and right.</param>
/// <param name="FlipVertically">Mirror top and bottom.</param>
/// <param name="Transpose">Swap rows and columns, which with the flips gives all rotations.</param>
public readonly record struct ImageView(
    int Top, int Left, int Height, int Width, bool FlipHorizontally = false, bool FlipVertically = false, bool Transpose = false);
