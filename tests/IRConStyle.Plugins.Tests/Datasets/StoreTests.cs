using System.Collections.Concurrent;
using IRConStyle.Abstractions;
using IRConStyle.Plugins.Datasets;

namespace IRConStyle.Plugins.Tests.Datasets;

public sealed class StoreTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly ConcurrentDictionary<PairedFoldersDataset, StubReader> _readers = [];

    public StoreTests()
    {
        for (var i = 0; i < 5; i++)
            foreach (var folder in new[] { "degraded", "clean" })
                StubReader.Write(_directory.File(folder, $"{i}.png"), 60 + i, 90, 10 * i);
    }

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Two_epochs_decode_each_image_once_and_give_the_same_patches()
    {
        var (plain, stored) = (Open(store: false), Open(store: true));
        for (var epoch = 0; epoch < 2; epoch++)
            for (var i = 0; i < stored.Count; i++)
                ShouldAgree(plain, stored, i, new SampleRequest((ulong)(epoch * 10 + i), 16, Augment: true));
        DecodesOf(stored).ShouldBe(10);
        Files().Length.ShouldBe(10);
        ShouldAgree(plain, stored, 3, SampleRequest.Whole);

        // A second run decodes nothing.
        var again = Open(store: true);
        for (var i = 0; i < again.Count; i++)
            ShouldAgree(plain, again, i, new SampleRequest(7, 16));
        DecodesOf(again).ShouldBe(0);
    }

    [Theory]
    [InlineData(1, 8)]
    [InlineData(1, 16)]
    [InlineData(3, 16)]
    public void Grey_and_16_bits_are_stored_as_they_are(int channels, int bits)
    {
        foreach (var folder in new[] { "degraded", "clean" })
            for (var i = 0; i < 5; i++)
                StubReader.Write(_directory.File(folder, $"{i}.png"), 60 + i, 90, 10 * i, channels, bits);
        var (plain, stored) = (Open(store: false), Open(store: true));
        for (var round = 0; round < 2; round++)
            for (var i = 0; i < stored.Count; i++)
                ShouldAgree(plain, stored, i, new SampleRequest((ulong)(round * 10 + i), 16, Augment: true));
        DecodesOf(stored).ShouldBe(10);
        new FileInfo(Files()[0]).Length.ShouldBeLessThan(56 + 65 * (90 * channels * bits / 8 + 4) + 1);
        ShouldAgree(plain, stored, 3, SampleRequest.Whole);
    }

    [Fact]
    public void Squares_of_one_image_wanted_at_once_decode_it_once()
    {
        var dataset = Open(store: true, options => options.SubImageSize = 32);
        dataset.Count.ShouldBeGreaterThan(50);
        Parallel.For(0, dataset.Count, i => dataset.Load(i, new SampleRequest((ulong)i, 16)).Dispose());
        DecodesOf(dataset).ShouldBe(10);
        Directory.GetFiles(_directory.File("store"), "*.tmp").ShouldBeEmpty();
    }

    [Fact]
    public void What_fits_into_memory_is_not_stored()
    {
        var dataset = Open(store: true, options => options.CacheMegabytes = 1);
        for (var round = 0; round < 2; round++)
            for (var i = 0; i < dataset.Count; i++)
                dataset.Load(i, SampleRequest.Whole).Dispose();
        DecodesOf(dataset).ShouldBe(10);
        Files().ShouldBeEmpty();
    }

    [Fact]
    public void What_an_earlier_run_stored_is_taken_into_memory_where_it_fits()
    {
        var first = Open(store: true);
        for (var i = 0; i < first.Count; i++)
            first.Load(i, SampleRequest.Whole).Dispose();
        var second = Open(store: true, options => options.CacheMegabytes = 1);
        for (var i = 0; i < second.Count; i++)
            second.Load(i, SampleRequest.Whole).Dispose();
        foreach (var file in Files())
            File.Delete(file);
        for (var i = 0; i < second.Count; i++)
            ShouldAgree(Open(store: false), second, i, new SampleRequest(5, 16, Augment: true));
        DecodesOf(second).ShouldBe(0);
    }

    [Fact]
    public void A_changed_image_is_decoded_anew()
    {
        var dataset = Open(store: true);
        dataset.Load(0, SampleRequest.Whole).Dispose();
        foreach (var folder in new[] { "degraded", "clean" })
        {
            StubReader.Write(_directory.File(folder, "0.png"), 50, 70, salt: 99);
            File.SetLastWriteTimeUtc(_directory.File(folder, "0.png"), DateTime.UtcNow.AddMinutes(1));
        }

        ShouldAgree(Open(store: false), dataset, 0, new SampleRequest(1, 16));
        DecodesOf(dataset).ShouldBe(4);
        ShouldAgree(Open(store: false), dataset, 0, new SampleRequest(2, 16));
        DecodesOf(dataset).ShouldBe(4);
    }

    [Theory]
    [InlineData("empty")]
    [InlineData("text")]
    [InlineData("truncated")]
    [InlineData("longer")]
    [InlineData("header")]
    [InlineData("pixel")]
    [InlineData("other image")]
    public void A_damaged_or_foreign_file_is_replaced(string damage)
    {
        var dataset = Open(store: true);
        for (var i = 0; i < dataset.Count; i++)
            dataset.Load(i, SampleRequest.Whole).Dispose();
        var files = Files();
        var intact = File.ReadAllBytes(files[1]);
        foreach (var file in files)
        {
            var bytes = File.ReadAllBytes(file);
            if (damage == "header")
                bytes[41] ^= 1;
            if (damage == "pixel")
                bytes[bytes.Length / 2] ^= 1;
            File.WriteAllBytes(file, damage switch
            {
                "empty" => [],
                "text" => "This is no image."u8.ToArray(),
                "truncated" => bytes[..^1],
                "longer" => [.. bytes, 0],
                "other image" => intact,
                _ => bytes,
            });
        }

        var before = DecodesOf(dataset);
        var plain = Open(store: false);
        for (var round = 0; round < 2; round++)
            for (var i = 0; i < dataset.Count; i++)
                ShouldAgree(plain, dataset, i, SampleRequest.Whole);
        (DecodesOf(dataset) - before).ShouldBe(damage == "other image" ? 9 : 10);
    }

    [Fact]
    public void Threads_and_datasets_share_a_store()
    {
        var (plain, one, other) = (Open(store: false), Open(store: true), Open(store: true));
        Parallel.For(0, 200, i => ShouldAgree(plain, i % 2 == 0 ? one : other, i % 5, new SampleRequest((ulong)i, 16, Augment: true)));
        Files().Length.ShouldBe(10);
    }

    [Fact]
    public void A_store_that_cannot_be_written_is_named()
    {
        File.WriteAllText(_directory.File("store"), "a file");
        Should.Throw<IRConStyleException>(() => Open(store: true)).Message.ShouldContain("StoreDirectory");
    }

    [Fact]
    public void An_unreadable_image_stays_the_readers_error()
    {
        File.Delete(_directory.File("clean", "2.png"));
        File.WriteAllBytes(_directory.File("clean", "2.png"), []);
        var dataset = Open(store: true, options => options.SubImageSize = 32);
        var index = Enumerable.Range(0, dataset.Count).Single(i => dataset.NameOf(i) == "2.png");
        Should.Throw<IRConStyleException>(() => dataset.Load(index, SampleRequest.Whole)).Message.ShouldContain("2.png");
    }

    private static void ShouldAgree(PairedFoldersDataset expected, PairedFoldersDataset actual, int index, SampleRequest request)
    {
        using var one = expected.Load(index, request);
        using var other = actual.Load(index, request);
        other.Clean.ShouldEqualExactly(one.Clean);
        other.Degraded.ShouldEqualExactly(one.Degraded);
        other.Name.ShouldBe(one.Name);
    }

    private string[] Files() => [.. Directory.GetFiles(_directory.File("store"), "*.pixels").Order(StringComparer.Ordinal)];

    private int DecodesOf(PairedFoldersDataset dataset) => _readers[dataset].Reads;

    private PairedFoldersDataset Open(bool store, Action<PairedFoldersOptions>? set = null)
    {
        var options = new PairedFoldersOptions
        {
            Degraded = "degraded", Clean = "clean", CacheMegabytes = 0, StoreDirectory = store ? "store" : "",
        };
        set?.Invoke(options);
        var reader = new StubReader();
        var dataset = new PairedFoldersDataset(options, new DatasetContext(new NoServices(), reader, null) { BaseDirectory = _directory.Path });
        _readers[dataset] = reader;
        return dataset;
    }
}
