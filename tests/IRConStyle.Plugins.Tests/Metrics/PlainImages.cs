using TorchSharp;

namespace IRConStyle.Plugins.Tests.Metrics;

/// <summary>Pictures that a formula gives, so that other programs can measure the same ones.</summary>
internal static class PlainImages
{
    /// <summary>Two similar 8-bit images, C×H×W.</summary>
    public static (torch.Tensor Restored, torch.Tensor Clean) Pair(int channels, int height, int width)
    {
        var (clean, restored) = (new byte[channels * height * width], new byte[channels * height * width]);
        var at = 0;
        for (var c = 0; c < channels; c++)
            for (var i = 0; i < height; i++)
                for (var j = 0; j < width; j++, at++)
                {
                    var value = (i * 7 + j * 13 + c * 31 + i * j % 17 * 5) % 256;
                    clean[at] = (byte)value;
                    restored[at] = (byte)Math.Clamp(value + (i * 3 + j * 5 + c * 2 + (i * i + j * 3) % 7 * 4) % 41 - 18, 0, 255);
                }

        return (torch.tensor(restored).view(channels, height, width), torch.tensor(clean).view(channels, height, width));
    }

    /// <summary>A channel as numbers.</summary>
    public static double[,] Plane(torch.Tensor image, int channel)
    {
        var plane = new double[image.shape[1], image.shape[2]];
        var values = image[channel].contiguous().bytes;
        for (var i = 0; i < values.Length; i++)
            plane[i / plane.GetLength(1), i % plane.GetLength(1)] = values[i];
        return plane;
    }

    /// <summary>Y of YCbCr in studio range, 16 to 235.</summary>
    public static double[,] LumaOf(torch.Tensor image)
    {
        var (red, green, blue) = (Plane(image, 0), Plane(image, 1), Plane(image, 2));
        var luma = new double[red.GetLength(0), red.GetLength(1)];
        for (var i = 0; i < luma.GetLength(0); i++)
            for (var j = 0; j < luma.GetLength(1); j++)
                luma[i, j] = 16 + (65.481 * red[i, j] + 128.553 * green[i, j] + 24.966 * blue[i, j]) / 255;
        return luma;
    }
}
