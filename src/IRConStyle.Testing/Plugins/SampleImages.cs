using System.ComponentModel.DataAnnotations;
using System.Reflection;
using IRConStyle.Framework.Imaging;
using IRConStyle.Testing.Support;

namespace IRConStyle.Testing.Plugins;

/// <summary>
/// Folders of small PNG images for a dataset to be opened on: each text option that it requires names one, with files of the
/// same names in all of them.
/// </summary>
internal sealed class SampleImages : IDisposable
{
    private const int Width = 48, Height = 40, Count = 3;

    private readonly TemporaryFolder _folder = new();

    /// <summary>Where the folders are.</summary>
    public string Path => _folder.Path;

    /// <summary>Makes the folders that a dataset's options require and do not name, and names them.</summary>
    /// <param name="options">The options.</param>
    /// <param name="codec">Writes the images.</param>
    public void Fill(object options, IImageCodec codec)
    {
        foreach (var property in options.GetType().GetProperties())
        {
            if (property.PropertyType != typeof(string) || !property.CanWrite || property.GetCustomAttribute<RequiredAttribute>() is null
                || !string.IsNullOrEmpty((string?)property.GetValue(options)))
                continue;
            var folder = Directory.CreateDirectory(System.IO.Path.Combine(Path, property.Name)).FullName;
            for (var i = 0; i < Count; i++)
                codec.Write(System.IO.Path.Combine(folder, $"image-{i}.png"), Image(i));
            property.SetValue(options, folder);
        }
    }

    public void Dispose() => _folder.Dispose();

    private static RasterImage Image(int index)
    {
        var image = new RasterImage(Width, Height, channels: 3);
        for (var i = 0; i < image.Samples.Length; i++)
            image.Samples[i] = (byte)((i * 7) + (i / Width * (index + 1)));
        return image;
    }
}
