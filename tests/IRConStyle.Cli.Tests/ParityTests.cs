using System.Buffers.Binary;
using System.Text.Json;

namespace IRConStyle.Cli.Tests;

public sealed class ParityTests : IDisposable
{
    private const string FileName = "NAFNet_gray.safetensors";
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void A_golden_file_passes()
    {
        var result = Program.Run("parity", SharedData.Golden("arch", FileName));

        result.ExitCode.ShouldBe(0, result.Output + result.Error);
        result.Lines.ShouldContain(line => line.Contains(FileName, StringComparison.Ordinal) && line.EndsWith(" pass", StringComparison.Ordinal));
        result.Lines[^1].ShouldBe("1 passed, 0 failed, 0 skipped");
    }

    [Fact]
    public void Losses_schedules_and_transforms_pass_and_what_is_not_checked_is_named()
    {
        var result = Program.Run("parity", SharedData.Golden("losses"), SharedData.Golden("schedules"), SharedData.Golden("transforms"));

        result.ExitCode.ShouldBe(0, result.Output + result.Error);
        foreach (var group in new[] { "l1: L1Loss_sum.grad", "style: style_term_one_pair", "cosine-cyclic: paper_cyclic", "multi-step: warmup_multistep", "gaussian-noise" })
            result.Lines.ShouldContain(line => line.Contains(group, StringComparison.Ordinal) && line.EndsWith(" pass", StringComparison.Ordinal), group);
        result.Lines.ShouldContain(line => line.StartsWith("not checked in ", StringComparison.Ordinal) && line.Contains(": 1 vector (L1Loss_mean_w1_lw0.5)", StringComparison.Ordinal));
        result.Lines.ShouldContain(line => line.StartsWith("not checked in ", StringComparison.Ordinal) && line.Contains("crop_gt_0", StringComparison.Ordinal));
        result.Lines[^1].ShouldBe("3 passed, 0 failed, 2 skipped");
    }

    [Fact]
    public void A_changed_learning_rate_fails()
    {
        var text = File.ReadAllText(SharedData.Golden("schedules", "schedules.json"));
        var changed = text.Replace("0.0001951301233713678", "0.0001951301233723678", StringComparison.Ordinal);
        changed.ShouldNotBe(text);
        File.WriteAllText(_directory.File("schedules.json"), changed);

        var result = Program.Run("parity", _directory.Path);

        result.ExitCode.ShouldBe(1);
        result.Lines.Where(line => line.EndsWith(" FAIL", StringComparison.Ordinal)).ShouldHaveSingleItem().ShouldContain("cosine-cyclic: cyclic_small");
        result.Lines[^1].ShouldBe("0 passed, 1 failed, 0 skipped");
    }

    [Fact]
    public void A_changed_weight_fails_and_what_is_no_golden_file_is_counted_apart()
    {
        var bytes = File.ReadAllBytes(SharedData.Golden("arch", FileName));
        var length = (int)BinaryPrimitives.ReadInt64LittleEndian(bytes);
        using (var header = JsonDocument.Parse(bytes.AsMemory(8, length)))
        {
            var offset = header.RootElement.GetProperty("weights/intro.bias").GetProperty("data_offsets")[0].GetInt32();
            BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(8 + length + offset), 100);
        }

        File.WriteAllBytes(_directory.File("changed.safetensors"), bytes);
        File.WriteAllBytes(_directory.File("other.safetensors"), [2, 0, 0, 0, 0, 0, 0, 0, (byte)'{', (byte)'}']);

        var result = Program.Run("parity", _directory.Path);

        result.ExitCode.ShouldBe(1);
        result.Lines.ShouldContain(line => line.Contains("changed.safetensors", StringComparison.Ordinal) && line.EndsWith(" FAIL", StringComparison.Ordinal));
        result.Lines.ShouldContain(line => line.StartsWith("skipped " + _directory.File("other.safetensors"), StringComparison.Ordinal));
        result.Lines[^1].ShouldBe("0 passed, 1 failed, 1 skipped");
    }
}
