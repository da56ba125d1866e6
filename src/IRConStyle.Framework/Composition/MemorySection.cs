using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace IRConStyle.Framework.Composition;

/// <summary>Configuration sections that stand in no file.</summary>
internal static class MemorySection
{
    /// <summary>A section of this name with the given keys below it; without keys, an empty section.</summary>
    public static IConfigurationSection Create(string name, params (string Key, object? Value)[] entries)
        => new ConfigurationBuilder()
            .AddInMemoryCollection(entries.Select(entry => KeyValuePair.Create(
                ConfigurationPath.Combine(name, entry.Key),
                Convert.ToString(entry.Value, CultureInfo.InvariantCulture))))
            .Build()
            .GetSection(name);
}
