using IRConStyle.Abstractions;

namespace IRConStyle.Plugins.Datasets;

/// <summary>The part of an image that is an image of its own.</summary>
/// <param name="Image">The image's index.</param>
/// <param name="Left">First column.</param>
/// <param name="Top">First row.</param>
/// <param name="Width">Columns; 0 where the part is the whole image.</param>
/// <param name="Height">Rows; 0 where the part is the whole image.</param>
internal readonly record struct SubImage(int Image, int Left, int Top, int Width, int Height)
{
    /// <summary>Whether the part is the whole image, of whatever size.</summary>
    public bool IsWhole => Width == 0;

    /// <summary>What follows the image's name.</summary>
    public string Suffix => IsWhole ? "" : $"#{Left},{Top}";

    /// <summary>Draws a view of the part; for a patch that is larger, the part grows as far as the image goes.</summary>
    /// <param name="image">The image.</param>
    /// <param name="request">Whole part or random patch.</param>
    /// <param name="file">The image's path.</param>
    /// <exception cref="IRConStyleException">The image is smaller than when it was listed.</exception>
    public ImageView Draw(IPixels image, SampleRequest request, string file)
    {
        if (IsWhole)
            return RandomView.Draw(image.Height, image.Width, request);
        if (Left + Width > image.Width || Top + Height > image.Height)
            throw new IRConStyleException(
                $"{file} is {image.Width}×{image.Height} pixels, smaller than when the dataset was opened.", "Leave the images alone while they are used.");
        var (top, height) = Grow(Top, Height, image.Height, request.PatchSize);
        var (left, width) = Grow(Left, Width, image.Width, request.PatchSize);
        var view = RandomView.Draw(height, width, request);
        return view with { Left = view.Left + left, Top = view.Top + top };
    }

    private static (int Start, int Length) Grow(int start, int length, int available, int? patch)
    {
        var grown = Math.Min(Math.Max(length, patch ?? 0), available);
        return (Math.Min(start, available - grown), grown);
    }
}

/// <summary>Sees large images as overlapping sub-images; the last of a row or column ends at the image's border.</summary>
internal static class SubImages
{
    // Headers lie on disks that answer slowly, but more than one at a time.
    private const int Readers = 4;

    /// <summary>The parts of all images, image by image, row by row.</summary>
    /// <param name="paths">The images' full paths.</param>
    /// <param name="options">Size and step.</param>
    /// <param name="context">Reads sizes; a dataset that is only inspected shows whole images.</param>
    public static SubImage[] Of(IReadOnlyList<string> paths, FolderOptions options, DatasetContext context)
    {
        if (options.SubImageSize == 0 || context.IsInspection)
            return [.. paths.Select((_, index) => new SubImage(index, 0, 0, 0, 0))];
        var step = options.SubImageStep > 0 ? options.SubImageStep : Math.Max(1, options.SubImageSize / 2);
        return [.. Enumerable.Range(0, paths.Count).AsParallel().AsOrdered().WithDegreeOfParallelism(Readers)
            .Select(index => Cut(index, SizeOf(paths[index], context.Images), options.SubImageSize, step).ToArray())
            .AsEnumerable().SelectMany(subImages => subImages)];
    }

    /// <summary>The parts of one image; one no larger than the size, or of unknown size, stays whole.</summary>
    internal static IEnumerable<SubImage> Cut(int image, (int Width, int Height)? known, int size, int step)
    {
        if (known is not var (width, height) || (width <= size && height <= size))
        {
            yield return new SubImage(image, 0, 0, 0, 0);
            yield break;
        }

        foreach (var top in Starts(height, size, step))
            foreach (var left in Starts(width, size, step))
                yield return new SubImage(image, left, top, Math.Min(size, width), Math.Min(size, height));
    }

    private static IEnumerable<int> Starts(int length, int size, int step)
    {
        var last = Math.Max(0, length - size);
        for (var start = 0; start < last; start += step)
            yield return start;
        yield return last;
    }

    // An image whose size cannot be read cannot be read later either, where its error belongs to it alone.
    private static (int Width, int Height)? SizeOf(string path, IImageReader reader)
    {
        try
        {
            return reader.ReadSize(path);
        }
        catch (IRConStyleException)
        {
            return null;
        }
    }
}
