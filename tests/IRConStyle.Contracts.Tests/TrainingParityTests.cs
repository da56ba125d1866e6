using IRConStyle.Framework.Checkpoints;
using IRConStyle.Parity;
using TorchSharp;

namespace IRConStyle.Contracts.Tests;

/// <summary>The authors' training, five iterations at a time.</summary>
public sealed class TrainingParityTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [SkippableFact]
    public void Every_recorded_training_is_repeated()
    {
        foreach (var file in ParityRunner.Find([SharedData.Shared("reference", "train")]))
        {
            var result = ContractHost.Parity.Check(file);
            result.Status.ShouldBe(ParityStatus.Passed, $"{file}: {result.Reason} {string.Join("; ", result.Groups.Where(group => !group.Passed))}");
            result.Groups.ShouldNotBeEmpty();
        }
    }

    [SkippableFact]
    public void A_file_that_says_nothing_of_freezing_and_rates_is_repeated_with_its_optimizer()
    {
        var result = ContractHost.Parity.Check(Copy(
            name => name != "expected/lr_trace", (_, value) => value, key => key is not "ConStyle_iter"));

        result.Status.ShouldBe(ParityStatus.Passed, result.Reason);
        result.Groups.ShouldContain(group => group.Name == "final/mean");
    }

    [SkippableTheory]
    [InlineData("expected_f64/losses", 1e-3)]
    [InlineData("weights/ConStyle.encoder_q.mlp2.1.weight", 1e-2)]
    public void A_change_in_what_was_recorded_is_noticed(string name, double change)
    {
        var copy = Copy(_ => true, (key, value) => key == name ? value + change : value, _ => true);

        var result = ContractHost.Parity.Check(copy);
        result.Status.ShouldBe(ParityStatus.Failed);
        result.Reason.ShouldBeNull();
        result.Groups.Single(group => group.Name == "losses").Passed.ShouldBeFalse();
    }

    /// <summary>A training's file with other content, beside the encoder it shares weights with.</summary>
    private string Copy(Func<string, bool> keep, Func<string, torch.Tensor, torch.Tensor> change, Func<string, bool> keepMetadata)
    {
        const string encoder = "constyle_encoder.safetensors";
        Directory.CreateDirectory(_directory.File("arch"));
        Directory.CreateDirectory(_directory.File("train"));
        var copy = _directory.File("train", "copy.safetensors");
        using var scope = torch.NewDisposeScope();
        using var reader = SafeTensorsReader.Open(SharedData.Shared("reference", "train", "train_ConStyleConv.safetensors"));
        File.Copy(SharedData.Shared("reference", "arch", encoder), _directory.File("arch", encoder));
        SafeTensorsWriter.Write(
            copy,
            [.. reader.Entries.Keys.Where(keep).Select(key => (key, change(key, reader.Read(key))))],
            reader.Metadata.Where(entry => keepMetadata(entry.Key)).ToDictionary());
        return copy;
    }
}
