using IRConStyle.Abstractions;
using IRConStyle.Plugins.Losses;
using TorchSharp;

namespace IRConStyle.Plugins.Tests.Losses;

public class PixelLossTests
{
    private static readonly string File = SharedData.Golden("losses", "pixel_losses.safetensors");

    public static TheoryData<string> Names => ["L1Loss_mean", "MSELoss_mean", "CharbonnierLoss_mean", "CharbonnierLoss_eps1e-3"];

    [Theory]
    [MemberData(nameof(Names))]
    public void Value_and_gradient_are_those_of_the_reference(string name)
    {
        using var scope = torch.NewDisposeScope();
        var restored = Vectors.Read(File, "input/pred").requires_grad_(true);
        var clean = Vectors.Read(File, "input/target");

        var loss = Create(name).Compute(restored, clean);
        loss.backward();

        var value = Vectors.Read(File, $"expected_f64/{name}").item<double>();
        loss.dim().ShouldBe(0);
        ((double)loss.item<float>()).ShouldBe(value, 1e-6 * value);
        var gradient = Vectors.Read(File, $"expected_f64/{name}.grad");
        Vectors.LargestDifference(restored.grad!, gradient).ShouldBeLessThan(1e-6 * gradient.abs().max().item<float>());
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Shapes_that_would_broadcast_are_refused(string name)
    {
        using var scope = torch.NewDisposeScope();
        var error = Should.Throw<IRConStyleException>(() => Create(name).Compute(torch.zeros(2, 3, 4, 4), torch.zeros(1, 3, 4, 4)));
        error.Message.ShouldContain("2×3×4×4");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Nothing_but_the_result_stays_alive(string name)
    {
        using var scope = torch.NewDisposeScope();
        var (restored, clean) = (torch.rand(1, 3, 8, 8), torch.rand(1, 3, 8, 8));
        using var inner = torch.NewDisposeScope();
        Create(name).Compute(restored, clean);
        inner.DisposablesCount.ShouldBe(1);
    }

    private static IRestorationLoss Create(string name) => name switch
    {
        "L1Loss_mean" => new L1Loss(),
        "MSELoss_mean" => new MeanSquareLoss(),
        "CharbonnierLoss_mean" => new CharbonnierLoss(new CharbonnierOptions()),
        _ => new CharbonnierLoss(new CharbonnierOptions { Epsilon = 1e-3 }),
    };
}
