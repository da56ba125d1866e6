namespace IRConStyle.Tests;

internal static class Fluent
{
    /// <summary>Does something with a value and goes on with it.</summary>
    public static T Also<T>(this T value, Action<T> action)
    {
        action(value);
        return value;
    }
}
