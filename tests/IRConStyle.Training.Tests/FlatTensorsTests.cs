using IRConStyle.Training.Optimization;
using TorchSharp;
using TorchSharp.Modules;

namespace IRConStyle.Training.Tests;

public class FlatTensorsTests
{
    [Fact]
    public void Absorbed_tensors_keep_their_values_and_share_memory_with_the_buffer()
    {
        using var scope = torch.NewDisposeScope();
        var tensors = Tensors();
        var before = tensors.Select(tensor => tensor.clone()).ToArray();
        using var flat = FlatTensors.Absorb(tensors);

        flat.Count.ShouldBe(3);
        flat.Buffer.shape.ShouldBe([6 + 1 + 4]);
        tensors.Zip(before).ShouldAllBe(pair => pair.First.shape.SequenceEqual(pair.Second.shape) && Equal(pair.First, pair.Second));
        flat.Buffer.mul_(2);
        tensors.Zip(before).ShouldAllBe(pair => Equal(pair.First, pair.Second * 2));
        tensors[1].fill_(7);
        flat.Buffer[6].item<float>().ShouldBe(7);
    }

    [Fact]
    public void Views_and_ranges_are_parts_of_the_buffer()
    {
        using var scope = torch.NewDisposeScope();
        var tensors = Tensors();
        using var flat = FlatTensors.Absorb(tensors);

        flat.View(0).shape.ShouldBe([2, 3]);
        Equal(flat.View(2), tensors[2]).ShouldBeTrue();
        flat.Range(1, 2).shape.ShouldBe([5]);
        flat.Range(0, 2).shape.ShouldBe([7]);
        flat.Range(1, 1).zero_();
        tensors[1].item<float>().ShouldBe(0);
    }

    [Fact]
    public void A_buffer_of_the_same_layout_leaves_the_tensors_alone()
    {
        using var scope = torch.NewDisposeScope();
        var tensors = Tensors();
        using var like = FlatTensors.Like(tensors, torch.ScalarType.Float64);
        using var other = like.Empty(torch.ScalarType.BFloat16);
        like.Buffer.fill_(1);

        like.Buffer.dtype.ShouldBe(torch.ScalarType.Float64);
        other.Buffer.dtype.ShouldBe(torch.ScalarType.BFloat16);
        other.View(0).shape.ShouldBe([2, 3]);
        other.Buffer.sum().to(torch.float32).item<float>().ShouldBe(0);
        tensors[1].item<float>().ShouldNotBe(1);
    }

    [Fact]
    public void Gradients_are_views_of_one_buffer()
    {
        using var scope = torch.NewDisposeScope();
        Parameter[] parameters = [.. Tensors().Select(tensor => new Parameter(tensor))];
        using var flat = new FlatParameters(parameters);

        parameters.Select(parameter => parameter.square().sum()).Aggregate((sum, term) => sum + term).backward();

        for (var i = 0; i < parameters.Length; i++)
            Equal(flat.Gradients.View(i), parameters[i].detach() * 2).ShouldBeTrue();
        flat.CountOf(2).ShouldBe(7);
        flat.ZeroGradients();
        parameters.ShouldAllBe(parameter => parameter.grad!.abs().sum().item<float>() == 0);
    }

    [Fact]
    public void Parameters_of_bfloat16_have_masters_of_float32()
    {
        using var scope = torch.NewDisposeScope();
        var reduced = new Parameter(torch.ones(4, torch.bfloat16));
        var full = new Parameter(torch.ones(3));
        using var flat = new FlatParameters([reduced, full]);
        flat.Values.Buffer.dtype.ShouldBe(torch.float32);

        // Steps that bfloat16 alone would round away add up in the masters.
        for (var step = 0; step < 100; step++)
        {
            using (torch.no_grad())
                flat.Values.Buffer.add_(1e-3);
            flat.Publish();
        }

        flat.Values.Buffer.sub(1.1).abs().max().item<float>().ShouldBeLessThan(1e-5f);
        reduced.dtype.ShouldBe(torch.bfloat16);
        reduced.detach().to(torch.float32).sub(1.1).abs().max().item<float>().ShouldBeLessThan(4e-3f);
        full.detach().sub(1.1).abs().max().item<float>().ShouldBeLessThan(1e-5f);

        for (var pass = 0; pass < 2; pass++)
        {
            (reduced.to(torch.float32).sum() + (full * 2).sum()).backward();
            flat.CollectGradients();
        }

        flat.Gradients.Buffer.data<float>().ToArray().ShouldBe([2, 2, 2, 2, 4, 4, 4]);
    }

    private static torch.Tensor[] Tensors() => [torch.rand(2, 3), torch.rand(1), torch.rand(2, 2, 1)];

    private static bool Equal(torch.Tensor left, torch.Tensor right) => left.detach().equal(right).all().item<bool>();
}
