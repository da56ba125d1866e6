using IRConStyle.Abstractions;
using IRConStyle.Plugins.Datasets;

namespace IRConStyle.Plugins.Tests.Datasets;

public sealed class PairingTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("{id}_{variant}", "{id}", "1400_1.png 1400_10.png 1401_1.png", "1400.png 1401.png", "1400_1.png=1400.png 1400_10.png=1400.png 1401_1.png=1401.png")]
    [InlineData("{id}_{variant}", "{id}", "0001_0.8_0.2.jpg", "0001.png", "0001_0.8_0.2.jpg=0001.png")]
    [InlineData("{part}/{id}_{variant}", "{id}", "part1/5_1_0.04.jpg part2/9_1_0.2.jpg", "5.jpg 9.jpg", "part1/5_1_0.04.jpg=5.jpg part2/9_1_0.2.jpg=9.jpg")]
    [InlineData("rain-{id}", "norain-{id}", "rain-001.png rain-002.png", "norain-001.png norain-002.png", "rain-001.png=norain-001.png rain-002.png=norain-002.png")]
    [InlineData("norain-{id}x2", "norain-{id}", "norain-1x2.png", "norain-1.png", "norain-1x2.png=norain-1.png")]
    [InlineData("{id}_rain", "{id}_clean", "0_rain.png", "0_clean.jpg", "0_rain.png=0_clean.jpg")]
    [InlineData("{split}/{id}", "{id}", "test-close-ups/1fromGOPR0950.png", "1fromGOPR0950.png", "test-close-ups/1fromGOPR0950.png=1fromGOPR0950.png")]
    public void Names_are_paired_by_what_they_have_in_common(string degradedName, string cleanName, string degraded, string clean, string expected)
    {
        Write("degraded", degraded);
        Write("clean", clean);
        var dataset = Open(new() { DegradedName = degradedName, CleanName = cleanName });
        Pairs(dataset).ShouldBe(expected.Split(' '));
        dataset.Findings.ShouldBeEmpty();
    }

    [Fact]
    public void Scenes_of_one_folder_are_paired_and_other_files_passed_over()
    {
        Write("degraded", "a/blur/1.png a/sharp/1.png a/blur_gamma/1.png b/blur/1.png b/sharp/1.png");
        var dataset = Open(new() { DegradedName = "{scene}/blur/{frame}", CleanName = "{scene}/sharp/{frame}" }, clean: "degraded");
        Pairs(dataset).ShouldBe(["a/blur/1.png=a/sharp/1.png", "b/blur/1.png=b/sharp/1.png"]);
        var finding = dataset.Findings.ShouldHaveSingleItem();
        finding.File.ShouldBe(_directory.File("degraded", "a", "blur_gamma", "1.png"));
        finding.Problem.ShouldContain("{scene}/blur/{frame}");
        finding.IsError.ShouldBeFalse();
    }

    [Theory]
    [InlineData("rain-{id}", "norain-{id}", "rain-1.png norain-1.png", "rain-1.png=norain-1.png")]
    [InlineData("{id}_{variant}", "{id}", "14_1.png 14_2.png 14.png", "14_1.png=14.png 14_2.png=14.png")]
    [InlineData("{id}", "{id}_gt", "1.png 1_gt.png", "1.png=1_gt.png")]
    public void In_one_folder_the_template_that_says_more_has_its_way(string degradedName, string cleanName, string files, string expected)
    {
        Write("degraded", files);
        Pairs(Open(new() { DegradedName = degradedName, CleanName = cleanName }, clean: "degraded")).ShouldBe(expected.Split(' '));
    }

    [Fact]
    public void Files_that_match_no_template_are_passed_over_by_name()
    {
        Write("degraded", "rain-1.png mask-1.png");
        Write("clean", "norain-1.png thumbs.png");
        Open(new() { DegradedName = "rain-{id}", CleanName = "norain-{id}" }).Findings
            .Select(finding => $"{Path.GetFileName(finding.File)} {finding.Problem} {finding.IsError}")
            .ShouldBe(["mask-1.png is not named like rain-{id} False", "thumbs.png is not named like norain-{id} False"]);
    }

    [Fact]
    public void A_template_that_nothing_matches_is_refused_with_an_example()
    {
        Write("degraded", "a.png");
        Write("clean", "a.png");
        var error = Should.Throw<IRConStyleException>(() => Open(new() { DegradedName = "rain-{id}", CleanName = "{id}" }));
        error.Message.ShouldContain("rain-{id}");
        error.Message.ShouldContain("a.png");
    }

    [Fact]
    public void Images_without_partner_are_refused_left_out_or_told()
    {
        Write("degraded", "a.png b.png");
        Write("clean", "a.png c.png");
        Should.Throw<IRConStyleException>(() => Open(new())).Remedy.ShouldNotBeNull().ShouldContain("LeaveOut");

        var leftOut = Open(new() { Unpaired = UnpairedImages.LeaveOut });
        Pairs(leftOut).ShouldBe(["a.png=a.png"]);
        leftOut.Findings.ShouldAllBe(finding => !finding.IsError);

        var inspected = Open(new(), inspect: true);
        Pairs(inspected).ShouldBe(["a.png=a.png"]);
        inspected.Findings.Select(finding => $"{Path.GetFileName(finding.File)} {finding.Problem}")
            .ShouldBe(["b.png has no clean partner", "c.png has no degraded partner"]);
        inspected.Findings.ShouldAllBe(finding => finding.IsError);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Without_any_pair_a_dataset_never_opens(bool inspect)
    {
        Write("degraded", "a.png");
        Write("clean", "b.png");
        Should.Throw<IRConStyleException>(() => Open(new(), inspect: inspect));
        Should.Throw<IRConStyleException>(() => Open(new() { Unpaired = UnpairedImages.LeaveOut }, inspect: inspect));
    }

    [Fact]
    public void An_inspection_tells_of_files_that_differ_only_in_extension()
    {
        Write("degraded", "a.png a.jpg");
        Write("clean", "a.png");
        var dataset = Open(new(), inspect: true);
        Pairs(dataset).ShouldBe(["a.jpg=a.png"]);
        dataset.Findings.ShouldHaveSingleItem().Problem.ShouldContain("a.jpg only in its extension");
    }

    [Fact]
    public void A_list_of_one_column_takes_its_images_in_its_order()
    {
        Write("degraded", "1_1.png 1_2.png 2_1.png");
        Write("clean", "1.png 2.png");
        List("# the test split", "", "2_1.png", "1_2.png");
        var dataset = Open(new() { DegradedName = "{id}_{v}", CleanName = "{id}", List = "list.txt" });
        Pairs(dataset).ShouldBe(["2_1.png=2.png", "1_2.png=1.png"]);
        dataset.Findings.ShouldHaveSingleItem().Problem.ShouldBe("is not in list.txt");
    }

    [Theory]
    [InlineData("s1/gt/gt_1.png s1/blur/blur_1.png")]
    [InlineData("s1/gt/gt_1.png\ts1/blur/blur_1.png")]
    [InlineData("./s1/gt/gt_1.png, ./s1/blur/blur_1.png")]
    [InlineData("s1/gt/gt_1.png   s1/blur/blur_1.png (480,480,3)")]
    public void A_list_of_two_columns_names_both_images(string line)
    {
        Write("degraded", "s1/gt/gt_1.png s1/blur/blur_1.png s2/gt/gt_1.png s2/blur/blur_1.png");
        List(line);
        var dataset = Open(new() { List = "list.txt", ListOrder = ListOrder.CleanFirst }, clean: "degraded");
        Pairs(dataset).ShouldBe(["s1/blur/blur_1.png=s1/gt/gt_1.png"]);
        dataset.Findings.Count.ShouldBe(2);
    }

    [Fact]
    public void Names_with_blanks_stand_alone_or_between_tabs()
    {
        WriteFile("degraded", "my photo.png");
        WriteFile("clean", "my photo.png");
        List("my photo.png");
        Pairs(Open(new() { List = "list.txt" })).ShouldBe(["my photo.png=my photo.png"]);
        List("my photo.png\tmy photo.png");
        Pairs(Open(new() { List = "list.txt" })).ShouldBe(["my photo.png=my photo.png"]);
    }

    [Fact]
    public void What_a_list_names_wrongly_is_told_by_line()
    {
        Write("degraded", "a.png b.png");
        Write("clean", "a.png");
        List("a.png", "", "gone.png", "a.png", "b.png", "a.png gone.png");
        var error = Should.Throw<IRConStyleException>(() => Open(new() { List = "list.txt" }));
        error.Message.ShouldContain("line 3: gone.png is missing in " + _directory.File("degraded"));
        error.Message.ShouldContain("line 4: a.png again after line 1");
        error.Message.ShouldContain("line 5: b.png has 0 partners");

        var inspected = Open(new() { List = "list.txt" }, inspect: true);
        Pairs(inspected).ShouldBe(["a.png=a.png"]);
        inspected.Findings.Count(finding => finding.IsError).ShouldBe(4);
    }

    [Theory]
    [InlineData("a.png b.png c.png", "3 columns")]
    [InlineData("# nothing", "names no image")]
    [InlineData(null, "cannot be read")]
    public void A_list_that_is_none_is_refused(string? line, string expected)
    {
        Write("degraded", "a.png");
        Write("clean", "a.png");
        if (line is not null)
            List(line);
        Should.Throw<IRConStyleException>(() => Open(new() { List = "list.txt" })).Message.ShouldContain(expected);
    }

    [Fact]
    public void A_clean_folder_takes_the_images_of_a_list()
    {
        Write("clean", "a.png b.png c.png");
        List("c.png", "a.png");
        var dataset = OpenClean(new() { Root = "clean", List = "list.txt" });
        Enumerable.Range(0, dataset.Count).Select(dataset.NameOf).ShouldBe(["c.png", "a.png"]);
        dataset.Findings.ShouldHaveSingleItem().IsError.ShouldBeFalse();

        List("c.png", "d.png");
        Should.Throw<IRConStyleException>(() => OpenClean(new() { Root = "clean", List = "list.txt" })).Message.ShouldContain("line 2: d.png is missing");
    }

    [Fact]
    public void A_seed_of_its_own_depends_on_name_and_seed_alone()
    {
        Write("clean", "a.png b.png");
        float Seed(string name, ulong seed, bool byName)
        {
            var dataset = OpenClean(new() { Root = "clean", SeedByName = byName });
            using var sample = dataset.Load(Enumerable.Range(0, dataset.Count).First(i => dataset.NameOf(i) == name), new SampleRequest(seed));
            return sample.Degraded[0, 0, 0].item<float>();
        }

        Seed("a.png", 9, byName: false).ShouldBe(9);
        Seed("a.png", 9, byName: true).ShouldBe(NameHash.Mix("a.png", 9));
        Seed("a.png", 9, byName: true).ShouldNotBe(Seed("b.png", 9, byName: true));
        Seed("a.png", 9, byName: true).ShouldNotBe(Seed("a.png", 10, byName: true));
        // Another list beside it changes nothing.
        File.Delete(_directory.File("clean", "b.png"));
        Seed("a.png", 9, byName: true).ShouldBe(NameHash.Mix("a.png", 9));
    }

    [Fact]
    public void The_hash_of_names_is_FNV_1a()
    {
        // The published vectors of FNV-1a 64: "" and "foobar".
        NameHash.Mix("", 0).ShouldBe(SplitMix64.Mix(0xcbf29ce484222325));
        NameHash.Mix("foobar", 0).ShouldBe(SplitMix64.Mix(0x85944171f73967e8));
    }

    private static string[] Pairs(PairedFoldersDataset dataset)
        => [.. Enumerable.Range(0, dataset.Count).Select(index => $"{dataset.NameOf(index)}={dataset.CleanNameOf(index)}")];

    private PairedFoldersDataset Open(PairedFoldersOptions options, string clean = "clean", bool inspect = false)
    {
        (options.Degraded, options.Clean) = ("degraded", clean);
        return new(options, Context(inspect));
    }

    private CleanFolderDataset OpenClean(CleanFolderOptions options) => new(options, Context(inspect: false));

    private DatasetContext Context(bool inspect)
        => new(new NoServices(), new StubReader(), new StubDegradation()) { BaseDirectory = _directory.Path, IsInspection = inspect };

    private void Write(string folder, string names)
    {
        foreach (var name in names.Split(' '))
            WriteFile(folder, name);
    }

    private void WriteFile(string folder, string name) => StubReader.Write(_directory.File(folder, name), 4, 5);

    private void List(params string[] lines) => File.WriteAllLines(_directory.File("list.txt"), lines);
}
