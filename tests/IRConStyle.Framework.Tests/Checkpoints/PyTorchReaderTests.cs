using IRConStyle.Abstractions;
using IRConStyle.Framework.Checkpoints;
using TorchSharp;

namespace IRConStyle.Framework.Tests.Checkpoints;

public sealed class PyTorchReaderTests
{
    [Theory]
    [InlineData("dtype_zoo.pth", "PyTorch")]
    [InlineData("dtype_zoo_legacy.pth", "PyTorch, before 1.6")]
    public void Every_type_and_layout_is_read_as_Python_sees_it(string file, string format)
    {
        var expected = DtypeZoo.Read();
        using var reader = CheckpointFile.Open(SharedData.Golden("pth", file));

        reader.Format.ShouldBe(format);
        reader.Whole.Sections.ShouldBe([new CheckpointSection("params", expected.Count)]);
        reader.Section.ShouldBe("params");
        reader.Entries.Keys.ShouldBe(expected.Keys);
        reader.Metadata.ShouldBe(new Dictionary<string, string> { ["iter"] = "12345", ["note"] = "text" }, ignoreOrder: true);
        foreach (var (name, value) in expected)
        {
            using var read = reader.Read(name);
            read.ShouldBe(value, name);
            (reader.Entries[name].Type, reader.Entries[name].Shape.Length).ShouldBe((value.Type, value.Shape.Length), name);
        }
    }

    [Fact]
    public void A_training_state_is_shown_under_dotted_names()
    {
        using var reader = CheckpointFile.Open(SharedData.Golden("pth", "tiny_training.state"));

        reader.Entries.Keys.ShouldContain("optimizers.0.state.0.exp_avg");
        reader.Metadata.Keys.ShouldContain("iter");
        foreach (var name in reader.Entries.Keys)
            reader.Read(name).Dispose();
    }

    [SkippableTheory]
    [InlineData("ConStyleNAFNet_b.pth", "ConStyleNAFNet_b")]
    [InlineData("ConStyleRestormer_BiasFree.pth", "ConStyleRestormer_BiasFree")]
    [InlineData("ConStyleMaxim_b.pth", "ConStyleMaxim_b")]
    [InlineData("NAFNet_gray.pth", "NAFNet_gray")]
    [InlineData("NAFNet_gray_legacy.pth", "NAFNet_gray")]
    [InlineData("Restormer_BiasFree.pth", "Restormer_BiasFree")]
    [InlineData("KBNet_light.pth", "KBNet_light")]
    [InlineData("ConStyleUformer_b.pth", "ConStyleUformer_b")]
    [InlineData("ConStyleConv_bias.pth", "ConStyleConv_bias")]
    [InlineData("OriginConv_a.pth", "OriginConv_a")]
    [InlineData("OriginConv_a_module_prefix.pth", "OriginConv_a")]
    [InlineData("OriginConv_a_bare.pth", "OriginConv_a")]
    public void Networks_have_the_weights_of_their_golden_vectors(string file, string golden)
    {
        using var expected = SafeTensorsReader.Open(SharedData.Shared("reference", "arch", golden + ".safetensors"));
        using var reader = CheckpointFile.Open(SharedData.Shared("reference", "pth", file));

        var names = expected.Entries.Keys.Where(key => key.StartsWith("weights/", StringComparison.Ordinal)).ToArray();
        reader.Entries.Keys.ShouldBe(names.Select(name => name["weights/".Length..]), ignoreOrder: true);
        foreach (var name in names)
        {
            using var wanted = expected.Read(name);
            using var read = reader.Read(name["weights/".Length..]);
            read.Equals(wanted).ShouldBeTrue(name);
        }
    }

    [SkippableFact]
    public void Averaged_weights_come_first_and_others_on_request()
    {
        var file = SharedData.Shared("reference", "pth", "OriginConv_a.pth");
        using var average = CheckpointFile.Open(file);
        using var trained = CheckpointFile.Open(file, new PartChoice("params"));

        average.Section.ShouldBe("params_ema");
        trained.Section.ShouldBe("params");
        var name = average.Entries.Keys.First();
        using var first = average.Read(name);
        using var second = trained.Read(name);
        using var half = first * 0.5;
        second.Equals(half).ShouldBeTrue();

        var error = Should.Throw<IRConStyleException>(() => CheckpointFile.Open(file, new PartChoice("model")));
        error.Message.ShouldContain("no section model");
        error.Remedy!.ShouldContain("params, params_ema");
    }

    [SkippableFact]
    public void A_whole_training_checkpoint_holds_both_encoders_and_the_queue()
    {
        using var expected = SafeTensorsReader.Open(SharedData.Shared("reference", "arch", "ConStyleNAFNet_b.safetensors"));
        using var encoder = SafeTensorsReader.Open(SharedData.Shared("reference", "arch", "constyle_encoder.safetensors"));
        using var reader = CheckpointFile.Open(SharedData.Shared("reference", "pth", "ConStyleNAFNet_b_train_full.pth"));

        reader.Entries["ConStyle.queue"].Shape.ShouldBe([128, 8]);
        foreach (var key in expected.Entries.Keys.Where(key => key.StartsWith("weights/", StringComparison.Ordinal) && !key.Contains("ConStyle.", StringComparison.Ordinal)))
            Compare(expected, key, reader, key["weights/".Length..]);
        foreach (var key in encoder.Entries.Keys.Where(key => key.StartsWith("weights/", StringComparison.Ordinal)))
        {
            var name = "ConStyle." + key["weights/".Length..];
            Compare(encoder, key, reader, name);
            Compare(encoder, key, reader, name.Replace("encoder_q", "encoder_k", StringComparison.Ordinal));
        }
    }

    private static void Compare(CheckpointReader expected, string key, CheckpointReader actual, string name)
    {
        using var wanted = expected.Read(key);
        using var stored = actual.Read(name);
        using var read = stored.to(wanted.dtype);
        read.Equals(wanted).ShouldBeTrue(name);
    }
}
