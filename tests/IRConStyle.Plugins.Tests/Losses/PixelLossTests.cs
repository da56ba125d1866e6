using IRConStyle.Abstractions;
using IRConStyle.Plugins.Losses;
using TorchSharp;

namespace IRConStyle.Plugins.Tests.Losses;

public class PixelLossTests
{
    private static readonly string File = SharedData.Golden("losses", "losses.safetensors");

    public static TheoryData<string> Golden =>
    [
        "L1Loss_mean", "L1Loss_sum", "MSELoss_mean", "MSELoss_sum", "CharbonnierLoss_mean", "CharbonnierLoss_sum",
        "CharbonnierLoss_eps1e-3", "WeightedTVLoss_mean", "WeightedTVLoss_sum",
    ];

    public static TheoryData<string> All => [.. Golden, "psnr", "psnr-y", "frequency", "edge"];

    [Theory]
    [MemberData(nameof(Golden))]
    public void Value_and_gradient_are_those_of_the_reference(string name)
    {
        using var scope = torch.NewDisposeScope();
        var restored = Vectors.Read(File, "input/pred").requires_grad_(true);
        var clean = Vectors.Read(File, "input/target");

        // The reference's total variation was taken with loss_weight 0.7, which here is the pipeline's business.
        var loss = Create(name).Compute(restored, clean) * (name.StartsWith("WeightedTV", StringComparison.Ordinal) ? 0.7 : 1);
        loss.backward();

        var value = Vectors.Read(File, $"expected_f64/{name}").item<double>();
        loss.dim().ShouldBe(0);
        ((double)loss.item<float>()).ShouldBe(value, 1e-6 * value);
        var gradient = Vectors.Read(File, $"expected_f64/{name}.grad");
        Vectors.LargestDifference(restored.grad!, gradient).ShouldBeLessThan(1e-6 * gradient.abs().max().item<float>());
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Shapes_that_would_broadcast_are_refused(string name)
    {
        using var scope = torch.NewDisposeScope();
        var error = Should.Throw<IRConStyleException>(() => Create(name).Compute(torch.zeros(2, 3, 4, 4), torch.zeros(1, 3, 4, 4)));
        error.Message.ShouldContain("2×3×4×4");
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Nothing_but_the_result_stays_alive(string name)
    {
        using var scope = torch.NewDisposeScope();
        var (restored, clean) = (torch.rand(1, 3, 8, 8), torch.rand(1, 3, 8, 8));
        using var inner = torch.NewDisposeScope();
        Create(name).Compute(restored, clean);
        inner.DisposablesCount.ShouldBe(1);
    }

    /// <summary>No root, logarithm or division has an infinite slope where images agree.</summary>
    [Theory]
    [MemberData(nameof(All))]
    public void Equal_images_have_a_finite_gradient(string name)
    {
        using var scope = torch.NewDisposeScope();
        var clean = torch.rand(2, 3, 8, 8);
        var restored = clean.clone().requires_grad_(true);
        Create(name).Compute(restored, clean).backward();
        restored.grad!.isfinite().all().item<bool>().ShouldBeTrue();
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Short_floats_are_computed_in_float32(string name)
    {
        using var scope = torch.NewDisposeScope();
        var (restored, clean) = (torch.rand(2, 3, 64, 64).to(torch.bfloat16), torch.rand(2, 3, 64, 64).to(torch.bfloat16));
        var loss = Create(name).Compute(restored, clean);
        loss.dtype.ShouldBe(torch.float32);
        loss.item<float>().ShouldBe(Create(name).Compute(restored.to(torch.float32), clean.to(torch.float32)).item<float>());
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Gradients_reach_every_restored_pixel(string name)
    {
        using var scope = torch.NewDisposeScope();
        var restored = torch.rand(2, 3, 9, 11).requires_grad_(true);
        Create(name).Compute(restored, torch.rand(2, 3, 9, 11)).backward();
        restored.grad!.abs().sum([0, 1]).count_nonzero().item<long>().ShouldBeGreaterThan(90);
    }

    internal static IRestorationLoss Create(string name)
    {
        var options = new ElementLossOptions { Reduction = name.EndsWith("_sum", StringComparison.Ordinal) ? Reduction.Sum : Reduction.Mean };
        return name.Split('_')[0] switch
        {
            "L1Loss" => new L1Loss(options),
            "MSELoss" => new MseLoss(options),
            "WeightedTVLoss" => new TotalVariationLoss(options),
            "CharbonnierLoss" when name.EndsWith("eps1e-3", StringComparison.Ordinal) => new CharbonnierLoss(new() { Epsilon = 1e-3 }),
            "CharbonnierLoss" => new CharbonnierLoss(new() { Reduction = options.Reduction }),
            "psnr" => new PsnrLoss(new()),
            "psnr-y" => new PsnrLoss(new() { ToY = true }),
            "frequency" => new FrequencyLoss(),
            "edge" => new EdgeLoss(new()),
            _ => throw new ArgumentException(name),
        };
    }
}
