using System.Globalization;
using IRConStyle.Framework.Checkpoints;
using TorchSharp;

namespace IRConStyle.Framework.Tests.Checkpoints;

/// <summary>Runs alone: what other tests allocate at the same time would count as well.</summary>
[CollectionDefinition(nameof(CheckpointMemoryTests), DisableParallelization = true)]
[Collection(nameof(CheckpointMemoryTests))]
public sealed class CheckpointMemoryTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [SkippableTheory]
    [InlineData("x.pth")]
    [InlineData("x.safetensors")]
    public void Reading_a_file_takes_little_more_than_its_tensors(string name)
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "Peaks are read from /proc.");
        var file = _directory.File(name);
        long size = 0;
        using (var weights = torch.ones(1 << 20))
        {
            (string, torch.Tensor)[] tensors = [.. Enumerable.Range(0, 16).Select(i => ($"layer.{i}", weights))];
            if (name.EndsWith(".pth", StringComparison.Ordinal))
                PyTorchWriter.Write(file, tensors);
            else
                SafeTensorsWriter.Write(file, tensors, new Dictionary<string, string>());
            size = new FileInfo(file).Length;
        }

        GC.Collect();
        // Begins a new peak, see proc(5).
        File.WriteAllText("/proc/self/clear_refs", "5");
        var before = Status("VmRSS");
        var kept = new List<torch.Tensor>();
        using (var reader = CheckpointFile.Open(file))
            kept.AddRange(reader.Entries.Keys.Select(reader.Read));
        var peak = Status("VmHWM");

        kept.Sum(tensor => tensor.numel() * tensor.ElementSize).ShouldBeGreaterThan(size * 9 / 10);
        foreach (var tensor in kept)
            tensor.Dispose();
        (peak - before).ShouldBeLessThan(size * 13 / 10);
    }

    private static long Status(string name)
    {
        var line = File.ReadLines("/proc/self/status").First(line => line.StartsWith(name, StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)[1], CultureInfo.InvariantCulture) * 1024;
    }
}
