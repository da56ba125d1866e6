using System.ComponentModel.DataAnnotations;
using System.Reflection;
using IRConStyle.Abstractions;

namespace IRConStyle.Testing.Plugins;

/// <summary>
/// Options that make any network small, by the names that widths and depths usually have; a component whose options are called
/// otherwise is checked with its defaults, or with what its author sets (<see cref="PluginTestSetup.Configure"/>).
/// </summary>
internal static class SmallOptions
{
    private static readonly Dictionary<string, int> Values = new(StringComparer.Ordinal)
    {
        ["Dim"] = 8,
        ["Width"] = 8,
        ["Features"] = 8,
        ["QueueLength"] = 24,
    };

    /// <summary>Defaults, made small.</summary>
    /// <param name="type">The options class.</param>
    /// <param name="partOf">A component's name for a contract, for components that are made of others and have none by default.</param>
    public static object Create(Type type, Func<Type, string?> partOf)
    {
        var options = Activator.CreateInstance(type)!;
        foreach (var property in type.GetProperties().Where(property => property.CanWrite && property.CanRead))
            if ((Small(property, options) ?? Part(property, options, partOf)) is { } value)
                property.SetValue(options, value);
        return options;
    }

    /// <summary>Whether a component needs others, named in its options, to be anything.</summary>
    /// <param name="type">The options class.</param>
    public static bool NeedsParts(Type type) => type.GetProperties().Any(property => IsEmptyList(property, Activator.CreateInstance(type)!));

    private static object? Small(PropertyInfo property, object options)
    {
        if (property.PropertyType == typeof(int) && Values.TryGetValue(property.Name, out var value))
            return property.GetCustomAttributes<RangeAttribute>().All(range => range.IsValid(value)) ? value : null;
        if (!property.Name.EndsWith("Blocks", StringComparison.Ordinal))
            return null;
        return property.GetValue(options) switch
        {
            int => 1,
            int[] blocks => Enumerable.Repeat(1, blocks.Length).ToArray(),
            _ => null,
        };
    }

    private static Array? Part(PropertyInfo property, object options, Func<Type, string?> partOf)
    {
        if (!IsEmptyList(property, options)
            || property.GetCustomAttribute<ComponentContractAttribute>() is not { } contract || partOf(contract.Contract) is not { } name)
            return null;
        // The list may be of a class of its own, with more to say of each part.
        var element = property.PropertyType.GetElementType()!;
        var part = (ComponentOptions)Activator.CreateInstance(element)!;
        part.Name = name;
        var parts = Array.CreateInstance(element, 1);
        parts.SetValue(part, 0);
        return parts;
    }

    private static bool IsEmptyList(PropertyInfo property, object options) => property.GetValue(options) is ComponentOptions[] { Length: 0 };
}
