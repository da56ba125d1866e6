using System.ComponentModel;
using System.Globalization;

namespace IRConStyle.Framework.Configuration;

/// <summary>Converts single configuration values, independent of the machine's language.</summary>
internal static class ScalarBinding
{
    private static readonly HashSet<Type> WholeNumbers =
        [typeof(byte), typeof(sbyte), typeof(short), typeof(ushort), typeof(int), typeof(uint), typeof(long), typeof(ulong)];

    private static readonly HashSet<Type> Numbers = [.. WholeNumbers, typeof(float), typeof(double), typeof(decimal), typeof(Half)];

    /// <summary>Whether values of this type stand in one configuration value.</summary>
    public static bool Handles(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        return type == typeof(string) || type.IsEnum || type == typeof(bool) || Numbers.Contains(type)
            || type == typeof(TimeSpan) || type == typeof(Uri) || type == typeof(Guid);
    }

    /// <summary>Whether values of this type are numbers.</summary>
    public static bool IsNumber(Type type) => Numbers.Contains(Nullable.GetUnderlyingType(type) ?? type);

    /// <summary>Converts a value; false when it does not fit the type.</summary>
    public static bool TryConvert(Type type, string text, out object? value)
    {
        value = null;
        if (Nullable.GetUnderlyingType(type) is { } underlying)
            return text.Length == 0 || TryConvert(underlying, text, out value);
        if (type == typeof(string))
        {
            value = text;
            return true;
        }

        text = text.Trim();
        if (type.IsEnum)
            return Enum.GetNames(type).Contains(text, StringComparer.OrdinalIgnoreCase) && Enum.TryParse(type, text, ignoreCase: true, out value);
        try
        {
            value = TypeDescriptor.GetConverter(type).ConvertFromString(null, CultureInfo.InvariantCulture, text);
            return value is not null;
        }
        catch (Exception exception) when (exception is FormatException or ArgumentException or NotSupportedException or OverflowException)
        {
            return false;
        }
    }

    /// <summary>What values of a type look like, as in "accepted is …".</summary>
    public static string Describe(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type.IsEnum)
            return string.Join(", ", Enum.GetNames(type));
        if (type == typeof(bool))
            return "true or false";
        if (WholeNumbers.Contains(type))
            return type == typeof(ulong) || type == typeof(uint) || type == typeof(byte) || type == typeof(ushort)
                ? "a whole number from 0"
                : "a whole number";
        if (IsNumber(type))
            return "a number";
        return type == typeof(TimeSpan) ? "a duration such as 00:01:30" : type == typeof(string) ? "a text" : $"a {type.Name}";
    }
}
