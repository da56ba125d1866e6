using System.Globalization;

namespace IRConStyle.Framework.Configuration;

/// <summary>Configuration sections that stand in no file.</summary>
internal static class MemorySection
{
    /// <summary>A section of this name with the given keys below it; without keys, an empty section.</summary>
    public static SectionNode Create(string name, params (string Key, object? Value)[] entries)
    {
        var section = new SectionNode(name);
        foreach (var (key, value) in entries)
            section.Set(key, Convert.ToString(value, CultureInfo.InvariantCulture));
        return section;
    }
}
