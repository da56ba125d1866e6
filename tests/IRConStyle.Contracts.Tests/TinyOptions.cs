using System.Globalization;
using IRConStyle.Abstractions;
using IRConStyle.Testing.Plugins;

namespace IRConStyle.Contracts.Tests;

/// <summary>The options of <see cref="SmallOptions"/> as configuration has them.</summary>
internal static class TinyOptions
{
    /// <summary>Keys and values of what is small, or named as a part.</summary>
    /// <param name="options">The options class.</param>
    /// <param name="partFor">A component's name for a contract.</param>
    public static (string Key, object? Value)[] For(Type options, Func<Type, string> partFor)
    {
        var (small, usual) = (SmallOptions.Create(options, partFor), Activator.CreateInstance(options));
        return
        [
            .. from property in options.GetProperties()
               let value = property.GetValue(small)
               where !Equals(Text(value), Text(property.GetValue(usual)))
               select (value is ComponentOptions[] ? $"{property.Name}:0:Name" : property.Name, Text(value)),
        ];
    }

    private static object? Text(object? value) => value switch
    {
        int[] numbers => string.Join(',', numbers),
        ComponentOptions[] parts => string.Join(',', parts.Select(part => part.Name)),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value?.ToString(),
    };
}
