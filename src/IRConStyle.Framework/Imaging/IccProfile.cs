namespace IRConStyle.Framework.Imaging;

/// <summary>What has to be known of an ICC profile (ICC.1:2022) to pass it on.</summary>
internal static class IccProfile
{
    /// <summary>Profiles of this many bytes or more are not taken over: a few kilobytes of a file could inflate to gigabytes.</summary>
    public const int LargestSize = 16 << 20;

    /// <summary>The profile if it describes grey (1 channel) or RGB (3); null for others, such as that of a CMYK original.</summary>
    public static byte[]? Fitting(byte[]? profile, int channels)
        => profile is { Length: >= 20 and < LargestSize } && profile.AsSpan(16, 4).SequenceEqual(channels == 1 ? "GRAY"u8 : "RGB "u8) ? profile : null;
}
