namespace IRConStyle.Framework.Imaging;

/// <summary>
/// Capital letters, digits and a few signs, 5 pixels wide and 7 high: captions look the same on every machine, also on
/// one without fonts.
/// </summary>
internal static class PixelFont
{
    /// <summary>The height of a line at scale 1.</summary>
    public const int Height = 7;

    private const int GlyphWidth = 5, Advance = GlyphWidth + 1;

    // 35 bits each, row by row from the top, the leftmost pixel highest.
    private static readonly Dictionary<char, ulong> Glyphs = new()
    {
        ['A'] = 0x3A31FC631, ['B'] = 0x7A31F463E, ['C'] = 0x3A308422E, ['D'] = 0x7A318C63E, ['E'] = 0x7E10F421F,
        ['F'] = 0x7E10F4210, ['G'] = 0x3A30BC62E, ['H'] = 0x4631FC631, ['I'] = 0x38842108E, ['J'] = 0x1C4210A4C,
        ['K'] = 0x4654C5251, ['L'] = 0x42108421F, ['M'] = 0x4775AC631, ['N'] = 0x47359C631, ['O'] = 0x3A318C62E,
        ['P'] = 0x7A31F4210, ['Q'] = 0x3A318D64D, ['R'] = 0x7A31F5251, ['S'] = 0x3E107043E, ['T'] = 0x7C8421084,
        ['U'] = 0x46318C62E, ['V'] = 0x46318C544, ['W'] = 0x4631AD771, ['X'] = 0x462A22A31, ['Y'] = 0x462A21084,
        ['Z'] = 0x7C222221F, ['0'] = 0x3A33AE62E, ['1'] = 0x11842108E, ['2'] = 0x3A213221F, ['3'] = 0x78217043E,
        ['4'] = 0x08CA97C42, ['5'] = 0x7E1E0862E, ['6'] = 0x3A1E8C62E, ['7'] = 0x7C2222108, ['8'] = 0x3A317462E,
        ['9'] = 0x3A317842E, ['.'] = 0x00000018C, [','] = 0x000003088, ['-'] = 0x000070000, ['+'] = 0x0084F9080,
        ['/'] = 0x042222210, [':'] = 0x018C03180, ['_'] = 0x00000001F, ['('] = 0x088842082, [')'] = 0x208210888,
        ['%'] = 0x672222273, ['='] = 0x001F07C00, ['#'] = 0x295F57D4A, ['?'] = 0x3A2131004,
    };

    /// <summary>The width of a text in pixels.</summary>
    public static int Width(string text, int scale) => Math.Max(0, text.Length * Advance - 1) * scale;

    /// <summary>Draws a text; lower case as capitals, unknown characters as question marks.</summary>
    /// <param name="text">One line.</param>
    /// <param name="x">Left edge.</param>
    /// <param name="y">Top edge.</param>
    /// <param name="scale">Pixels per dot.</param>
    /// <param name="fill">Fills a rectangle: left, top, width, height.</param>
    public static void Draw(string text, int x, int y, int scale, Action<int, int, int, int> fill)
    {
        foreach (var character in text.ToUpperInvariant())
        {
            var glyph = character == ' ' ? 0 : Glyphs.GetValueOrDefault(character, Glyphs['?']);
            for (var bit = 0; bit < GlyphWidth * Height; bit++)
                if ((glyph >> (GlyphWidth * Height - 1 - bit) & 1) != 0)
                    fill(x + bit % GlyphWidth * scale, y + bit / GlyphWidth * scale, scale, scale);
            x += Advance * scale;
        }
    }
}
