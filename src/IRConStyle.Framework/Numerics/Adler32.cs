namespace IRConStyle.Framework.Numerics;

/// <summary>The checksum of zlib streams (RFC 1950, section 8.2).</summary>
internal static class Adler32
{
    /// <summary>The sum of no bytes.</summary>
    public const uint Start = 1;

    private const uint Modulus = 65521;

    // So many bytes of 255 keep the second sum within 32 bits.
    private const int Run = 5552;

    /// <summary>Goes on with a sum.</summary>
    public static uint Add(uint sum, ReadOnlySpan<byte> bytes)
    {
        var (low, high) = (sum & 0xFFFF, sum >> 16);
        while (!bytes.IsEmpty)
        {
            var run = bytes[..Math.Min(Run, bytes.Length)];
            foreach (var value in run)
            {
                low += value;
                high += low;
            }

            (low, high) = (low % Modulus, high % Modulus);
            bytes = bytes[run.Length..];
        }

        return high << 16 | low;
    }

    /// <summary>The sum of two runs of bytes from the sums of each.</summary>
    /// <param name="first">Of the first.</param>
    /// <param name="second">Of the second, from <see cref="Start"/>.</param>
    /// <param name="secondLength">Bytes of the second.</param>
    public static uint Join(uint first, uint second, long secondLength)
    {
        var length = (ulong)secondLength % Modulus;
        ulong before = first & 0xFFFF;
        var low = (before + (second & 0xFFFF) + Modulus - 1) % Modulus;
        // The start of the second stood in its sum once for each of its bytes; what came before stands there instead.
        var high = (first >> 16) + (ulong)(second >> 16) + length * ((before + Modulus - 1) % Modulus);
        return (uint)(high % Modulus) << 16 | (uint)low;
    }
}
