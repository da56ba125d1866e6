using BitMiracle.LibTiff.Classic;
using IRConStyle.Abstractions;

namespace IRConStyle.Framework.Imaging;

/// <summary>TIFF 6.0 through LibTiff.NET: the first page.</summary>
internal sealed class TiffFormat : IImageFormat
{
    public string Name => "TIFF";

    public IReadOnlyList<string> Extensions { get; } = [".tif", ".tiff"];

    public bool CanWrite => true;

    public bool Recognises(ReadOnlySpan<byte> content)
        => content.StartsWith("II*\0"u8) || content.StartsWith("MM\0*"u8) || content.StartsWith("II+\0"u8) || content.StartsWith("MM\0+"u8);

    public RasterImage Decode(ImageSource source)
    {
        var file = TiffFile.Open(source, new MemoryStream(source.Content, writable: false));
        var layout = new TiffLayout(file);
        if (file.PageCount > 1)
            source.Note($"first of {file.PageCount} pages");
        return Orientation.Apply(new TiffReader(source, file, layout).Read(TiffMetadata.Read(file)), TiffMetadata.OrientationOf(file.Page));
    }

    public (int Width, int Height) ReadSize(ImageSource source, Stream stream)
    {
        var file = TiffFile.Open(source, stream);
        var (width, height) = TiffLayout.SizeOf(file);
        return Orientation.SizeOf(width, height, TiffMetadata.OrientationOf(file.Page));
    }

    public void Encode(ImageTarget target, RasterImage image)
    {
        TiffErrors.Clear();
        using (var tiff = Tiff.ClientOpen(target.Path, "w", target.Output, new TiffOutput()) ?? throw Refused(target.Path))
        {
            var sampleBytes = image.BitDepth / 8;
            var stored = image.Channels + (image.Alpha is null ? 0 : 1);
            tiff.SetField(TiffTag.IMAGEWIDTH, image.Width);
            tiff.SetField(TiffTag.IMAGELENGTH, image.Height);
            tiff.SetField(TiffTag.BITSPERSAMPLE, image.BitDepth);
            tiff.SetField(TiffTag.SAMPLESPERPIXEL, stored);
            tiff.SetField(TiffTag.PHOTOMETRIC, image.Channels == 1 ? Photometric.MINISBLACK : Photometric.RGB);
            tiff.SetField(TiffTag.PLANARCONFIG, PlanarConfig.CONTIG);
            tiff.SetField(TiffTag.COMPRESSION, Compression.LZW);
            tiff.SetField(TiffTag.PREDICTOR, Predictor.HORIZONTAL);
            tiff.SetField(TiffTag.ORIENTATION, BitMiracle.LibTiff.Classic.Orientation.TOPLEFT);
            tiff.SetField(TiffTag.ROWSPERSTRIP, Math.Max(1, (256 << 10) / (image.Width * stored * sampleBytes)));
            if (image.Alpha is not null)
                tiff.SetField(TiffTag.EXTRASAMPLES, 1, new[] { (short)ExtraSample.UNASSALPHA });
            if (IccProfile.Fitting(image.IccProfile, image.Channels) is { } profile)
                tiff.SetField(TiffTag.ICCPROFILE, profile.Length, profile);

            var row = new byte[image.Width * stored * sampleBytes];
            for (var y = 0; y < image.Height; y++)
            {
                Pack(image, y, row);
                if (!tiff.WriteScanline(row, y))
                    throw Refused(target.Path);
            }
        }

        AddMetadata(target, image.Metadata);
        PngMetadata.NoteLoss(target, image.Metadata);
    }

    /// <summary>Puts a directory behind the library's that holds the metadata, too, and takes its place.</summary>
    private static void AddMetadata(ImageTarget target, ImageMetadata metadata)
    {
        var output = target.Output;
        var file = TiffFile.Open(new ImageSource(target.Path, [], double.MaxValue, "TIFF"), output);
        var entries = new TiffEntries(file.IsLittleEndian);
        var added = TiffMetadata.Entries(metadata, entries);
        if (added.Count == 0)
            return;
        var place = (output.Length + 1) / 2 * 2;
        output.SetLength(place);
        output.Position = place;
        output.Write(entries.Write([.. entries.Take(file, file.Page, _ => true).ExceptBy(added.Select(field => field.Tag), field => field.Tag), .. added], (uint)place));
        output.Position = 4;
        output.Write(entries.Number((uint)place, 4));
    }

    private static void Pack(RasterImage image, int y, byte[] row)
    {
        var sampleBytes = image.BitDepth / 8;
        var colourBytes = image.Channels * sampleBytes;
        var colour = image.Samples.AsSpan(y * image.Width * colourBytes, image.Width * colourBytes);
        if (image.Alpha is null)
        {
            colour.CopyTo(row);
            return;
        }

        var alpha = image.Alpha.AsSpan(y * image.Width * sampleBytes, image.Width * sampleBytes);
        var target = row.AsSpan();
        for (; colour.Length > 0; target = target[(colourBytes + sampleBytes)..])
        {
            colour[..colourBytes].CopyTo(target);
            alpha[..sampleBytes].CopyTo(target[colourBytes..]);
            colour = colour[colourBytes..];
            alpha = alpha[sampleBytes..];
        }
    }

    private static IRConStyleException Refused(string path)
        => new($"{path} cannot be written as TIFF: {TiffErrors.Last ?? "the encoder refused it"}.", "Write PNG instead.");
}

/// <summary>Leaves the stream it writes to open for whoever opened it.</summary>
internal sealed class TiffOutput : TiffStream
{
    public override void Close(object clientData)
    {
    }
}

/// <summary>Keeps what LibTiff.NET would otherwise print to the console.</summary>
internal sealed class TiffErrors : TiffErrorHandler
{
    [ThreadStatic]
    private static string? _last;

    static TiffErrors() => Tiff.SetErrorHandler(new TiffErrors());

    /// <summary>The first error of this thread since <see cref="Clear"/>, which is the cause of those after it.</summary>
    public static string? Last => _last;

    public static void Clear() => _last = null;

    public override void ErrorHandler(Tiff tif, string method, string format, params object[] args)
        => _last ??= args is null ? format : string.Format(System.Globalization.CultureInfo.InvariantCulture, format, args);

    public override void WarningHandler(Tiff tif, string method, string format, params object[] args)
    {
        // Warnings are about tags that do not concern the pixels.
    }
}
