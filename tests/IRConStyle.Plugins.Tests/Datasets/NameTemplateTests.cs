using IRConStyle.Abstractions;
using IRConStyle.Plugins.Datasets;

namespace IRConStyle.Plugins.Tests.Datasets;

public class NameTemplateTests
{
    [Theory]
    [InlineData("{*path}", "a/b/c.d.png", "a/b/c.d")]
    [InlineData("{id}", "1400.png", "1400")]
    [InlineData("{id}", "a/1400.png", null)]
    [InlineData("{id}_{variant}", "0001_0.8_0.2.jpg", "0001|0.8_0.2")]
    [InlineData("{id}_{variant}", "_1.png", null)]
    [InlineData("rain-{id}", "norain-001.png", null)]
    [InlineData("rain-{id}", "rain-001.png", "001")]
    [InlineData("rain-{id}", "Rain-001.png", null)]
    [InlineData("{scene}/blur/{frame}", "GOPR0372_07_00/blur/000047.png", "GOPR0372_07_00|000047")]
    [InlineData("{scene}/blur/{frame}", "GOPR0372_07_00/blur_gamma/000047.png", null)]
    [InlineData("{*scene}/blur/{frame}", "train/GOPR0372/blur/1.png", "train/GOPR0372|1")]
    [InlineData("{id}(x2).+", "7(x2).+.png", "7")]
    [InlineData("{id}/{id}_noisy", "3/3_noisy.png", "3")]
    [InlineData("{id}/{id}_noisy", "3/4_noisy.png", null)]
    public void A_template_takes_a_name_apart(string text, string name, string? expected)
    {
        var template = NameTemplate.Parse(text, "DegradedName");
        template.KeyOf(name, template.Placeholders)?.Replace('\0', '|').ShouldBe(expected);
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData("{}", "brace")]
    [InlineData("{id", "brace")]
    [InlineData("id}", "brace")]
    [InlineData("{1d}", "brace")]
    [InlineData("{i d}", "brace")]
    [InlineData("{{id}}", "brace")]
    [InlineData("{**path}", "brace")]
    [InlineData("{a}{b}", "nothing between")]
    [InlineData(@"a\{b}", "'/' stands between folders")]
    public void A_malformed_template_is_named_with_what_is_wrong(string text, string expected)
    {
        var error = Should.Throw<IRConStyleException>(() => NameTemplate.Parse(text, "CleanName"));
        error.Message.ShouldContain("CleanName");
        error.Message.ShouldContain(expected);
        error.Remedy.ShouldNotBeNull();
    }

    [Theory]
    [InlineData("rain", "norain", "no placeholder")]
    [InlineData("{id}", "{id}_{scene}", "{scene}")]
    [InlineData("{id}", "{name}", "{name}")]
    public void Templates_that_do_not_fit_each_other_are_refused(string degraded, string clean, string expected) =>
        Should.Throw<IRConStyleException>(() => new PairRule(new PairedFoldersOptions { DegradedName = degraded, CleanName = clean }))
            .Message.ShouldContain(expected);

    [Fact]
    public void A_hostile_name_ends_in_an_error_instead_of_hours()
    {
        var template = NameTemplate.Parse("{a}x{b}x{c}x{d}x{e}x{f}x{g}x{h}y", "DegradedName");
        Should.Throw<IRConStyleException>(() => template.KeyOf(new string('x', 250) + ".png", template.Placeholders)).Message.ShouldContain("too long");
    }
}
