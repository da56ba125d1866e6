using System.Buffers.Binary;
using BitMiracle.LibTiff.Classic;

namespace IRConStyle.Framework.Imaging;

/// <summary>
/// The header of a TIFF (TIFF 6.0, section 2) or BigTIFF and its chain of directories. Nothing a file claims is believed
/// before it is compared with the file's length, so no claim takes memory.
/// </summary>
internal sealed class TiffFile
{
    private const int MostEntries = ushort.MaxValue, MostPages = ushort.MaxValue;
    private const uint ReducedResolution = 1, Mask = 4;
    private const uint OldReducedResolution = 2;

    private readonly Stream _stream;

    private TiffFile(ImageSource source, Stream stream, bool littleEndian, bool isBig)
        => (Source, _stream, IsLittleEndian, IsBig, Length) = (source, stream, littleEndian, isBig, stream.Length);

    /// <summary>The file, for messages and the limit.</summary>
    public ImageSource Source { get; }

    /// <summary>Whether numbers, samples of 16 bits among them, begin with their lowest byte.</summary>
    public bool IsLittleEndian { get; }

    /// <summary>Whether counts and offsets have 64 bits.</summary>
    public bool IsBig { get; }

    /// <summary>Bytes in the file.</summary>
    public long Length { get; }

    /// <summary>The directory of the first page that is neither a smaller copy nor a mask of another; if all are, the first.</summary>
    public TiffDirectory Page { get; private set; } = null!;

    /// <summary>How many such pages there are, at least 1; those behind a broken link are not counted.</summary>
    public int PageCount { get; private set; }

    /// <summary>Reads the header and walks the directories.</summary>
    /// <param name="source">The file, for messages and the limit.</param>
    /// <param name="stream">The content from its beginning; seekable.</param>
    public static TiffFile Open(ImageSource source, Stream stream)
    {
        const int BigHeader = 16, Header = 8, BigVersion = 43;
        Span<byte> header = stackalloc byte[BigHeader];
        stream.Position = 0;
        var length = stream.ReadAtLeast(header, header.Length, throwOnEndOfStream: false);
        if (length < Header)
            throw source.Truncated();
        var little = header[0] == (byte)'I';
        var isBig = (little ? BinaryPrimitives.ReadUInt16LittleEndian(header[2..]) : BinaryPrimitives.ReadUInt16BigEndian(header[2..])) == BigVersion;
        if (isBig && length < BigHeader)
            throw source.Truncated();
        var file = new TiffFile(source, stream, little, isBig);
        file.Walk(file.Number(isBig ? header.Slice(8, 8) : header.Slice(4, 4)));
        return file;
    }

    /// <summary>The bytes at a place; null when they do not all lie within the file.</summary>
    /// <param name="offset">Their place.</param>
    /// <param name="count">How many; not more than the file has, so the caller's buffer is as honest as the file.</param>
    public byte[]? Bytes(ulong offset, ulong count)
    {
        if (offset > (ulong)Length || count > (ulong)Length - offset || count > (ulong)Array.MaxLength)
            return null;
        var bytes = new byte[count];
        _stream.Position = (long)offset;
        _stream.ReadExactly(bytes);
        return bytes;
    }

    /// <summary>A whole number of 1, 2, 4 or 8 bytes in the file's order.</summary>
    public ulong Number(ReadOnlySpan<byte> bytes) => bytes.Length switch
    {
        1 => bytes[0],
        2 => IsLittleEndian ? BinaryPrimitives.ReadUInt16LittleEndian(bytes) : BinaryPrimitives.ReadUInt16BigEndian(bytes),
        4 => IsLittleEndian ? BinaryPrimitives.ReadUInt32LittleEndian(bytes) : BinaryPrimitives.ReadUInt32BigEndian(bytes),
        _ => IsLittleEndian ? BinaryPrimitives.ReadUInt64LittleEndian(bytes) : BinaryPrimitives.ReadUInt64BigEndian(bytes),
    };

    /// <summary>The directory at a place; null when there is none.</summary>
    public TiffDirectory? DirectoryAt(ulong place) => ReadDirectory(place, isNeeded: false)?.Directory;

    private void Walk(ulong offset)
    {
        // A chain may bite its own tail: each place is visited once.
        var visited = new HashSet<ulong>();
        // Directories that do not overlap are together no longer than the file.
        var length = 0L;
        TiffDirectory? first = null, page = null;
        while (offset != 0 && length < Length && visited.Count < MostPages && visited.Add(offset))
        {
            // Damage behind the first page costs no image.
            if (ReadDirectory(offset, isNeeded: first is null) is not var (directory, next))
                break;
            first ??= directory;
            if (IsPage(directory))
            {
                page ??= directory;
                PageCount++;
            }

            offset = next;
            length += directory.Length;
        }

        Page = page ?? first ?? throw Source.Damaged("it has no directory");
        PageCount = Math.Max(PageCount, 1);
    }

    private static bool IsPage(TiffDirectory directory)
        => (directory.TryInt(TiffTag.SUBFILETYPE) ?? 0) is var kind && (kind & (ReducedResolution | Mask)) == 0
            && directory.TryInt(TiffTag.OSUBFILETYPE) != OldReducedResolution;

    private (TiffDirectory Directory, ulong Next)? ReadDirectory(ulong offset, bool isNeeded)
    {
        var (countSize, entrySize) = IsBig ? (8, 20) : (2, 12);
        if (Bytes(offset, (ulong)countSize) is not { } head)
            return isNeeded ? throw Source.Truncated() : null;
        var count = Number(head);
        if (count is 0 or > MostEntries)
            return isNeeded ? throw Source.Damaged($"its directory claims {count} entries") : null;
        if (Bytes(offset + (ulong)countSize, count * (ulong)entrySize) is not { } entries)
            return isNeeded ? throw Source.Truncated() : null;
        // Writers have been seen to leave the last link out at the file's end.
        var next = Bytes(offset + (ulong)countSize + (ulong)entries.Length, IsBig ? 8UL : 4UL) is { } link ? Number(link) : 0;
        return (new TiffDirectory(this, entries), next);
    }
}
