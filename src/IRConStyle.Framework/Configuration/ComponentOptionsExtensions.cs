using System.Globalization;
using IRConStyle.Abstractions;
using Microsoft.Extensions.Configuration;

namespace IRConStyle.Framework.Configuration;

/// <summary>Naming components by code.</summary>
public static class ComponentOptionsExtensions
{
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

    /// <summary>The same component with some of its options set anew; the others stay.</summary>
    /// <param name="component">The component; not changed.</param>
    /// <param name="options">Options by configuration key.</param>
    internal static ComponentOptions With(this ComponentOptions component, params (string Key, object? Value)[] options)
    {
        var section = new SectionNode(component.Options?.Path ?? component.Name);
        foreach (var (path, value) in component.Options?.AsEnumerable(makePathsRelative: true) ?? [])
            if (path.Length > 0 && value is not null)
                section.Set(path, value);
        foreach (var (key, value) in options)
            section.Set(key, Convert.ToString(value, CultureInfo.InvariantCulture));
        return new ComponentOptions { Name = component.Name, Options = section };
    }

    /// <summary>Where a component stands in the configuration; null when it was made by code.</summary>
    internal static string? ConfigurationPath(this ComponentOptions component)
        => component.Options is { Key: ComponentKeys.Options, Path.Length: > 8 } options ? options.Path[..^(ComponentKeys.Options.Length + 1)] : null;
}
