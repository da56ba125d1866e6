using IRConStyle.Framework.Checkpoints;
using IRConStyle.Framework.Parity;
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

    [SkippableTheory]
    [InlineData("expected_f64/losses", 1e-3)]
    [InlineData("weights/ConStyle.encoder_q.mlp2.1.weight", 1e-2)]
    public void A_change_in_what_was_recorded_is_noticed(string name, double change)
    {
        var original = SharedData.Shared("reference", "train", "train_ConStyleConv.safetensors");
        Directory.CreateDirectory(_directory.File("arch"));
        Directory.CreateDirectory(_directory.File("train"));
        const string Encoder = "constyle_encoder.safetensors";
        File.Copy(SharedData.Shared("reference", "arch", Encoder), _directory.File("arch", Encoder));
        var copy = _directory.File("train", "copy.safetensors");
        using (torch.NewDisposeScope())
        using (var reader = SafeTensorsReader.Open(original))
        {
            reader.Entries.Keys.ShouldContain(name);
            SafeTensorsWriter.Write(
                copy, [.. reader.Entries.Keys.Select(key => (key, key == name ? reader.Read(key) + change : reader.Read(key)))], reader.Metadata);
        }

        var result = ContractHost.Parity.Check(copy);
        result.Status.ShouldBe(ParityStatus.Failed);
        result.Reason.ShouldBeNull();
        result.Groups.Single(group => group.Name == "losses").Passed.ShouldBeFalse();
    }
}
