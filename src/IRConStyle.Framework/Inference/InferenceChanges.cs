using IRConStyle.Framework.Configuration;
using Microsoft.Extensions.Configuration;

namespace IRConStyle.Framework.Inference;

/// <summary>What a caller wants otherwise than configured; null is as configured. See <see cref="InferenceOptions"/>.</summary>
public sealed record InferenceChanges
{
    /// <summary>See <see cref="InferenceOptions.Precision"/>.</summary>
    public InferencePrecision? Precision { get; init; }

    /// <summary>See <see cref="InferenceOptions.Ensemble"/>.</summary>
    public bool? Ensemble { get; init; }

    /// <summary>See <see cref="InferenceOptions.Strength"/>.</summary>
    public double? Strength { get; init; }

    /// <summary>See <see cref="InferenceOptions.Texture"/>.</summary>
    public double? Texture { get; init; }

    /// <summary>The configured options with the changes.</summary>
    /// <param name="options">The configured ones; not changed.</param>
    /// <exception cref="Abstractions.IRConStyleException">A value is out of its range.</exception>
    public InferenceOptions ApplyTo(InferenceOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var changed = options.Copy();
        changed.Precision = Precision ?? options.Precision;
        changed.Ensemble = Ensemble ?? options.Ensemble;
        changed.Strength = Strength ?? options.Strength;
        changed.Texture = Texture ?? options.Texture;
        OptionsBounds.Require(changed, ConfigurationPath.Combine(FrameworkSection.Name, InferenceOptions.SectionKey));
        return changed;
    }
}
