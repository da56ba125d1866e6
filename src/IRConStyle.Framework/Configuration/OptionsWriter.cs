using System.Collections;
using System.Globalization;
using System.Reflection;
using Microsoft.Extensions.Configuration;

namespace IRConStyle.Framework.Configuration;

/// <summary>Turns options objects into configuration: what <see cref="OptionsBinder"/> does, the other way.</summary>
internal static class OptionsWriter
{
    /// <summary>The keys by which an options object differs from its defaults.</summary>
    /// <param name="options">An instance of an options class of plain values and lists of them.</param>
    public static (string Key, object? Value)[] Differences(object options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var defaults = Activator.CreateInstance(options.GetType())!;
        return [.. Properties(options.GetType())
            .Where(property => !AreEqual(property.GetValue(options), property.GetValue(defaults)))
            .SelectMany(property => Write(property.Name, property.GetValue(options)))];
    }

    /// <summary>Whether two instances of an options class hold the same.</summary>
    /// <param name="left">One.</param>
    /// <param name="right">The other, of the same class.</param>
    /// <param name="except">Properties that are not compared.</param>
    public static bool AreEqual(object left, object right, IReadOnlyCollection<string> except)
        => left.GetType() == right.GetType()
            && Properties(left.GetType()).All(property => except.Contains(property.Name) || AreEqual(property.GetValue(left), property.GetValue(right)));

    /// <summary>A property's value for people: <c>1, 2, 4, 8</c>.</summary>
    public static string Show(object options, string property)
        => options.GetType().GetProperty(property)?.GetValue(options) switch
        {
            IEnumerable list and not string => string.Join(", ", list.Cast<object?>().Select(Text)),
            var value => Text(value),
        };

    private static IEnumerable<PropertyInfo> Properties(Type type)
        => type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(property => property.SetMethod is { IsPublic: true } && property.GetIndexParameters().Length == 0)
            .Where(property => property.PropertyType != typeof(IConfigurationSection));

    private static IEnumerable<(string Key, object? Value)> Write(string key, object? value)
    {
        if (value is not IEnumerable list || value is string)
            return [(key, Text(value))];
        var items = list.Cast<object?>().Select((item, index) => (ConfigurationPath.Combine(key, index.ToString(CultureInfo.InvariantCulture)), (object?)Text(item))).ToArray();
        // An empty text is how the binder is told of an empty list.
        return items.Length > 0 ? items : [(key, "")];
    }

    private static bool AreEqual(object? left, object? right)
        => left is IEnumerable some and not string && right is IEnumerable others
            ? some.Cast<object?>().SequenceEqual(others.Cast<object?>())
            : Equals(left, right);

    private static string Text(object? value) => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";
}
