using IRConStyle.Framework.Pipelines;
using TorchSharp;

namespace IRConStyle.Contracts.Tests;

public sealed class NetworkLifetimeTests
{
    public static TheoryData<NetworkCase> Networks => NetworkCase.All();

    [Theory]
    [MemberData(nameof(Networks))]
    public void Nothing_of_a_network_outlives_it(NetworkCase @case)
    {
        Create().Dispose();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        var before = torch.Tensor.TotalCount;

        var network = Create();
        // A parameter takes over the handle of the tensor it is made of, which TorchSharp 0.107 then may count as alive for ever.
        var counted = network.Backbone.Module.parameters().Concat(network.Encoder?.Module.parameters() ?? []).LongCount();
        network.Dispose();

        torch.Tensor.TotalCount.ShouldBeLessThanOrEqualTo(before + counted);

        RestorationNetwork Create() => ContractHost.Pipelines.CreateNetwork(@case.Options(), training: true);
    }
}
