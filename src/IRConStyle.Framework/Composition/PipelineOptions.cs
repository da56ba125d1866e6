using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Configuration;

namespace IRConStyle.Framework.Composition;

/// <summary>A pipeline: which components restore an image, how they are scored and how they are trained.</summary>
public sealed class PipelineOptions
{
    /// <summary>The injection used when an encoder is set and no injection is named.</summary>
    public const string DefaultInjection = "paper";

    /// <summary>One line for lists.</summary>
    public string Summary { get; set; } = "";

    /// <summary>
    /// The pipeline this one takes every key from that it does not set itself, but summary and weights; a list, and the
    /// options of a component of another name, are not mixed. Null for a pipeline that stands alone.
    /// </summary>
    public string? BasedOn { get; set; }

    /// <summary>The style encoder; null for a network without style.</summary>
    public ComponentOptions? Encoder { get; set; }

    /// <summary>How style enters the backbone; <c>paper</c> when an encoder is set and this is null.</summary>
    public ComponentOptions? Injection { get; set; }

    /// <summary>The network from degraded to restored image.</summary>
    public ComponentOptions Backbone { get; set; } = new();

    /// <summary>The weights file; a relative path is below the program's directory. Null for a network still to be trained.</summary>
    public string? Weights { get; set; }

    /// <summary>The metrics reported by evaluation and validation, by name.</summary>
    public string[] Metrics { get; set; } = ["psnr", "ssim"];

    /// <summary>How the network is trained.</summary>
    public TrainingOptions Training { get; set; } = new();

    /// <summary>The full path of <see cref="Weights"/>; null when there is none.</summary>
    public string? WeightsPath => string.IsNullOrWhiteSpace(Weights) ? null : Path.GetFullPath(Weights, AppContext.BaseDirectory);
}

/// <summary>A component by name, with the options its factory asks for.</summary>
public class ComponentOptions
{
    private const string OptionsKey = "Options";

    /// <summary>The name a plugin registered it under.</summary>
    [Required]
    public string Name { get; set; } = "";

    /// <summary>The component's own keys; null for defaults throughout.</summary>
    /// <remarks>
    /// Bound to the factory's <see cref="Abstractions.IComponentFactory{TComponent}.OptionsType"/> when the component is built.
    /// </remarks>
    public IConfigurationSection? Options { get; set; }

    /// <summary>Where this component stands in the configuration; null when it was made by code.</summary>
    internal string? ConfigurationPath
        => Options is { Key: OptionsKey, Path.Length: > 8 } ? ConfigurationPathOf(Options.Path) : null;

    /// <summary>Names a component by code.</summary>
    /// <param name="name">The name a plugin registered it under.</param>
    /// <param name="options">
    /// Its options by configuration key, for example <c>("Dim", 32)</c> or <c>("Blocks:0", 4)</c>.
    /// </param>
    public static ComponentOptions Of(string name, params (string Key, object? Value)[] options)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(options);
        return new ComponentOptions { Name = name, Options = MemorySection.Create(name, options) };
    }

    private static string ConfigurationPathOf(string optionsPath) => optionsPath[..^(OptionsKey.Length + 1)];
}
