using IRConStyle.Framework.Imaging;
using IRConStyle.Framework.Numerics;
using Microsoft.Extensions.Options;
using SkiaSharp;

namespace IRConStyle.Framework.Tests.Imaging;

/// <summary>PNG files are made of strips and filtered by vectors, and nothing of it shows.</summary>
public sealed class PngEncoderTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 1)]
    [InlineData(31, 1)]
    [InlineData(257, 3)]
    [InlineData(1000, 4)]
    [InlineData(64, 6)]
    [InlineData(40_003, 8)]
    public void Filters_by_vectors_give_what_the_standard_says(int rowBytes, int pixelBytes)
    {
        var random = new Random(rowBytes);
        var filter = new PngFilter(rowBytes, pixelBytes);
        var (row, above) = (new byte[rowBytes], new byte[rowBytes]);
        // Smooth and noisy rows, so that every filter wins once.
        foreach (var noise in new[] { 0, 2, 256 })
            for (var kind = 0; kind < 5; kind++)
            {
                Fill(row, above, kind, noise, random);
                var (expected, cost) = Enumerable.Range(0, 5).Select(number => Filtered(number, row, above, pixelBytes))
                    .Select(bytes => (Bytes: bytes, Cost: bytes.Skip(1).Sum(value => Math.Abs((int)(sbyte)value)))).MinBy(entry => entry.Cost);
                filter.Best(row, above).ToArray().ShouldBe(expected, $"kind {kind}, noise {noise}, cost {cost}");
            }
    }

    [Theory]
    [InlineData(3, 8, false)]
    [InlineData(1, 8, true)]
    [InlineData(3, 16, true)]
    [InlineData(1, 16, false)]
    public void Many_strips_are_one_stream_whatever_the_threads_and_the_level(int channels, int depth, bool alpha)
    {
        using var folder = new TemporaryDirectory();
        var image = new RasterImage(700, 900, channels, depth, alpha: alpha ? new byte[700 * 900 * depth / 8] : null);
        new Random(5).NextBytes(image.Samples.AsSpan(image.Samples.Length / 3));
        if (image.Alpha is not null)
            new Random(6).NextBytes(image.Alpha);

        foreach (var level in new[] { 0, 1, 6, 9 })
        {
            var files = new[] { 1, 2, 7 }.Select(threads => Written(image, Path.Combine(folder.Path, $"{level}-{threads}.png"), level, threads)).ToArray();
            var contents = files.Select(File.ReadAllBytes).ToArray();
            contents.ShouldAllBe(content => content.SequenceEqual(contents[0]), "threads must not change a byte");

            var read = new ImageCodec(Options.Create(new ImagingOptions())).Read(files[0]);
            read.Samples.ShouldBe(image.Samples);
            read.Alpha.ShouldBe(image.Alpha);
            // Another decoder checks the sum at the end of the stream.
            using var codec = SKCodec.Create(files[0]);
            codec.GetPixels(out _).ShouldBe(SKCodecResult.Success);
        }
    }

    [Fact]
    public void A_higher_level_makes_smaller_files()
    {
        using var folder = new TemporaryDirectory();
        var image = new RasterImage(512, 512, 3);
        for (var i = 0; i < image.Samples.Length; i++)
            image.Samples[i] = (byte)(i / 3 % 512 / 4 + i / 1536 / 7 * 3);
        var sizes = new[] { 0, 1, 9 }.Select(level => new FileInfo(Written(image, Path.Combine(folder.Path, $"{level}.png"), level, 2)).Length).ToArray();
        sizes[1].ShouldBeLessThan(sizes[0]);
        sizes[2].ShouldBeLessThanOrEqualTo(sizes[1]);
    }

    [Theory]
    [InlineData(0, 5)]
    [InlineData(1, 0)]
    [InlineData(70_000, 6_000)]
    public void Sums_of_parts_join(int first, int second)
    {
        var bytes = new byte[first + second];
        new Random(1).NextBytes(bytes);
        Adler32.Join(Adler32.Add(Adler32.Start, bytes.AsSpan(0, first)), Adler32.Add(Adler32.Start, bytes.AsSpan(first)), second)
            .ShouldBe(Adler32.Add(Adler32.Start, bytes));
        Adler32.Add(Adler32.Start, "Wikipedia"u8).ShouldBe(0x11E60398u);
    }

    private static string Written(RasterImage image, string path, int level, int threads)
    {
        new ImageCodec(Options.Create(new ImagingOptions { PngLevel = level, Threads = threads })).Write(path, image);
        return path;
    }

    private static void Fill(byte[] row, byte[] above, int kind, int noise, Random random)
    {
        for (var i = 0; i < row.Length; i++)
        {
            above[i] = (byte)(kind is 0 or 1 ? random.Next(256) : i * kind);
            row[i] = (byte)((kind switch { 0 => 0, 1 => i / 16, 2 => above[i] + 3, 3 => above[i] / 2 + i / 9, _ => above[i] + i / 5 }) + random.Next(noise + 1));
        }
    }

    /// <summary>Section 9 of the standard, byte by byte.</summary>
    private static byte[] Filtered(int filter, byte[] row, byte[] above, int pixelBytes)
    {
        var result = new byte[row.Length + 1];
        result[0] = (byte)filter;
        for (var i = 0; i < row.Length; i++)
        {
            var (a, b, c) = (i < pixelBytes ? 0 : row[i - pixelBytes], (int)above[i], i < pixelBytes ? 0 : above[i - pixelBytes]);
            var p = a + b - c;
            var (pa, pb, pc) = (Math.Abs(p - a), Math.Abs(p - b), Math.Abs(p - c));
            var paeth = pa <= pb && pa <= pc ? a : pb <= pc ? b : c;
            result[i + 1] = (byte)(row[i] - filter switch { 0 => 0, 1 => a, 2 => b, 3 => (a + b) / 2, _ => paeth });
        }

        return result;
    }
}
