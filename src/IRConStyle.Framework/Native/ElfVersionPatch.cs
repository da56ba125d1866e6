using System.Buffers.Binary;
using System.Text;

namespace IRConStyle.Framework.Native;

/// <summary>
/// Marks a symbol-version requirement of an ELF shared library as weak, so that the dynamic linker accepts a system
/// library that lacks the version. Sound only for versions whose symbols are never called; see
/// <see cref="TorchNative"/> for the one use.
/// </summary>
/// <remarks>
/// Layout: ELF-64 little endian; section <c>.gnu.version_r</c> (type 0x6ffffffe) is a chain of Verneed records
/// (version, count, file, aux, next), each with a chain of 16-byte Vernaux records (hash, flags, other, name, next).
/// </remarks>
internal static class ElfVersionPatch
{
    private const uint SectionTypeVerneed = 0x6ffffffe;
    private const ushort FlagWeak = 0x2;

    private static ReadOnlySpan<byte> Magic => [0x7f, (byte)'E', (byte)'L', (byte)'F'];

    /// <summary>Sets the weak flag on one required version.</summary>
    /// <param name="image">The library's bytes; changed in place.</param>
    /// <param name="version">The version's name, for example <c>GLIBCXX_3.4.32</c>.</param>
    /// <returns>How many records were marked; 0 when the file is no ELF-64 library or does not require the version.</returns>
    public static int MarkWeak(Span<byte> image, string version)
    {
        if (image.Length < 64 || !image[..4].SequenceEqual(Magic) || image[4] != 2 || image[5] != 1)
            return 0;

        var sectionTable = checked((int)BinaryPrimitives.ReadInt64LittleEndian(image[0x28..]));
        int entrySize = BinaryPrimitives.ReadUInt16LittleEndian(image[0x3a..]);
        int sections = BinaryPrimitives.ReadUInt16LittleEndian(image[0x3c..]);
        var marked = 0;
        for (var i = 0; i < sections; i++)
        {
            var header = image[(sectionTable + i * entrySize)..];
            if (BinaryPrimitives.ReadUInt32LittleEndian(header[4..]) != SectionTypeVerneed)
                continue;

            var offset = checked((int)BinaryPrimitives.ReadInt64LittleEndian(header[0x18..]));
            var stringSection = checked((int)BinaryPrimitives.ReadUInt32LittleEndian(header[0x28..]));
            var strings = checked((int)BinaryPrimitives.ReadInt64LittleEndian(
                image[(sectionTable + stringSection * entrySize + 0x18)..]));
            marked += MarkChain(image, offset, strings, version);
        }

        return marked;
    }

    private static int MarkChain(Span<byte> image, int need, int strings, string version)
    {
        var marked = 0;
        while (true)
        {
            int count = BinaryPrimitives.ReadUInt16LittleEndian(image[(need + 2)..]);
            var aux = need + BinaryPrimitives.ReadInt32LittleEndian(image[(need + 8)..]);
            for (var i = 0; i < count; i++)
            {
                var name = strings + BinaryPrimitives.ReadInt32LittleEndian(image[(aux + 8)..]);
                if (ReadString(image[name..]) == version)
                {
                    var flags = BinaryPrimitives.ReadUInt16LittleEndian(image[(aux + 4)..]);
                    BinaryPrimitives.WriteUInt16LittleEndian(image[(aux + 4)..], (ushort)(flags | FlagWeak));
                    marked++;
                }

                aux += BinaryPrimitives.ReadInt32LittleEndian(image[(aux + 12)..]);
            }

            var next = BinaryPrimitives.ReadInt32LittleEndian(image[(need + 12)..]);
            if (next == 0)
                return marked;
            need += next;
        }
    }

    private static string ReadString(ReadOnlySpan<byte> from) => Encoding.ASCII.GetString(from[..from.IndexOf((byte)0)]);
}
