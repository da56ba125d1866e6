using System.Diagnostics;
using System.IO.Compression;
using IRConStyle.Abstractions;
using IRConStyle.Framework.Checkpoints;
using IRConStyle.Framework.Checkpoints.PyTorch;
using TorchSharp;

namespace IRConStyle.Framework.Tests.Checkpoints;

public sealed class PyTorchWriterTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private string File => _directory.File("x.pth");

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(null)]
    [InlineData("params")]
    public void What_is_written_is_read_back_in_every_type_and_shape(string? section)
    {
        using var scope = torch.NewDisposeScope();
        (string Name, torch.Tensor Value)[] tensors =
        [
            ("f32", torch.randn(3, 4)), ("f64", torch.randn(2, dtype: torch.float64)), ("f16", torch.randn(5).to(torch.float16)),
            ("bf16", torch.randn(5).to(torch.bfloat16)), ("i64", torch.tensor(-7L)), ("i32", torch.arange(70_000, dtype: torch.int32)),
            ("i16", torch.tensor(new short[] { -1, 2 })), ("i8", torch.tensor(new sbyte[] { -1, 2 })), ("u8", torch.tensor(new byte[] { 0, 255 })),
            ("bool", torch.tensor([true, false])), ("c64", torch.randn(3, dtype: torch.complex64)), ("c128", torch.randn(3, dtype: torch.complex128)),
            ("empty", torch.empty(0, 3)), ("transposed", torch.arange(6f).reshape(2, 3).t()), ("wörth", torch.ones(1)),
            ("trained", torch.ones(2, requires_grad: true)),
        ];

        PyTorchWriter.Write(File, tensors, section, new Dictionary<string, string> { ["iter"] = "5" });
        using var reader = CheckpointFile.Open(File);

        reader.Section.ShouldBe(section ?? "");
        reader.Entries.Keys.ShouldBe(tensors.Select(tensor => tensor.Name));
        reader.Metadata.ContainsKey("iter").ShouldBe(section is not null);
        foreach (var (name, value) in tensors)
        {
            using var read = reader.Read(name);
            read.dtype.ShouldBe(value.dtype, name);
            read.shape.ShouldBe(value.shape, name);
            read.Equals(value).ShouldBeTrue(name);
        }
    }

    [Fact]
    public void Records_are_aligned_and_their_checksums_right()
    {
        using var scope = torch.NewDisposeScope();
        PyTorchWriter.Write(File, [("a", torch.ones(3)), ("b", torch.ones(5, dtype: torch.uint8)), ("c", torch.ones(100))]);

        // .NET compares the checksums while it reads.
        using (var archive = ZipFile.OpenRead(File))
        {
            archive.Entries.Select(entry => entry.FullName).ShouldBe(
                ["archive/data.pkl", "archive/byteorder", "archive/data/0", "archive/data/1", "archive/data/2", "archive/version"]);
            foreach (var entry in archive.Entries)
            {
                using var stream = entry.Open();
                using var copy = new MemoryStream();
                stream.CopyTo(copy);
                copy.Length.ShouldBe(entry.Length);
            }
        }

        using var data = CheckpointData.Open(File, "");
        var index = ZipArchiveIndex.Read(data);
        foreach (var name in index.Names)
            (index.Find(name)!.Start % 64).ShouldBe(0, name);
    }

    [Fact]
    public void Tensors_beyond_the_old_limits_of_zip_are_found_again()
    {
        // A sparse file stands for 5 GB of weights: only headers are written.
        const long large = 5L << 30;
        using (var stream = System.IO.File.Create(File))
        {
            var zip = new ZipWriter(stream);
            zip.Begin("x/large", 0, large);
            stream.Seek(large, SeekOrigin.Current);
            zip.Begin("x/small", 0, 3);
            zip.Write([1, 2, 3]);
            zip.Finish();
        }

        using var data = CheckpointData.Open(File, "");
        var index = ZipArchiveIndex.Read(data);
        index.Find("x/large")!.Length.ShouldBe(large);
        var (_, start, length) = index.Find("x/small")!;
        var bytes = new byte[length];
        data.ReadExactly(start, bytes);
        bytes.ShouldBe([1, 2, 3]);
    }

    [Fact]
    public void The_same_weights_make_the_same_file()
    {
        using var scope = torch.NewDisposeScope();
        var tensor = torch.ones(3);
        PyTorchWriter.Write(File, [("a", tensor)]);
        PyTorchWriter.Write(_directory.File("y.pth"), [("a", tensor)]);
        System.IO.File.ReadAllBytes(_directory.File("y.pth")).ShouldBe(System.IO.File.ReadAllBytes(File));
    }

    [Fact]
    public void A_name_given_twice_is_refused()
    {
        using var tensor = torch.ones(1);
        Should.Throw<IRConStyleException>(() => PyTorchWriter.Write(File, [("a", tensor), ("a", tensor)])).Message.ShouldContain("a twice");
        System.IO.File.Exists(File).ShouldBeFalse();
    }

    [SkippableFact]
    public void Python_reads_what_is_written()
    {
        using var scope = torch.NewDisposeScope();
        PyTorchWriter.Write(
            File,
            [("a.weight", torch.arange(6f).reshape(2, 3)), ("b", torch.tensor(7L)), ("c", torch.ones(2).to(torch.bfloat16)), ("e", torch.empty(0, 2))],
            "params", new Dictionary<string, string> { ["iter"] = "5" });
        var script = $"import torch; d = torch.load(r'{File}', weights_only=True); p = d['params']; "
            + "print(d['iter'], type(p).__name__, [(k, str(v.dtype), list(v.shape), v.tolist()) for k, v in p.items()])";

        RunPython(script).ShouldBe(
            "5 OrderedDict [('a.weight', 'torch.float32', [2, 3], [[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]]), ('b', 'torch.int64', [], 7), "
            + "('c', 'torch.bfloat16', [2], [1.0, 1.0]), ('e', 'torch.float32', [0, 2], [])]");
    }

    private static string RunPython(string script)
    {
        foreach (var python in new[] { "python3", "/usr/bin/python3" })
        {
            try
            {
                var start = new ProcessStartInfo(python, ["-c", script]) { RedirectStandardOutput = true, RedirectStandardError = true };
                using var process = Process.Start(start)!;
                var output = process.StandardOutput.ReadToEndAsync();
                var error = process.StandardError.ReadToEnd();
                process.WaitForExit();
                if (process.ExitCode == 0)
                    return output.GetAwaiter().GetResult().Trim();
                if (!error.Contains("No module named", StringComparison.Ordinal))
                    throw new InvalidOperationException(error);
            }
            catch (System.ComponentModel.Win32Exception)
            {
                // No such program.
            }
        }

        Skip.If(true, "There is no Python with torch on this machine.");
        return "";
    }
}
