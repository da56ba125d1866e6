using IRConStyle.Abstractions;
using IRConStyle.Framework.Configuration;
using IRConStyle.Framework.Imaging;
using IRConStyle.Framework.Pipelines;
using IRConStyle.Framework.Plugins;
using TorchSharp;

namespace IRConStyle.Evaluation.Data;

/// <summary>Draws one image under many degradations, so that one sees what a training would see.</summary>
/// <param name="factory">Builds degradations.</param>
/// <param name="names">Knows which there are.</param>
/// <param name="catalogue">Knows their options.</param>
public sealed class DegradationGallery(IPipelineFactory factory, NamedDegradations names, ComponentCatalogue catalogue)
{
    private const int LargestSide = 208;

    /// <summary>How many draws of each degradation a gallery shows.</summary>
    public const int Draws = 3;

    /// <summary>All degradations that need no options to be given.</summary>
    public IReadOnlyList<string> Names => [.. names.Names.Where(RunsAsItIs)];

    /// <summary>Draws a gallery: the image, and some draws of each degradation.</summary>
    /// <param name="clean">The image; its middle is shown where it is larger than 208 pixels a side.</param>
    /// <param name="degradations">What to show.</param>
    /// <param name="seed">The first draw's seed; the others follow.</param>
    /// <exception cref="IRConStyleException">A degradation is unknown, or needs options.</exception>
    public RasterImage Draw(RasterImage clean, IReadOnlyList<string> degradations, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(clean);
        ArgumentNullException.ThrowIfNull(degradations);
        // All are built before the first is applied: a wrong name is told at once.
        var built = degradations.Select(name => (Name: name, Degradation: factory.CreateDegradation(new ComponentOptions { Name = name }))).ToList();
        using var scope = torch.NewDisposeScope();
        var image = Middle(clean.ToTensor());
        Thumbnail[] drawn =
        [
            .. built.Select(entry => new Thumbnail(entry.Name, $"seeds {seed} to {seed + Draws - 1}", [.. Enumerable.Range(0, Draws).Select(draw =>
            {
                using var degraded = entry.Degradation.Apply(image, seed + (ulong)draw);
                return RasterImage.FromTensor(degraded);
            })])),
        ];
        return ThumbnailSheet.Draw("degradations", [new Thumbnail("clean", "", [RasterImage.FromTensor(image)]), .. drawn]);
    }

    private bool RunsAsItIs(string name)
    {
        var resolved = names.Resolve(new ComponentOptions { Name = name });
        var errors = new List<ConfigurationError>();
        OptionsBinder.TryBind(catalogue.Get<IDegradation>(resolved.Name).OptionsType, resolved.Options ?? MemorySection.Create(name), errors);
        return errors.Count == 0;
    }

    private static torch.Tensor Middle(torch.Tensor image)
    {
        var (height, width) = (Math.Min(image.shape[1], LargestSide), Math.Min(image.shape[2], LargestSide));
        return image.narrow(1, (image.shape[1] - height) / 2, height).narrow(2, (image.shape[2] - width) / 2, width).contiguous();
    }
}
