using IRConStyle.Abstractions;
using IRConStyle.Framework.Checkpoints;
using IRConStyle.Framework.Inference;
using IRConStyle.Framework.Pipelines;
using IRConStyle.Training.Optimization;
using TorchSharp;

namespace IRConStyle.Contracts.Tests;

/// <summary>Any encoder can stand frozen, with weights of its own, in front of a backbone that learns.</summary>
public class FrozenEncoderTests
{
    public static TheoryData<string> Encoders => ContractHost.NamesOf<IStyleEncoder>();

    [Theory]
    [MemberData(nameof(Encoders))]
    public void A_frozen_encoder_does_not_move_while_the_backbone_learns(string encoder)
    {
        using var scope = torch.NewDisposeScope();
        using var network = Create(encoder);
        network.Train();
        var options = new TrainingOptions { Losses = [new LossOptions { Name = "l1" }] };
        using var step = new TrainingStep(network, new TrainingLosses(options, ContractHost.Pipelines), options);
        step.FreezeEncoder();
        var encoderBefore = Copy(network.Encoder!.Module);
        var backboneBefore = Copy(network.Backbone.Module);
        for (var iteration = 0; iteration < 3; iteration++)
            step.Run(torch.rand(2, 3, 16, 16), torch.rand(2, 3, 16, 16), 1e-2).Dispose();

        foreach (var (name, value) in network.Encoder.Module.state_dict())
            ContractHost.AreIdentical(value, encoderBefore[name]).ShouldBeTrue(name);
        network.Backbone.Module.state_dict().ShouldContain(entry => !ContractHost.AreIdentical(entry.Value, backboneBefore[entry.Key]));
    }

    [Theory]
    [MemberData(nameof(Encoders))]
    public void An_encoder_starts_from_a_checkpoint_of_its_own_or_of_a_whole_pipeline(string encoder)
    {
        using var scope = torch.NewDisposeScope();
        using var directory = new TemporaryDirectory();
        using var source = Create(encoder);
        ContractHost.Disturb(source.Encoder!.Module);
        var whole = source.State().Select(entry => (entry.Name, entry.Value)).ToArray();
        var own = source.Encoder.Module.state_dict().Select(entry => (entry.Key, entry.Value)).ToArray();
        foreach (var state in new[] { whole, own })
        {
            var path = directory.File("encoder.safetensors");
            SafeTensorsWriter.Write(path, state, new Dictionary<string, string>());
            using var network = Create(encoder);
            WeightsFile.LoadEncoder(path, network.Encoder!);
            foreach (var (name, value) in network.Encoder!.Module.state_dict())
                ContractHost.AreIdentical(value, source.Encoder.Module.state_dict()[name]).ShouldBeTrue(name);
        }

        SafeTensorsWriter.Write(directory.File("short.safetensors"), own[1..], new Dictionary<string, string>());
        Should.Throw<CheckpointMismatchException>(() => WeightsFile.LoadEncoder(directory.File("short.safetensors"), source.Encoder))
            .Mismatch.Missing.ShouldHaveSingleItem().Name.ShouldBe(own[0].Key);
    }

    /// <summary>The encoder in front of the first backbone that takes its style.</summary>
    private static RestorationNetwork Create(string encoder)
        => ((IEnumerable<object[]>)NetworkCase.All()).Select(row => (NetworkCase)row[0]).First(@case => @case.Encoder == encoder).Create();

    private static Dictionary<string, torch.Tensor> Copy(torch.nn.Module module)
        => module.state_dict().ToDictionary(entry => entry.Key, entry => entry.Value.detach().clone());
}
