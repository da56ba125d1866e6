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
        changed.Strength = Share(Strength, nameof(Strength)) ?? options.Strength;
        changed.Texture = Share(Texture, nameof(Texture)) ?? options.Texture;
        return changed;
    }

    private static double? Share(double? value, string name) => value is null or (>= 0 and <= 1)
        ? value
        : throw new Abstractions.IRConStyleException(
            FormattableString.Invariant($"{name} is {value}."), "Give a number from 0 to 1.");
}
