namespace IRConStyle.Framework.Numerics;

/// <summary>The checksum of PNG chunks and zip records (ISO 3309), four bytes at a time.</summary>
internal static class Crc32
{
    private static readonly uint[][] Tables = Build();

    public static uint Of(ReadOnlySpan<byte> type, ReadOnlySpan<byte> data) => ~Add(Add(~0u, type), data);

    /// <summary>Goes on with a sum that begins as <c>~0u</c> and is inverted at the end.</summary>
    public static uint Add(uint crc, ReadOnlySpan<byte> bytes)
    {
        var (zero, one, two, three) = (Tables[0], Tables[1], Tables[2], Tables[3]);
        for (; bytes.Length >= 4; bytes = bytes[4..])
        {
            crc ^= bytes[0] | (uint)bytes[1] << 8 | (uint)bytes[2] << 16 | (uint)bytes[3] << 24;
            crc = three[crc & 255] ^ two[(crc >> 8) & 255] ^ one[(crc >> 16) & 255] ^ zero[crc >> 24];
        }

        foreach (var value in bytes)
            crc = zero[(crc ^ value) & 255] ^ (crc >> 8);
        return crc;
    }

    private static uint[][] Build()
    {
        var tables = new[] { new uint[256], new uint[256], new uint[256], new uint[256] };
        for (var i = 0u; i < 256; i++)
        {
            var crc = i;
            for (var bit = 0; bit < 8; bit++)
                crc = (crc & 1) != 0 ? 0xEDB88320 ^ (crc >> 1) : crc >> 1;
            tables[0][i] = crc;
        }

        for (var level = 1; level < 4; level++)
            for (var i = 0; i < 256; i++)
                tables[level][i] = tables[level - 1][i] >> 8 ^ tables[0][tables[level - 1][i] & 255];
        return tables;
    }
}
