using IRConStyle.Modules.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace IRConStyle.Modules.Tests.Kernels;

/// <summary>What is computed from weights follows them, however they are changed.</summary>
public sealed class WeightCacheTests
{
    private static readonly Dictionary<string, Action<Tensor>> Ways = new()
    {
        { "one number by one bit", weight => weight[3].fill_(BitConverter.UInt32BitsToSingle(BitConverter.SingleToUInt32Bits(weight[3].item<float>()) ^ 1)) },
        { "the last number", weight => weight[-1].add_(1) },
        { "all signs", weight => weight.neg_() },
        { "two signs", weight => weight.view(-1, 32).narrow(0, 0, 2).neg_() },
        { "two numbers a vector apart exchanged", weight => weight.view(-1, 32).narrow(0, 0, 2).copy_(weight.view(-1, 32).narrow(0, 0, 2).flip(0).clone()) },
        { "order", weight => weight.copy_(weight.flip(0).clone()) },
        { "other memory", weight => weight.set_(rand_like(weight)) },
    };

    public static TheoryData<string> Changes => [.. Ways.Keys];

    [Theory]
    [MemberData(nameof(Changes))]
    public void A_change_is_noticed(string what)
    {
        using var scope = NewDisposeScope();
        var weight = rand(640);
        var cache = new WeightCache<object>();
        var first = cache.Find(() => new object(), weight, null);
        cache.Find(() => new object(), weight, null).ShouldBeSameAs(first);
        cache.Find(() => new object(), weight.clone(), null).ShouldBeSameAs(first, "the content decides");

        Ways[what](weight);

        var second = cache.Find(() => new object(), weight, null);
        second.ShouldNotBeSameAs(first, what);
        cache.Find(() => new object(), weight, null).ShouldBeSameAs(second);
    }

    [Fact]
    public void Weights_of_another_type_or_with_other_borders_are_other_weights()
    {
        using var scope = NewDisposeScope();
        var (a, b) = (zeros(3), zeros(5));
        var cache = new WeightCache<object>();
        var first = cache.Find(() => new object(), a, b);
        cache.Find(() => new object(), b, a).ShouldNotBeSameAs(first);
        first = cache.Find(() => new object(), a);
        cache.Find(() => new object(), a.to(int32)).ShouldNotBeSameAs(first);
    }

    [Fact]
    public void Weights_with_gaps_are_left_to_the_layers()
    {
        using var scope = NewDisposeScope();
        new WeightCache<object>().Find(() => throw new InvalidOperationException(), rand(4, 4).t()).ShouldBeNull();
    }

    [SkippableFact]
    public void Another_form_of_the_kernels_means_other_packing()
    {
        using var scope = NewDisposeScope();
        var weight = rand(8);
        var cache = new WeightCache<object>();
        KernelForms.All.Select(form =>
        {
            using var use = KernelForms.Use(form);
            return cache.Find(() => new object(), weight);
        }).Distinct().Count().ShouldBe(KernelForms.All.Count());
    }
}
