using IRConStyle.Abstractions;
using IRConStyle.Plugins.Datasets;
using TorchSharp;

namespace IRConStyle.Plugins.Tests.Datasets;

public sealed class FolderDatasetTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly StubReader _reader = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Images_are_named_by_their_path_and_come_in_order()
    {
        foreach (var name in new[] { "b.png", "sub/a.JPG", "a.png", "notes.txt" })
            StubReader.Write(_directory.File("clean", name), 4, 5);
        var dataset = Clean();
        Enumerable.Range(0, dataset.Count).Select(dataset.NameOf).ShouldBe(["a.png", "b.png", "sub/a.JPG"]);
        Clean(recursive: false).Count.ShouldBe(2);
    }

    [Fact]
    public void The_degradation_sees_the_patch_and_the_seed()
    {
        StubReader.Write(_directory.File("clean", "a.png"), 20, 30);
        using var sample = Clean().Load(0, new SampleRequest(9, PatchSize: 8, Augment: true));
        sample.Clean.shape.ShouldBe([3, 8, 8]);
        sample.Degraded[0, 0, 0].item<float>().ShouldBe(9);
        sample.Name.ShouldBe("a.png");
    }

    [Fact]
    public void A_clean_folder_without_degradation_is_refused()
    {
        StubReader.Write(_directory.File("clean", "a.png"), 4, 4);
        var context = new DatasetContext(new NoServices(), _reader, null);
        Should.Throw<IRConStyleException>(() => new CleanFolderDataset(new CleanFolderOptions { Root = _directory.File("clean") }, context))
            .Remedy.ShouldNotBeNull().ShouldContain("gaussian-noise");
    }

    [Theory]
    [InlineData("", "Root")]
    [InlineData("missing", "missing")]
    [InlineData("empty", "no image")]
    public void A_folder_without_images_is_refused(string folder, string expected)
    {
        Directory.CreateDirectory(_directory.File("empty"));
        var root = folder.Length == 0 ? "" : _directory.File(folder);
        Should.Throw<IRConStyleException>(() => new CleanFolderDataset(new CleanFolderOptions { Root = root }, Context())).Message.ShouldContain(expected);
    }

    [Fact]
    public void Images_in_folders_below_are_spoken_of_where_they_are_not_searched()
    {
        StubReader.Write(_directory.File("clean", "below", "a.png"), 4, 4);
        var error = Should.Throw<IRConStyleException>(() => Clean(recursive: false));
        error.Message.ShouldContain("holds images only in folders below, and Recursive is off");
        error.Remedy.ShouldNotBeNull().ShouldContain("Set Recursive to true");

        StubReader.Write(_directory.File("clean", "b.png"), 4, 4);
        var finding = Clean(recursive: false).Findings.ShouldHaveSingleItem();
        (finding.File, finding.IsError).ShouldBe((_directory.File("clean"), false));
        finding.Problem.ShouldContain("Recursive=false passes over");
        Clean().Findings.ShouldBeEmpty();
    }

    [Fact]
    public void What_the_reader_passes_over_is_found_in_the_dataset()
    {
        StubReader.Write(_directory.File("clean", "a.png"), 4, 4);
        var finding = new DatasetFinding(_directory.File("clean", "secret"), "cannot be listed", IsError: true);
        var context = new DatasetContext(new NoServices(), new StubReader { Findings = [finding] }, new StubDegradation());
        new CleanFolderDataset(new CleanFolderOptions { Root = _directory.File("clean") }, context).Findings.ShouldBe([finding]);
    }

    [Fact]
    public void Both_images_of_a_pair_show_the_same_patch_turned_the_same_way()
    {
        StubReader.Write(_directory.File("degraded", "sub", "a.jpg"), 20, 30);
        StubReader.Write(_directory.File("clean", "sub", "a.png"), 20, 30);
        var dataset = Paired();
        for (var seed = 0UL; seed < 20; seed++)
        {
            using var sample = dataset.Load(0, new SampleRequest(seed, PatchSize: 8, Augment: true));
            sample.Degraded.ShouldEqualExactly(sample.Clean);
            sample.Name.ShouldBe("sub/a.jpg");
        }
    }

    [Fact]
    public void A_pair_holds_its_own_two_images()
    {
        foreach (var (name, salt) in new[] { ("a", 1), ("b", 2) })
        {
            StubReader.Write(_directory.File("degraded", name + ".png"), 4, 5, salt);
            StubReader.Write(_directory.File("clean", name + ".jpg"), 4, 5, salt + 10);
        }

        using var sample = Paired().Load(1, SampleRequest.Whole);
        (sample.Degraded[0, 0, 0].item<float>() * 255).ShouldBe(2, 1e-4);
        (sample.Clean[0, 0, 0].item<float>() * 255).ShouldBe(12, 1e-4);
    }

    [Fact]
    public void Images_without_partner_are_named()
    {
        for (var i = 0; i < 12; i++)
            StubReader.Write(_directory.File("degraded", $"only{i:00}.png"), 4, 4);
        StubReader.Write(_directory.File("degraded", "both.png"), 4, 4);
        StubReader.Write(_directory.File("clean", "both.png"), 4, 4);
        var error = Should.Throw<IRConStyleException>(() => Paired());
        error.Message.ShouldContain("12 of 13");
        error.Message.ShouldContain("only09.png and 2 more");

        StubReader.Write(_directory.File("clean", "alone.png"), 4, 4);
        foreach (var file in Directory.GetFiles(_directory.File("degraded"), "only*"))
            File.Delete(file);
        Should.Throw<IRConStyleException>(() => Paired()).Message.ShouldContain("alone.png");
    }

    [Fact]
    public void Two_files_that_differ_only_in_extension_are_named()
    {
        foreach (var name in new[] { "degraded/a.png", "degraded/a.jpg", "clean/a.png" })
            StubReader.Write(_directory.File(name), 4, 4);
        Should.Throw<IRConStyleException>(() => Paired()).Message.ShouldContain("a.jpg and a.png");
    }

    [Fact]
    public void A_pair_of_different_sizes_is_refused_with_both_names_and_sizes()
    {
        StubReader.Write(_directory.File("degraded", "a.png"), 4, 5);
        StubReader.Write(_directory.File("clean", "a.png"), 6, 5);
        var error = Should.Throw<IRConStyleException>(() => Paired().Load(0, SampleRequest.Whole));
        error.Message.ShouldContain(_directory.File("degraded", "a.png") + " is 5×4");
        error.Message.ShouldContain(_directory.File("clean", "a.png") + " 5×6");
    }

    [Theory]
    [InlineData(1024, 1)]
    [InlineData(0, 5)]
    public void Decoded_images_are_kept_within_the_budget(int megabytes, int reads)
    {
        StubReader.Write(_directory.File("clean", "a.png"), 20, 30);
        var dataset = Clean(megabytes);
        for (var i = 0; i < 5; i++)
            dataset.Load(0, SampleRequest.Whole).Dispose();
        _reader.Reads.ShouldBe(reads);
    }

    [Fact]
    public void A_full_cache_keeps_what_it_has()
    {
        for (var i = 0; i < 20; i++)
            StubReader.Write(_directory.File("clean", $"{i:00}.png"), 255, 255);
        var dataset = Clean(megabytes: 1);
        for (var round = 0; round < 2; round++)
            for (var i = 0; i < dataset.Count; i++)
                dataset.Load(i, SampleRequest.Whole).Dispose();
        _reader.Reads.ShouldBe(2 * 20 - (1 << 20) / (3 * 255 * 255));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Samples_leave_every_dispose_scope_and_nothing_else_stays(bool paired)
    {
        StubReader.Write(_directory.File("degraded", "a.png"), 20, 30);
        StubReader.Write(_directory.File("clean", "a.png"), 20, 30);
        IRestorationDataset dataset = paired ? Paired() : Clean();
        RestorationSample sample;
        using (var scope = torch.NewDisposeScope())
        {
            sample = dataset.Load(0, new SampleRequest(3, 8, true));
            scope.DisposablesCount.ShouldBe(0);
        }

        sample.Degraded.sum().item<float>().ShouldBeGreaterThan(0);
        sample.Dispose();
        // Other tests run beside this one: only what this thread makes and disposes counts.
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        for (var i = 0; i < 100; i++)
            dataset.Load(0, new SampleRequest((ulong)i, 8, true)).Dispose();
        DisposeScopeManager.Statistics.ThreadTotalLiveCount.ShouldBe(before);
    }

    [Fact]
    public void Threads_get_the_samples_one_thread_gets()
    {
        for (var i = 0; i < 4; i++)
            StubReader.Write(_directory.File("clean", $"{i}.png"), 20 + i, 30, i);
        var (alone, shared) = (Clean(megabytes: 0), Clean());
        Parallel.For(0, 200, i =>
        {
            using var scope = torch.NewDisposeScope();
            var request = new SampleRequest((ulong)i, 8, true);
            using var expected = alone.Load(i % 4, request);
            using var actual = shared.Load(i % 4, request);
            actual.Clean.ShouldEqualExactly(expected.Clean);
            actual.Degraded.ShouldEqualExactly(expected.Degraded);
        });
    }

    private DatasetContext Context() => new(new NoServices(), _reader, new StubDegradation());

    private CleanFolderDataset Clean(int megabytes = 1024, bool recursive = true) =>
        new(new CleanFolderOptions { Root = _directory.File("clean"), CacheMegabytes = megabytes, Recursive = recursive }, Context());

    private PairedFoldersDataset Paired() =>
        new(new PairedFoldersOptions { Degraded = _directory.File("degraded"), Clean = _directory.File("clean") }, Context());
}
