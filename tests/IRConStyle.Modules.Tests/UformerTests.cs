using IRConStyle.Abstractions;
using IRConStyle.Plugins.Uformer;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace IRConStyle.Modules.Tests;

/// <summary>Attention in windows, on images of any shape, and the two networks made of it.</summary>
public sealed class UformerTests
{
    private readonly Components _components = new();

    [Fact]
    public void Windows_of_a_rectangle_are_cut_row_by_row_and_put_back()
    {
        using var scope = NewDisposeScope();
        var pixels = rand(2, 6, 9, 5);

        var windows = WindowAttention.ToWindows(pixels, 3);

        windows.shape.ShouldBe([12, 9, 5]);
        // The second image begins after six windows; its window below the first and one to the right is number four.
        windows[10].view(3, 3, 5).equal(pixels[1].narrow(0, 3, 3).narrow(1, 3, 3)).all().item<bool>().ShouldBeTrue();
        WindowAttention.FromWindows(windows, 3, 6, 9).equal(pixels).all().item<bool>().ShouldBeTrue();
    }

    [Theory]
    [InlineData(8, 12, 4, 0)]
    [InlineData(8, 12, 4, 2)]
    [InlineData(4, 12, 4, 2)]
    [InlineData(12, 4, 4, 2)]
    [InlineData(4, 4, 4, 2)]
    [InlineData(9, 6, 3, 1)]
    public void Attention_is_that_of_every_pixel_to_those_of_its_window_on_its_side_of_the_edge(
        int height, int width, int window, int shift)
    {
        const int channels = 6;
        const int heads = 2;
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var attention = new WindowAttention(channels, heads, window, shift, bias: true);
        attention.to(float64);
        Randomize(attention);
        var pixels = randn(2, height, width, channels, dtype: float64);
        var offsets = randn(window * window, channels, dtype: float64);

        var actual = attention.Attend(pixels, offsets);

        for (var image = 0; image < 2; image++)
        {
            var expected = Directly(attention.state_dict(), pixels[image], offsets, heads, window, shift);
            Difference(actual[image], expected).ShouldBeLessThan(1e-12);
        }
    }

    [Fact]
    public void Opposite_edges_of_an_image_do_not_see_each_other()
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var attention = new WindowAttention(4, 1, 4, 2, bias: true);
        var pixels = rand(1, 12, 8, 4);
        var changed = pixels.clone();
        changed.narrow(1, 10, 2).add_(1);

        var difference = (attention.Attend(changed, null) - attention.Attend(pixels, null)).abs().amax([0, 2, 3]);

        // Rows 10 and 11 share a shifted window with rows 0 and 1 only.
        difference.narrow(0, 0, 10).max().item<float>().ShouldBe(0);
        difference.narrow(0, 10, 2).min().item<float>().ShouldBeGreaterThan(0);
    }

    [Fact]
    public void Two_squares_side_by_side_give_what_each_gives()
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var block = new UformerBlock(
            new(8, 2, 4, 16, Shift: 0, Hidden: 12, IsLocallyEnhanced: false, QkvBias: true, Modulator: true, CrossModulator: true, DropPath: 0));
        Randomize(block);
        var (left, right) = (rand(1, 8, 8, 8), rand(1, 8, 8, 8));

        var both = block.call(cat([left, right], 2));

        Difference(both.narrow(2, 0, 8), block.call(left)).ShouldBeLessThan(1e-6);
        Difference(both.narrow(2, 8, 8), block.call(right)).ShouldBeLessThan(1e-6);
    }

    [Theory]
    [InlineData("leff", false)]
    [InlineData("ffn", true)]
    public void Rectangles_in_a_batch_come_out_the_same_with_and_without_recorded_gradients(string feedForward, bool cross)
    {
        using var scope = NewDisposeScope();
        random.manual_seed(3);
        foreach (var network in Networks(feedForward, cross))
        {
            network.Module.eval();
            network.Module.to(float64);
            var image = rand([2, 3, 64, 96], float64);
            var before = image.clone();

            var recorded = network.Restore(image, null).detach();
            using var noGrad = no_grad();
            var restored = network.Restore(image, null);

            Difference(restored, recorded).ShouldBeLessThan(1e-10);
            Difference(restored, image).ShouldBeGreaterThan(1e-3);
            image.equal(before).all().item<bool>().ShouldBeTrue();
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_wide_image_in_several_bands_gives_what_the_recorded_pass_gives(int batch)
    {
        using var scope = NewDisposeScope();
        var block = new UformerBlock(
            new(16, 2, 8, 64, Shift: 4, Hidden: 64, IsLocallyEnhanced: true, QkvBias: true, Modulator: false, CrossModulator: false, DropPath: 0));
        Randomize(block);
        // 1 MB per widened row: more rows than a band holds.
        var pixels = rand(batch, 40, 4096, 16);

        var recorded = block.call(pixels).detach();
        using var noGrad = no_grad();

        Difference(block.call(pixels), recorded).ShouldBeLessThan(1e-5);
    }

    [Fact]
    public void All_parameters_learn_but_those_the_authors_leave_unused()
    {
        using var scope = NewDisposeScope();
        foreach (var network in Networks("leff", cross: true))
        {
            network.Module.eval();
            network.Restore(rand(1, 3, 32, 64), null).square().mean().backward();

            var unused = network.Module.named_parameters().Where(entry => entry.parameter.grad is null).Select(entry => entry.name).ToArray();
            unused.ShouldAllBe(name => name.Contains("norm_cross"));
            unused.Length.ShouldBe(2 * network.Module.state_dict().Keys.Count(name => name.EndsWith("cross_modulator.weight", StringComparison.Ordinal)));
            unused.ShouldAllBe(name => network.IsDormant(name));
            network.Module.named_parameters().Count(entry => network.IsDormant(entry.name)).ShouldBe(unused.Length);
        }
    }

    [Fact]
    public void Training_leaves_out_branches_by_a_seeded_choice()
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var network = _components.Backbone("constyle-uformer", SmallStyled());
        Randomize(network.Module);
        var image = rand(4, 3, 32, 32);
        network.Module.eval();
        var restored = network.Restore(image, null);
        network.Module.train();

        var (first, same, other) = (Train(1), Train(1), Train(2));

        Difference(first, same).ShouldBe(0);
        Difference(first, other).ShouldBeGreaterThan(1e-3);
        Difference(first, restored).ShouldBeGreaterThan(1e-3);

        Tensor Train(int seed)
        {
            random.manual_seed(seed);
            return network.Restore(image, null);
        }
    }

    [Fact]
    public void The_networks_have_the_published_sizes()
    {
        Count(new UformerOptions()).ShouldBe(20_628_317);
        Count(new UformerOptions { ImageSize = 128, Modulator = true }).ShouldBe(20_751_197);

        long Count(UformerOptions options)
        {
            using var network = _components.Backbone("uformer", options).Module;
            return network.parameters().Sum(parameter => parameter.numel());
        }
    }

    [Fact]
    public void Networks_start_with_finite_weights_whatever_the_seed()
    {
        using var scope = NewDisposeScope();
        for (var seed = 0; seed < 4; seed++)
        {
            // Rare draws show in the full size alone.
            random.manual_seed(seed);
            using var network = _components.Backbone("uformer").Module;
            foreach (var (name, parameter) in network.named_parameters())
                isfinite(parameter).all().item<bool>().ShouldBeTrue($"{name}, seed {seed}");
        }
    }

    [Theory]
    [InlineData(128, 8, 64)]
    [InlineData(32, 8, 32)]
    [InlineData(48, 8, 96)]
    [InlineData(24, 3, 24)]
    public void An_image_must_fall_into_whole_windows_at_every_level(int imageSize, int window, int expected)
    {
        using var scope = NewDisposeScope();
        var network = _components.Backbone(
            "constyle-uformer", new ConStyleUformerOptions { Dim = 8, ImageSize = imageSize, WindowSize = window });

        network.Spec.SizeMultiple.ShouldBe(expected);
        network.Restore(rand(1, 3, expected, expected * 2), null).shape.ShouldBe([1, 3, expected, expected * 2]);
    }

    [Theory]
    [InlineData(4, 8, 4, "ImageSize is 4")]
    [InlineData(16, 8, 4, "Modulator")]
    [InlineData(64, 8, 3, "Heads")]
    public void Numbers_that_do_not_fit_are_refused_by_name(int imageSize, int window, int heads, string expected) =>
        Should.Throw<IRConStyleException>(() => _components.Backbone(
                "constyle-uformer",
                new ConStyleUformerOptions { Dim = 8, ImageSize = imageSize, WindowSize = window, Heads = [1, 2, 2, heads, 2, 2, 1] }))
            .Message.ShouldContain(expected);

    /// <summary>
    /// One image's attention as one matrix over all its pixels: another window is out of sight, the other side of the image
    /// costs 100.
    /// </summary>
    private static Tensor Directly(
        Dictionary<string, Tensor> state, Tensor image, Tensor offsets, int heads, int window, int shift)
    {
        var (height, width, channels) = (image.shape[0], image.shape[1], image.shape[2]);
        // Where each pixel stands once the image is shifted, by row and by column.
        var row = (arange(height).unsqueeze(1) - shift).remainder(height).expand(height, width).flatten();
        var column = (arange(width).unsqueeze(0) - shift).remainder(width).expand(height, width).flatten();
        var place = (row.remainder(window) * window) + column.remainder(window);
        var tokens = image.view(-1, channels) + offsets.index_select(0, place);
        var query = Apply("qkv.to_q", tokens);
        var (key, value) = (Apply("qkv.to_kv", tokens).narrow(1, 0, channels), Apply("qkv.to_kv", tokens).narrow(1, channels, channels));

        var isHidden = Differ(row.div(window, RoundingMode.floor)) | Differ(column.div(window, RoundingMode.floor));
        var isBehindEdge = Differ(row.ge(height - shift)) | Differ(column.ge(width - shift));
        var distance = ((row.unsqueeze(1) - row + window - 1) * ((2 * window) - 1)) + column.unsqueeze(1) - column + window - 1;
        var size = channels / heads;
        var taken = Enumerable.Range(0, heads).Select(head =>
        {
            var (from, length) = (head * size, size);
            var logits = query.narrow(1, from, length).mm(key.narrow(1, from, length).t()) / Math.Sqrt(size);
            var known = distance.masked_fill(isHidden, 0);
            logits += state["relative_position_bias_table"].select(1, head).index_select(0, known.flatten()).view_as(logits);
            logits = (logits - (isBehindEdge.to(float64) * 100)).masked_fill(isHidden, double.NegativeInfinity);
            return logits.softmax(1).mm(value.narrow(1, from, length));
        });
        return Apply("proj", cat(taken.ToArray(), 1)).view(height, width, channels);

        Tensor Apply(string layer, Tensor input) => input.mm(state[layer + ".weight"].t()) + state[layer + ".bias"];

        static Tensor Differ(Tensor group) => group.unsqueeze(1).ne(group);
    }

    private static double Difference(Tensor left, Tensor right) => (left - right).abs().max().ToDouble();

    private static void Randomize(nn.Module module)
    {
        using var noGrad = no_grad();
        foreach (var parameter in module.parameters())
            parameter.uniform_(-0.3, 0.3);
    }

    private static UformerOptions Small() => new()
    {
        Dim = 4, StageBlocks = [2, 2, 1, 1, 2, 1, 1, 2, 2], Heads = [1, 2, 2, 4, 4, 4, 2, 2, 1], ImageSize = 64, WindowSize = 2,
    };

    private static ConStyleUformerOptions SmallStyled() => new()
    {
        Dim = 8, StageBlocks = [2, 2, 1, 1, 1, 2, 2], Heads = [1, 2, 2, 4, 2, 2, 1], ImageSize = 32, WindowSize = 4,
    };

    /// <summary>Both networks, small, without style, with blocks that shift their windows.</summary>
    private IEnumerable<IBackbone> Networks(string feedForward, bool cross)
    {
        foreach (var (name, options) in new (string, WindowAttentionOptions)[] { ("uformer", Small()), ("constyle-uformer", SmallStyled()) })
        {
            (options.FeedForward, options.CrossModulator, options.Modulator) = (feedForward, cross, true);
            var network = _components.Backbone(name, options);
            Randomize(network.Module);
            yield return network;
        }
    }
}
