using IRConStyle.Abstractions;

namespace IRConStyle.Framework.Configuration;

/// <summary>What is wrong in a configuration: everything that was found, not the first thing alone.</summary>
public sealed class ConfigurationException : IRConStyleException
{
    /// <summary>Creates the error.</summary>
    /// <param name="errors">At least one problem.</param>
    public ConfigurationException(IReadOnlyList<ConfigurationError> errors)
        : base(Describe(errors)) => Errors = errors;

    /// <summary>Creates an error without text; for serializers and analyzers only.</summary>
    public ConfigurationException()
    {
    }

    /// <summary>Creates an error that stands for itself.</summary>
    /// <param name="message">Which option, and what is wrong with it.</param>
    public ConfigurationException(string message)
        : base(message)
    {
    }

    /// <summary>Creates an error that stands for itself, with its technical cause.</summary>
    /// <param name="message">Which option, and what is wrong with it.</param>
    /// <param name="innerException">The technical cause.</param>
    public ConfigurationException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Each problem with its path.</summary>
    public IReadOnlyList<ConfigurationError> Errors { get; } = [];

    private static string Describe(IReadOnlyList<ConfigurationError> errors)
    {
        ArgumentNullException.ThrowIfNull(errors);
        return errors.Count == 1
            ? $"Configuration: {errors[0]}"
            : $"The configuration has {errors.Count} errors:{string.Concat(errors.Select(error => $"\n  {error}"))}";
    }
}

/// <summary>One problem in a configuration.</summary>
/// <param name="Path">The full key, for example <c>IRConStyle:Pipelines:denoise:Backbone:Options:Dim</c>.</param>
/// <param name="Value">What stands there; null when nothing does or the problem is the key itself.</param>
/// <param name="Problem">What is wrong and what is accepted.</param>
public sealed record ConfigurationError(string Path, string? Value, string Problem)
{
    /// <inheritdoc/>
    public override string ToString() => Value is null ? $"{Path}: {Problem}." : $"{Path} = '{Value}': {Problem}.";
}
