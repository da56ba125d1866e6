using System.ComponentModel.DataAnnotations;
using IRConStyle.Framework.Configuration;
using Microsoft.Extensions.Options;

namespace IRConStyle.Framework.Inference;

/// <summary>
/// How a restorer that a program embeds works; configuration section <c>IRConStyle:Restorers:&lt;name&gt;</c>, on top of which comes what
/// the program itself sets by <c>AddRestorer</c>.
/// </summary>
public sealed class RestorerOptions
{
    /// <summary>The key of these options below <c>IRConStyle</c>.</summary>
    public const string SectionKey = "Restorers";

    /// <summary>
    /// Images that are restored at once, each on its share of the threads. One takes the least time for each image, more restore more
    /// images in all. An image that needs tiles has all threads to itself.
    /// </summary>
    [Range(1, 256)]
    public int MaxConcurrency { get; set; } = 1;

    /// <summary>Callers that may wait beside those whose images are being restored; one more fails at once.</summary>
    [Range(0, 1_000_000)]
    public int MaxWaiting { get; set; } = 256;

    /// <summary>Whether the network is opened, and tried on a small image, while the host starts.</summary>
    public bool Warmup { get; set; }

    /// <summary>A weights file instead of the one that the pipeline is configured with.</summary>
    public string? Weights { get; set; }

    /// <summary>auto, cpu, cuda or cuda:n; without it the configured device.</summary>
    public string? Device { get; set; }

    /// <summary>What is computed in; without it as configured at <c>IRConStyle:Inference</c>, as is all that follows.</summary>
    public InferencePrecision? Precision { get; set; }

    /// <summary>Restores each image in all eight orientations and takes the mean.</summary>
    public bool? Ensemble { get; set; }

    /// <summary>How much of the restoration to apply.</summary>
    [Range(0.0, 1.0)]
    public double? Strength { get; set; }

    /// <summary>How much to give back of what was removed and is finer than about two pixels.</summary>
    [Range(0.0, 1.0)]
    public double? Texture { get; set; }

    internal InferenceChanges Changes => new() { Precision = Precision, Ensemble = Ensemble, Strength = Strength, Texture = Texture };
}

/// <summary>Checks restorers' options wherever they come from, and what the configuration says of any.</summary>
/// <param name="sections">The configured ones.</param>
internal sealed class RestorerOptionsCheck(NamedSections<RestorerOptions> sections) : IValidateOptions<RestorerOptions>, IConfigurationCheck
{
    public ValidateOptionsResult Validate(string? name, RestorerOptions options)
    {
        // Thrown rather than returned: all wrong options are errors of one type.
        OptionsBounds.Require(options, sections.PathOf(name ?? ""));
        return ValidateOptionsResult.Success;
    }

    public void Check(List<ConfigurationError> errors)
    {
        foreach (var name in sections.Names)
            sections.TryBind(name, errors);
    }
}
