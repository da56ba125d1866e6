using System.Text;

namespace IRConStyle.Framework.Files;

/// <summary>Makes file names that file systems take.</summary>
internal static class FileNames
{
    // Bytes on Linux and most network drives, UTF-16 units on Windows and macOS: what fits the one fits the other.
    private const int Longest = 255;

    /// <summary>A stem with something behind it; the stem loses its end where the whole would be too long.</summary>
    /// <param name="stem">The name's beginning, without folder.</param>
    /// <param name="ending">What follows, extension included.</param>
    public static string Join(string stem, string ending)
    {
        if (Encoding.UTF8.GetByteCount(stem + ending) <= Longest)
            return stem + ending;
        var room = Longest - Encoding.UTF8.GetByteCount(ending);
        var kept = new StringBuilder();
        foreach (var rune in stem.EnumerateRunes())
        {
            room -= rune.Utf8SequenceLength;
            if (room < 0)
                break;
            kept.Append(rune);
        }

        return kept + ending;
    }
}
