using IRConStyle.Modules.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace IRConStyle.Modules.Tests.Kernels;

/// <summary>The GELU of a gated convolution, which lets the first half through and makes ones of the second, against libtorch in double precision.</summary>
public sealed class GeluTests
{
    [SkippableFact]
    public void It_is_exact_to_float32()
    {
        using var scope = NewDisposeScope();
        // Fine around zero, and far out.
        var x = cat([linspace(-9, 9, 100_001), linspace(-0.01, 0.01, 1_001), tensor(new[] { 0f, 1e-30f, -1e-30f, 60f, -60f, 3e38f, -3e38f })]);
        var precise = x.to(float64);
        var expected = nn.functional.gelu(precise);
        foreach (var form in KernelForms.Fused)
        {
            var error = (Apply(x, form).to(float64) - expected).abs();
            (error / expected.abs().clamp_min(1)).max().item<double>().ShouldBeLessThan(5e-7, form.ToString());
            // Near zero no error is larger than a few roundings.
            (error / precise.abs().clamp_min(1e-30)).max().item<double>().ShouldBeLessThan(1.5e-6, form.ToString());
        }
    }

    [SkippableFact]
    public void What_is_no_number_stays_none()
    {
        using var scope = NewDisposeScope();
        foreach (var form in KernelForms.Fused)
            Apply(tensor(new[] { float.NaN }), form).isnan().all().item<bool>().ShouldBeTrue(form.ToString());
    }

    [SkippableFact]
    public void Products_have_no_such_form()
    {
        using var scope = NewDisposeScope();
        Should.Throw<ArgumentException>(() => new PointwiseConvolution(zeros(4, 4), null, OutputForm.GeluGated));
    }

    private static Tensor Apply(Tensor x, KernelForm form)
    {
        using var use = KernelForms.Use(form);
        using var noGrad = no_grad();
        var weight = zeros(2, 1, 3, 3);
        weight[0, 0, 1, 1] = 1;
        var depthwise = new DepthwiseConvolution(weight, tensor(new[] { 0f, 1f }), OutputForm.GeluGated);
        var expand = new PointwiseConvolution(tensor(new[] { 1f, 0f }).view(2, 1), null, OutputForm.Paired);
        var (input, output) = (new FeatureMap(x.view(1, 1, 1, -1)), new FeatureMap(FeatureMap.Empty(1, 1, 1, x.numel())));
        new RowBands(input, RowRing.BytesPerColumn(depthwise.Inputs)).Run((band, scratch) => RowRing.Sweep(
            input, band, scratch, depthwise.Inputs,
            (row, left, pixels) => expand.Apply(input.Row(0, row, left, left + pixels.Count), pixels),
            (row, rows) => depthwise.Apply(rows, output.Row(0, row, band.Left, band.Right))));
        return output.Tensor.view(-1);
    }
}
