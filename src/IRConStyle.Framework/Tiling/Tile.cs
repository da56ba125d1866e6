namespace IRConStyle.Framework.Tiling;

/// <summary>A rectangle of an image in pixels.</summary>
/// <param name="Top">The first row.</param>
/// <param name="Left">The first column.</param>
/// <param name="Height">Rows.</param>
/// <param name="Width">Columns.</param>
public readonly record struct Tile(long Top, long Left, long Height, long Width);
