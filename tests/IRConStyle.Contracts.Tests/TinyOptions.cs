using System.Reflection;
using IRConStyle.Abstractions;

namespace IRConStyle.Contracts.Tests;

/// <summary>
/// Options that make any network small, by the names that widths and depths usually have, and any
/// metric fit for small images. A component whose options are
/// called otherwise runs with its defaults.
/// </summary>
internal static class TinyOptions
{
    private static readonly Dictionary<string, object> Values = new(StringComparer.Ordinal)
    {
        ["Dim"] = 8,
        ["Width"] = 8,
        ["Features"] = 8,
        ["QueueLength"] = 24,
        ["Scales"] = 2,
    };

    public static (string Key, object? Value)[] For(Type options)
        => [.. options.GetProperties().Select(property => (property.Name, Value: Small(property, options))).Where(option => option.Value is not null)];

    /// <summary>One part for components that are made of others and have none by default.</summary>
    /// <param name="options">The component's options.</param>
    /// <param name="partFor">A component's name for a contract.</param>
    public static IEnumerable<(string Key, object? Value)> Parts(Type options, Func<Type, string> partFor)
        => options.GetProperties()
            .Where(property => property.GetValue(Activator.CreateInstance(options)) is ComponentOptions[] { Length: 0 })
            .Select(property => ($"{property.Name}:0:Name", (object?)partFor(property.GetCustomAttribute<ComponentContractAttribute>()!.Contract)));

    private static object? Small(PropertyInfo property, Type options)
    {
        if (Values.TryGetValue(property.Name, out var value) && property.PropertyType == typeof(int))
            return IsAllowed(property, (int)value) ? value : null;
        if (!property.Name.EndsWith("Blocks", StringComparison.Ordinal))
            return null;
        if (property.PropertyType == typeof(int))
            return 1;
        return property.PropertyType == typeof(int[])
            ? string.Join(',', ((int[])property.GetValue(Activator.CreateInstance(options))!).Select(_ => 1))
            : null;
    }

    private static bool IsAllowed(PropertyInfo property, int value)
        => property.GetCustomAttributes<System.ComponentModel.DataAnnotations.RangeAttribute>().All(range => range.IsValid(value));
}
