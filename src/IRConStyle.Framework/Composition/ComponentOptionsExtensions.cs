using IRConStyle.Abstractions;

namespace IRConStyle.Framework.Composition;

/// <summary>Naming components by code.</summary>
public static class ComponentOptionsExtensions
{
    private const string OptionsKey = nameof(ComponentOptions.Options);

    extension(ComponentOptions)
    {
        /// <summary>Names a component by code: <c>ComponentOptions.Of("restormer", ("Dim", 32))</c>.</summary>
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
    }

    /// <summary>Where a component stands in the configuration; null when it was made by code.</summary>
    internal static string? ConfigurationPath(this ComponentOptions component)
        => component.Options is { Key: OptionsKey, Path.Length: > 8 } options ? options.Path[..^(OptionsKey.Length + 1)] : null;
}
