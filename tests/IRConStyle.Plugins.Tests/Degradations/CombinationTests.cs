using IRConStyle.Abstractions;
using IRConStyle.Plugins.Degradations;
using TorchSharp;
using static IRConStyle.Plugins.Tests.Degradations.DegradationHost;

namespace IRConStyle.Plugins.Tests.Degradations;

public class CombinationTests
{
    private readonly LinearDegradation _halve = new(0.5, 0);
    private readonly LinearDegradation _add = new(1, 0.25);

    [Fact]
    public void Steps_are_taken_in_order_with_seeds_of_their_own()
    {
        using var scope = torch.NewDisposeScope();
        var sequence = CreateSequence(new SequenceOptions { Steps = [Step("halve"), Step("add")] });
        Degrade(sequence, Flat(1)).ShouldAllBe(value => value == 0.75f);
        Degrade(sequence, Flat(1), seed: 2).ShouldAllBe(value => value == 0.75f);
        _halve.Seeds.Concat(_add.Seeds).Distinct().Count().ShouldBe(4);
    }

    [Fact]
    public void A_step_is_left_out_as_often_as_it_says()
    {
        using var scope = torch.NewDisposeScope();
        var sequence = CreateSequence(new SequenceOptions { Steps = [Step("halve", 0.3), Step("add", 0)] });
        for (ulong seed = 0; seed < 1000; seed++)
            Degrade(sequence, Flat(1, 2, 2), seed).ShouldAllBe(value => value == 0.5f || value == 1);
        _halve.Seeds.Count.ShouldBeInRange(250, 350);
        _add.Seeds.ShouldBeEmpty();
    }

    [Fact]
    public void Shuffled_steps_are_taken_in_either_order()
    {
        using var scope = torch.NewDisposeScope();
        var sequence = CreateSequence(new SequenceOptions { Steps = [Step("halve"), Step("add")], Shuffle = true });
        var results = Enumerable.Range(0, 100).Select(seed => Degrade(sequence, Flat(1, 1, 1), (ulong)seed)[0]).CountBy(value => value).ToDictionary();
        results.Keys.Order().ShouldBe([0.625f, 0.75f]);
        results.Values.ShouldAllBe(count => count > 30);
    }

    [Fact]
    public void A_sequence_of_no_steps_taken_returns_an_image_of_its_own()
    {
        using var scope = torch.NewDisposeScope();
        var clean = Flat(0.5);
        var same = CreateSequence(new SequenceOptions { Steps = [Step("halve", 0)] }).Apply(clean, 1);
        same.add_(1);
        Values(clean).ShouldAllBe(value => value == 0.5f);
    }

    [Fact]
    public void Choices_are_drawn_by_their_weights()
    {
        using var scope = torch.NewDisposeScope();
        var choice = new OneOf(
            new OneOfOptions { Choices = [Choice("halve", 1), Choice("add", 3), Choice("never", 0)] },
            Context(null, ("halve", _halve), ("add", _add)));
        for (ulong seed = 0; seed < 2000; seed++)
            Degrade(choice, Flat(1, 1, 1), seed);
        _halve.Seeds.Count.ShouldBeInRange(430, 570);
        (_halve.Seeds.Count + _add.Seeds.Count).ShouldBe(2000);
        _halve.Seeds.Concat(_add.Seeds).Distinct().Count().ShouldBe(2000);
    }

    [Fact]
    public void Jpeg_rounds_to_bytes_and_draws_a_quality()
    {
        using var scope = torch.NewDisposeScope();
        var compressor = new HalvingCompressor();
        var jpeg = new JpegCompression(new JpegCompressionOptions { QualityMin = 20, QualityMax = 40, ChromaSubsampling = false }, compressor);
        var clean = Image(5, 7, (channel, row, column) => (channel * 40 + row * 7 + column) * 2 / 255.0);
        Degrade(jpeg, clean).Zip(Values(clean), (value, was) => Math.Abs(value - was / 2)).Max().ShouldBeLessThan(1e-6f);
        for (ulong seed = 0; seed < 200; seed++)
            Degrade(jpeg, clean, seed);
        compressor.Calls.ShouldAllBe(call => call.Width == 7 && call.Height == 5 && call.Quality >= 20 && call.Quality <= 40 && !call.ChromaSubsampling);
        compressor.Calls.Select(call => call.Quality).Distinct().Count().ShouldBe(21);
    }

    [Fact]
    public void A_grey_image_stays_grey_through_jpeg()
    {
        using var scope = torch.NewDisposeScope();
        var jpeg = new JpegCompression(new JpegCompressionOptions(), new HalvingCompressor());
        Degrade(jpeg, Flat(100 / 255.0, 4, 4, channels: 1)).ShouldBe(Enumerable.Repeat(50 / 255f, 16));
    }

    [Fact]
    public void Noise_levels_can_be_chosen_from_a_list()
    {
        var noise = new GaussianNoise(new GaussianNoiseOptions { SigmaChoices = [15, 25, 50] });
        var levels = Enumerable.Range(0, 3000).Select(seed => noise.LevelFor((ulong)seed)).CountBy(level => level).ToDictionary();
        levels.Keys.Order().ShouldBe([15, 25, 50]);
        levels.Values.ShouldAllBe(count => count > 900);
    }

    private Sequence CreateSequence(SequenceOptions options) => new(options, Context(null, ("halve", _halve), ("add", _add)));

    private static SequenceStepOptions Step(string name, double probability = 1) => new() { Name = name, Probability = probability };

    private static ChoiceOptions Choice(string name, double weight) => new() { Name = name, Weight = weight };
}
