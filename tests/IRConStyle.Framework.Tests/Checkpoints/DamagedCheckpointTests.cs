using System.Buffers.Binary;
using System.Text;
using IRConStyle.Abstractions;
using IRConStyle.Framework.Checkpoints;
using TorchSharp;

namespace IRConStyle.Framework.Tests.Checkpoints;

/// <summary>Files with random damage end in all their tensors or in an error for the user, soon and in little memory.</summary>
public sealed class DamagedCheckpointTests : IDisposable
{
    private const long MemoryLimit = 256 << 20;

    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(1);
    private static readonly byte[] Opcodes = Encoding.Latin1.GetBytes("()]}(tlde.auscRbQNJKMGXUTBC012qhrjILF\u0080\u0085\u0086\u0087\u0088\u0089\u008a\u008b\u008c\u008d\u008e\u008f\u0090\u0091\u0093\u0094\u0095");

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("dtype_zoo.pth", 1100)]
    [InlineData("tiny_training.state", 500)]
    [InlineData("state_dict_protocol4.pth", 500)]
    [InlineData("dtype_zoo_legacy.pth", 1300)]
    [InlineData("state_dict_protocol1_legacy.pth", 800)]
    [InlineData("safetensors", 2100)]
    public void Damaged_files_end_in_tensors_or_in_a_clear_error(string file, int variants)
    {
        var original = file == "safetensors" ? SafeTensors() : File.ReadAllBytes(SharedData.Golden("pth", file));
        var random = new Random(file.Length);
        var refused = 0;
        for (var i = 0; i < variants; i++)
            refused += Check(Damage(original, random), $"{file}, variant {i}") ? 1 : 0;

        // Damage to numbers goes unseen in every format; most other damage must not.
        refused.ShouldBeGreaterThan(variants / 4);
    }

    private bool Check(byte[] content, string what)
    {
        var path = _directory.File("x.pth");
        File.WriteAllBytes(path, content);
        var isRefused = false;
        ProcessorTime.ShouldStayBelow(TimeLimit, () => isRefused = Read(path, what), what);
        return isRefused;
    }

    private static bool Read(string path, string what)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var isRefused = false;
        try
        {
            using var reader = CheckpointFile.Open(path);
            foreach (var entry in reader.Entries.Values)
            {
                using var tensor = reader.Read(entry.Name);
                if (!tensor.shape.AsSpan().SequenceEqual(entry.Shape) || tensor.dtype != entry.Type
                    || tensor.numel() * tensor.ElementSize > MemoryLimit / 4)
                    throw new InvalidOperationException($"{entry.Name} is not as announced");
            }
        }
        catch (IRConStyleException)
        {
            isRefused = true;
        }
        catch (Exception exception)
        {
            throw new InvalidOperationException($"{what}: {exception.Message}", exception);
        }

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(MemoryLimit, what);
        return isRefused;
    }

    private static byte[] Damage(byte[] original, Random random)
    {
        var bytes = (byte[])original.Clone();
        for (var count = random.Next(1, 4); count > 0 && bytes.Length > 0; count--)
            bytes = DamageOnce(bytes, Place(bytes, random), random);
        return bytes;
    }

    // Half of the damage is where structure is: names and numbers at the beginning, and the directory at the end.
    private static int Place(byte[] bytes, Random random) => random.Next(4) switch
    {
        0 => random.Next(Math.Min(bytes.Length, 2048)),
        1 => bytes.Length - 1 - random.Next(Math.Min(bytes.Length, 2048)),
        _ => random.Next(bytes.Length),
    };

    private static byte[] DamageOnce(byte[] bytes, int at, Random random)
    {
        switch (random.Next(9))
        {
            case 0:
                bytes[at] ^= (byte)(1 << random.Next(8));
                return bytes;
            case 1:
                bytes[at] = new byte[] { 0, 1, 0x7f, 0x80, 0xff }[random.Next(5)];
                return bytes;
            case 2:
                bytes[at] = (byte)random.Next(256);
                return bytes;
            case 3:
                return bytes[..at];
            case 4:
                return [.. bytes[..at], .. RandomBytes(random, random.Next(1, 20)), .. bytes[at..]];
            case 5:
                return [.. bytes[..at], .. bytes[Math.Min(at + random.Next(1, 20), bytes.Length)..]];
            case 6 when at <= bytes.Length - 8:
                BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(at), new[] { 0, -1, long.MaxValue, long.MinValue, uint.MaxValue, bytes.Length }[random.Next(6)]);
                return bytes;
            case 7 when at <= bytes.Length - 4:
                BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(at), new[] { 0, -1, int.MaxValue, int.MinValue, 65536, bytes.Length }[random.Next(6)]);
                return bytes;
            default:
                for (var i = at; i < Math.Min(at + 60, bytes.Length); i++)
                    bytes[i] = Opcodes[random.Next(Opcodes.Length)];
                return bytes;
        }
    }

    private static byte[] RandomBytes(Random random, int count)
    {
        var bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }

    [Fact]
    public void Random_pickles_end_in_a_clear_error()
    {
        var random = new Random(1);
        for (var i = 0; i < 1000; i++)
        {
            var pickle = Enumerable.Range(0, random.Next(1, 200)).Select(_ => Opcodes[random.Next(Opcodes.Length)]).ToArray();
            Check(PickleBytes.Legacy(pickle, true, []), $"random pickle {i}");
        }
    }

    [Fact]
    public void Files_cut_anywhere_are_refused()
    {
        foreach (var file in new[] { "dtype_zoo.pth", "dtype_zoo_legacy.pth" })
        {
            var original = File.ReadAllBytes(SharedData.Golden("pth", file));
            for (var length = 0; length < original.Length; length += 7)
                Check(original[..length], $"{file} cut at {length}").ShouldBeTrue($"{file} cut at {length}");
        }

        var weights = SafeTensors();
        for (var length = 0; length < weights.Length; length += 7)
            Check(weights[..length], $"safetensors cut at {length}").ShouldBeTrue($"safetensors cut at {length}");
    }

    private byte[] SafeTensors()
    {
        using var reader = PyTorchReader.Open(SharedData.Golden("pth", "dtype_zoo.pth"));
        var path = _directory.File("whole.safetensors");
        var sources = reader.Entries.Values.Select(entry => new CheckpointSource(entry, () => reader.Read(entry.Name))).ToList();
        SafeTensorsWriter.WriteOneByOne(path, sources, reader.Metadata);
        return File.ReadAllBytes(path);
    }
}
