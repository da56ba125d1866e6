using System.Buffers.Binary;
using System.IO.Compression;
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
    [InlineData("objects", 1100)]
    [InlineData("whole network", 800)]
    public void Damaged_files_end_in_tensors_or_in_a_clear_error(string file, int variants)
    {
        variants = Variants(variants);
        var original = file switch
        {
            "safetensors" => SafeTensors(),
            "objects" => Objects(),
            "whole network" => WholeNetwork(),
            _ => File.ReadAllBytes(SharedData.Golden("pth", file)),
        };
        var random = new Random(file.Length);
        var refused = 0;
        for (var i = 0; i < variants; i++)
            refused += Check(Damage(original, random), $"{file}, variant {i}") ? 1 : 0;

        // Damage to numbers goes unseen in every format; most other damage must not.
        refused.ShouldBeGreaterThan(variants / 4);
    }

    [Fact]
    public void Damaged_compressed_files_end_in_equal_tensors_or_in_a_clear_error()
    {
        var path = _directory.File("x.pth");
        var original = Compressed();
        File.WriteAllBytes(path, original);
        var expected = Values(path);
        var (variants, random, refused) = (Variants(1500), new Random(7), 0);
        for (var i = 0; i < variants; i++)
        {
            if (Check(Damage(original, random), $"compressed, variant {i}"))
                refused++;
            else
                foreach (var (name, value) in Values(path))
                    value.ShouldBe(expected[name], $"compressed, variant {i}: {name}");
        }

        refused.ShouldBeGreaterThan(variants / 2);
    }

    [Fact]
    public void A_damaged_index_of_several_files_ends_in_tensors_or_in_a_clear_error()
    {
        File.WriteAllBytes(_directory.File("net-1.safetensors"), SafeTensors());
        string[] names;
        using (var reader = CheckpointFile.OpenWhole(_directory.File("net-1.safetensors")))
            names = [.. reader.Entries.Keys];
        var original = System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(new { metadata = new { total_size = 1 }, weight_map = names.ToDictionary(name => name, _ => "net-1.safetensors") });
        var (variants, random) = (Variants(1000), new Random(3));
        for (var i = 0; i < variants; i++)
            Check(Damage(original, random), $"index, variant {i}", "net.safetensors.index.json");
    }

    /// <summary>As many as are asked for, which takes its time; a fixed number else.</summary>
    private static int Variants(int usual)
        => int.TryParse(Environment.GetEnvironmentVariable("IRCONSTYLE_FUZZ"), out var wanted) ? wanted : usual;

    private bool Check(byte[] content, string what, string name = "x.pth")
    {
        var path = _directory.File(name);
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
            using var reader = CheckpointFile.OpenWhole(path);
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
        using var reader = CheckpointFile.Open(SharedData.Golden("pth", "dtype_zoo.pth"));
        var path = _directory.File("whole.safetensors");
        var sources = reader.Entries.Values.Select(entry => new CheckpointSource(entry, () => reader.Read(entry.Name))).ToList();
        SafeTensorsWriter.WriteOneByOne(path, sources, reader.Metadata);
        return File.ReadAllBytes(path);
    }

    /// <summary>Weights beside many kinds of objects.</summary>
    private byte[] Objects()
    {
        using var weights = torch.arange(12f);
        var file = new StateFile();
        var objects = InertObjectTests.Objects().Select((row, index) => ($"o{index}", (byte[])((object[])row)[1])).ToArray();
        file.Write(_directory.File("objects.pth"), PickleBytes.Dictionary([("state_dict", file.State([("w", weights), ("v", weights)])), .. objects]));
        return File.ReadAllBytes(_directory.File("objects.pth"));
    }

    private byte[] WholeNetwork()
    {
        using var weights = torch.arange(12f);
        var file = new StateFile();
        var layer = StateFile.Object("torch.nn", "Layer", PickleBytes.Dictionary(
            ("_parameters", PickleBytes.Dictionary(("weight", file.Tensor(weights)))), ("_buffers", PickleBytes.Op("}")), ("_modules", PickleBytes.Op("}"))));
        file.WriteLegacy(_directory.File("whole.pth"), StateFile.Object("__main__", "Net", PickleBytes.Dictionary(
            ("_parameters", PickleBytes.Dictionary(("scale", file.Tensor(weights)))), ("_modules", PickleBytes.Dictionary(("first", layer), ("second", layer))))));
        return File.ReadAllBytes(_directory.File("whole.pth"));
    }

    private byte[] Compressed()
    {
        var path = _directory.File("compressed.pth");
        using (var source = ZipFile.OpenRead(SharedData.Golden("pth", "dtype_zoo.pth")))
        using (var target = new ZipArchive(File.Create(path), ZipArchiveMode.Create))
        {
            foreach (var entry in source.Entries)
            {
                using var from = entry.Open();
                using var to = target.CreateEntry(entry.FullName, CompressionLevel.Optimal).Open();
                from.CopyTo(to);
            }
        }

        return File.ReadAllBytes(path);
    }

    private static Dictionary<string, byte[]> Values(string path)
    {
        using var reader = CheckpointFile.OpenWhole(path);
        return reader.Entries.Keys.ToDictionary(name => name, name =>
        {
            using var tensor = reader.Read(name);
            return tensor.numel() == 0 ? [] : tensor.bytes.ToArray();
        });
    }
}
