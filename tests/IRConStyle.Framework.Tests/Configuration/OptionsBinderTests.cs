using System.ComponentModel.DataAnnotations;
using IRConStyle.Framework.Configuration;
using Microsoft.Extensions.Configuration;
using Snapshooter.Xunit;

namespace IRConStyle.Framework.Tests.Configuration;

public sealed class OptionsBinderTests
{
    [Fact]
    public void Every_error_is_reported_with_path_value_and_what_is_accepted()
    {
        var error = Should.Throw<ConfigurationException>(() => Bind(
            ("Dim", "70"), ("Rate", "fast"), ("Dept", "3"), ("Mode", "Sideways"), ("Blocks:0", "4"), ("Blocks:1", "99"),
            ("Inner:Name", ""), ("Inner:Flag", "maybe"), ("Named:one:Colour", "red"), ("Kind", "cubic"), ("Share", "1"), ("Limit:Deep", "1")));

        error.Message.MatchSnapshot();
    }

    [Fact]
    public void A_single_error_is_one_line()
        => Should.Throw<ConfigurationException>(() => Bind(("Dim", "x"))).Message.MatchSnapshot();

    [Fact]
    public void An_absent_section_gives_the_defaults()
    {
        var options = Bind();
        options.Dim.ShouldBe(32);
        options.Blocks.ShouldBe([1, 2]);
        options.Limit.ShouldBe(7);
    }

    [Fact]
    public void Arrays_replace_the_defaults()
    {
        Bind(("Blocks:0", "9")).Blocks.ShouldBe([9]);
        Bind(("Blocks", "")).Blocks.ShouldBeEmpty();
    }

    [Fact]
    public void Arrays_of_plain_values_may_be_one_comma_separated_value()
        => Bind(("Blocks", "3, 4,5")).Blocks.ShouldBe([3, 4, 5]);

    [Fact]
    public void Values_of_all_supported_kinds_bind()
    {
        var options = Bind(
            ("dim", "48"), ("Rate", "3e-4"), ("Mode", "backward"), ("Limit", ""), ("Inner:Name", "n"), ("Inner:Flag", "True"),
            ("Named:a:Name", "A"), ("Named:b:Name", "B"), ("Inners:0:Name", "first"), ("Raw:x:y", "1"), ("Seed", "18446744073709551615"));

        options.Dim.ShouldBe(48);
        options.Rate.ShouldBe(3e-4);
        options.Mode.ShouldBe(Direction.Backward);
        options.Limit.ShouldBeNull();
        (options.Inner.Name, options.Inner.Flag).ShouldBe(("n", true));
        options.Named.ToDictionary(pair => pair.Key, pair => pair.Value.Name)
            .ShouldBe(new Dictionary<string, string> { ["a"] = "A", ["b"] = "B" }, ignoreOrder: true);
        options.Inners.ShouldHaveSingleItem().Name.ShouldBe("first");
        options.Raw.ShouldNotBeNull()["x:y"].ShouldBe("1");
        options.Seed.ShouldBe(ulong.MaxValue);
    }

    [Theory]
    [InlineData("0.4")]
    [InlineData("1.0")]
    [InlineData("NaN")]
    public void Fractions_are_compared_as_they_are(string share)
        => Should.Throw<ConfigurationException>(() => Bind(("Share", share))).Errors.ShouldHaveSingleItem().Path.ShouldBe("Root:Share");

    [Fact]
    public void Options_that_contradict_each_other_are_reported_at_their_member()
    {
        var error = Should.Throw<ConfigurationException>(() => Bind(("Dim", "33"), ("Mode", "Backward")));
        error.Errors.ShouldHaveSingleItem().ShouldBe(new ConfigurationError("Root:Dim", null, "an odd size cannot go backward"));
    }

    private static SampleOptions Bind(params (string Key, string Value)[] entries)
        => OptionsBinder.Bind<SampleOptions>(new ConfigurationBuilder()
            .AddInMemoryCollection(entries.Select(entry => KeyValuePair.Create("Root:" + entry.Key, (string?)entry.Value)))
            .Build()
            .GetSection("Root"));

    internal enum Direction
    {
        Forward,
        Backward,
    }

    internal sealed class SampleOptions : IValidatableObject
    {
        [Range(8, 64)]
        public int Dim { get; set; } = 32;

        public double Rate { get; set; } = 0.1;

        // Whole bounds on a fraction, which the attribute alone would round.
        [Range(0.5, 1, MaximumIsExclusive = true)]
        public double Share { get; set; } = 0.5;

        public Direction Mode { get; set; }

        [Range(1, 16)]
        public int[] Blocks { get; set; } = [1, 2];

        public int? Limit { get; set; } = 7;

        [AllowedValues("linear", "nearest")]
        public string Kind { get; set; } = "linear";

        public ulong Seed { get; set; }

        public InnerOptions Inner { get; set; } = new() { Name = "default" };

        public InnerOptions[] Inners { get; set; } = [];

        public Dictionary<string, InnerOptions> Named { get; set; } = [];

        public IConfigurationSection? Raw { get; set; }

        public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
        {
            if (Dim % 2 == 1 && Mode == Direction.Backward)
                yield return new ValidationResult("an odd size cannot go backward", [nameof(Dim)]);
        }
    }

    internal sealed class InnerOptions
    {
        [Required]
        public string Name { get; set; } = "";

        public bool Flag { get; set; }
    }
}
