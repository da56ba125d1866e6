using System.Diagnostics;
using System.Text.Json;

namespace IRConStyle.Cli.Tests;

/// <summary>A training that is killed without warning, again and again.</summary>
[Collection(TinyPipelineTests.Name)]
public sealed class KillTests(TinyPipeline tiny) : IDisposable
{
    private const int Iterations = 60;
    private const int Kills = 6;

    private readonly TemporaryDirectory _directory = new();
    private readonly Dictionary<string, string> _environment = [];

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void A_run_that_is_killed_at_any_moment_ends_in_the_bits_of_one_that_is_not()
    {
        Program.Run([.. Training("whole")]).ExitCode.ShouldBe(0);

        var random = new Random(20);
        var inWrites = 0;
        for (var kill = 0; kill < Kills; kill++)
        {
            using var process = Program.Start(_environment, [.. Training("killed"), "--resume"]);
            // Every other time inside the write of a checkpoint, else a while after the run has begun.
            if (kill % 2 == 1)
                inWrites += WaitForWrite(process) ? 1 : 0;
            else if (process.StandardOutput.ReadLine() is not null)
                Thread.Sleep(random.Next(0, 400));
            process.Kill();
            process.WaitForExit();
        }

        inWrites.ShouldBeGreaterThan(0, "no kill fell into a write");
        var last = Program.Run([.. Training("killed"), "--resume"]);

        last.ExitCode.ShouldBe(0, last.Error);
        last.Lines[^1].ShouldContain($"trained {Iterations} iterations");
        File.ReadAllBytes(_directory.File("killed", "weights.safetensors"))
            .ShouldBe(File.ReadAllBytes(_directory.File("whole", "weights.safetensors")));
        var newest = Path.Combine("checkpoints", $"iteration-{Iterations:D9}.safetensors");
        File.ReadAllBytes(_directory.File("killed", newest)).ShouldBe(File.ReadAllBytes(_directory.File("whole", newest)));
        Directory.GetFiles(_directory.File("killed"), "*.tmp", SearchOption.AllDirectories).ShouldBeEmpty();
        Reported("killed").ShouldBe(Reported("whole"));
    }

    private IEnumerable<string> Training(string name) =>
    [
        "train", "--pipeline", "tiny", "--data", tiny.Clean, "--output", _directory.File(name), "--device", "cpu", "--seed", "3",
        "--iterations", $"{Iterations}", "--batch-size", "2", "--patch-size", "32",
        "--set", "Pipelines:tiny:Training:SaveEvery=3", "--set", "Pipelines:tiny:Training:ReportEvery=1",
        .. TinyPipeline.Settings,
    ];

    private bool WaitForWrite(Process process)
    {
        var folder = _directory.File("killed", "checkpoints");
        var before = Directory.Exists(folder) ? Directory.GetFiles(folder, "*.tmp").ToHashSet() : [];
        while (!process.HasExited)
            if (Directory.Exists(folder) && Directory.EnumerateFiles(folder, "*.tmp").Any(file => !before.Contains(file)))
                return true;
        return false;
    }

    /// <summary>The iterations whose losses were logged: each once, in order.</summary>
    private int[] Reported(string name)
        => [.. File.ReadLines(_directory.File(name, "metrics.jsonl"))
            .Select(line => JsonDocument.Parse(line).RootElement)
            .Where(line => line.TryGetProperty("losses", out _))
            .Select(line => line.GetProperty("iteration").GetInt32())];
}
