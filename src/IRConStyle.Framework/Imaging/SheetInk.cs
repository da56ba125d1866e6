namespace IRConStyle.Framework.Imaging;

/// <summary>What all sheets look like.</summary>
internal static class SheetInk
{
    public static readonly (byte R, byte G, byte B)
        Background = (38, 40, 43), Rule = (84, 88, 94), Text = (226, 228, 231), Frame = (255, 196, 61);

    /// <summary>Writes a line of text.</summary>
    public static void Write(Picture sheet, string text, int x, int y, int scale)
        => PixelFont.Draw(text, x, y, scale, (dotX, dotY, width, height) => sheet.Fill(dotX, dotY, width, height, Text));
}
