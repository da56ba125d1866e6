using IRConStyle.Framework.Imaging;

namespace IRConStyle.Cli.Tests;

/// <summary>Makes small images, and files that only look like images.</summary>
internal static class Pictures
{
    private static readonly ImageCodec Codec = new();

    /// <summary>Writes a smooth coloured picture with some structure.</summary>
    public static string Write(string path, int width = 40, int height = 32, int seed = 1)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var samples = new byte[width * height * 3];
        for (var y = 0; y < height; y++)
            for (var x = 0; x < width; x++)
                for (var channel = 0; channel < 3; channel++)
                    samples[(y * width + x) * 3 + channel] = (byte)(128 + 100 * Math.Sin(0.1 * (seed + channel) * x + 0.17 * y));
        Codec.Write(path, new RasterImage(width, height, 3, samples: samples));
        return path;
    }

    /// <summary>Reads a picture back.</summary>
    public static RasterImage Read(string path) => Codec.Read(path);

    /// <summary>Writes six files with image names that no reader can make an image of.</summary>
    public static string[] WriteBad(string folder)
    {
        Directory.CreateDirectory(folder);
        var good = File.ReadAllBytes(Write(Path.Combine(folder, "good.png"), 64, 64));
        File.Delete(Path.Combine(folder, "good.png"));

        // Width and height of a PNG are eight bytes from offset 16.
        var absurd = (byte[])good.Clone();
        absurd.AsSpan(16, 8).Fill(0x7f);
        var noise = new byte[500];
        new Random(1).NextBytes(noise);
        var files = new Dictionary<string, byte[]>
        {
            ["bad_absurd.png"] = absurd,
            ["bad_empty.png"] = [],
            ["bad_header.png"] = good[..8],
            ["bad_noise.jpg"] = [0xff, 0xd8, 0xff, .. noise],
            ["bad_text.png"] = "This is no image."u8.ToArray(),
            ["bad_truncated.png"] = good[..(good.Length / 2)],
        };
        foreach (var (name, content) in files)
            File.WriteAllBytes(Path.Combine(folder, name), content);
        return [.. files.Keys];
    }
}
