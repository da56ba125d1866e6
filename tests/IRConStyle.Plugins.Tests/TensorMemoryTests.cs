using IRConStyle.Abstractions;
using TorchSharp;

namespace IRConStyle.Plugins.Tests;

public sealed class TensorMemoryTests
{
    [Fact]
    public void Elements_are_the_tensors_own_in_order()
    {
        using var scope = torch.NewDisposeScope();
        var tensor = torch.arange(24, dtype: torch.float32).reshape(2, 3, 4);
        tensor.Elements<float>().ToArray().ShouldBe(Enumerable.Range(0, 24).Select(i => (float)i));
        tensor[1].Elements<float>()[0].ShouldBe(12);
        tensor.Elements<float>()[23] = 7;
        tensor[1, 2, 3].item<float>().ShouldBe(7);
        torch.zeros(0, 3).Elements<float>().Length.ShouldBe(0);
    }

    [Fact]
    public void A_tensor_of_more_than_2_to_the_31_bytes_is_reached_to_its_end()
    {
        // An RGB image of 180 megapixels; memory that is not touched is not taken.
        using var tensor = torch.empty([3, 12_000, 15_000], dtype: torch.float32);
        var elements = tensor.Elements<float>();
        elements.Length.ShouldBe(540_000_000);
        (elements[0], elements[^1]) = (1, 2);
        using var last = tensor[2, 11_999, 14_999];
        last.item<float>().ShouldBe(2);
    }

    [Fact]
    public void Views_and_other_types_are_refused()
    {
        using var scope = torch.NewDisposeScope();
        var tensor = torch.zeros(4, 5);
        Should.Throw<ArgumentException>(() => tensor.t().Elements<float>().Length);
        Should.Throw<ArgumentException>(() => tensor.Elements<double>().Length);
    }
}
