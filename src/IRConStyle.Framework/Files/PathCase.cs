namespace IRConStyle.Framework.Files;

/// <summary>Whether two paths that differ only by case name one file: as file systems of this system usually have it.</summary>
internal static class PathCase
{
    /// <summary>Compares paths.</summary>
    public static StringComparison Comparison { get; } = OperatingSystem.IsLinux() ? StringComparison.Ordinal : StringComparison.OrdinalIgnoreCase;

    /// <summary>Compares paths in sets and dictionaries.</summary>
    public static StringComparer Comparer { get; } = StringComparer.FromComparison(Comparison);
}
