using System.Text.Json;
using IRConStyle.Abstractions;
using IRConStyle.Evaluation.Data;
using IRConStyle.Tests.Engine;
using Microsoft.Extensions.DependencyInjection;

namespace IRConStyle.Evaluation.Tests.Data;

[Collection(CountsTensors.Name)]
public sealed class DatasetInspectorTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Every_pair_is_loaded_once_and_its_size_counted()
    {
        var data = new ScriptedData(new("a", 20, 10), new("b", 40, 10), new("c", 20, 10), new("d", 100, 90));
        var (planned, done) = (0, 0);
        var set = Run(data, Pairs() with { Planned = count => planned = count, Done = () => done++ }).Sets.ShouldHaveSingleItem();

        data.Loaded.Select(load => load.Index).Order().ShouldBe([0, 1, 2, 3]);
        data.Loaded.ShouldAllBe(load => load.Request == SampleRequest.Whole);
        data.Opened.ShouldHaveSingleItem().Context.IsInspection.ShouldBeTrue();
        (planned, done).ShouldBe((4, 4));
        (set.Kind, set.Count, set.Errors, set.PassedOver).ShouldBe((DataKind.Pairs, 4, 0, 0));
        var sizes = set.Sizes.ShouldNotBeNull();
        (sizes.Smallest, sizes.Median, sizes.Largest).ShouldBe((new(20, 10), new(20, 10), new(100, 90)));
        sizes.Megapixels.ShouldBe(9800 / 1e6, 1e-12);
        sizes.Distribution.Select(size => $"{size.Count} of {size.Width}×{size.Height}").ShouldBe(["2 of 20×10", "1 of 100×90", "1 of 40×10"]);
    }

    [Fact]
    public void Unreadable_files_equal_pairs_and_findings_are_told()
    {
        var data = new ScriptedData(new("a", 20, 10), new("b", 20, 10, Error: "/set/b is truncated."), new("c", 20, 10, 0.5f, 0.5f))
        {
            Findings = { new("/set/alone.png", "has no clean partner", IsError: true), new("/set/mask.png", "is not named like {id}", IsError: false) },
        };
        var inspection = Run(data, Pairs());

        var set = inspection.Sets.ShouldHaveSingleItem();
        set.Notes.Select(note => $"{note.Level}: {note}").ShouldBe(
        [
            "Error: /set/b is truncated.", "Notice: c is the same image as its clean one", "Error: /set/alone.png has no clean partner",
            "PassedOver: /set/mask.png is not named like {id}",
        ]);
        (inspection.Errors, set.PassedOver).ShouldBe((2, 1));

        inspection.WriteJson(_directory.File("check.json"));
        using var json = JsonDocument.Parse(File.ReadAllText(_directory.File("check.json")));
        var written = json.RootElement.GetProperty("sets")[0];
        written.GetProperty("notes")[2].GetProperty("file").GetString().ShouldBe("/set/alone.png");
        written.GetProperty("notes")[2].GetProperty("level").GetString().ShouldBe("Error");
        written.GetProperty("sizes").GetProperty("largest").GetProperty("width").GetInt32().ShouldBe(20);
    }

    [Fact]
    public void Clean_images_are_compared_with_nothing()
    {
        var set = Run(new ScriptedData(new ScriptedPair("a", 20, 10)), Folder("photos")).Sets.ShouldHaveSingleItem();
        set.Kind.ShouldBe(DataKind.Clean);
        set.Notes.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("input", "target")]
    [InlineData("Blur", "Sharp")]
    [InlineData("hazy", "gt")]
    public void Two_sub_folders_of_known_names_make_pairs(string degraded, string clean)
    {
        var data = new ScriptedData(new ScriptedPair("a", 20, 10));
        Directory.CreateDirectory(_directory.File("set", degraded));
        Directory.CreateDirectory(_directory.File("set", clean));
        Run(data, Folder("set")).Sets.ShouldHaveSingleItem().Kind.ShouldBe(DataKind.Pairs);
        var options = data.Opened.ShouldHaveSingleItem().Options;
        (options.Degraded, options.Clean).ShouldBe((_directory.File("set", degraded), _directory.File("set", clean)));
    }

    [Fact]
    public void Which_names_make_pairs_is_configuration()
    {
        var data = new ScriptedData(new ScriptedPair("a", 20, 10));
        foreach (var name in new[] { "input", "target", "haze", "GT" })
            Directory.CreateDirectory(_directory.File("set", name));
        using var host = data.Host(("Evaluation:PairedLayouts:0:Degraded", "haze"), ("Evaluation:PairedLayouts:0:Clean", "gt"));
        host.GetRequiredService<DatasetInspector>().Run(Folder("set"), CancellationToken.None);
        data.Opened.ShouldHaveSingleItem().Options.Degraded.ShouldBe(_directory.File("set", "haze"));
    }

    [Fact]
    public void A_folder_that_cannot_be_opened_stops_no_other()
    {
        var data = new ScriptedData(new ScriptedPair("a", 20, 10));
        var selection = new DataSelection { Folders = [_directory.File("missing"), Created("empty"), Created("photos")] };
        var sets = Run(data, new InspectionRequest(selection)).Sets;
        sets.Select(set => (set.Kind, set.Count, set.Errors)).ShouldBe([(DataKind.Unknown, 0, 1), (DataKind.Unknown, 0, 1), (DataKind.Clean, 1, 0)]);
        sets[0].Notes[0].Message.ShouldContain("is not a folder");
        sets[1].Notes[0].Message.ShouldContain("holds no image. Put some there.");
    }

    [Fact]
    public void A_pipelines_training_and_validation_data_are_looked_at()
    {
        var data = new ScriptedData(new("a", 20, 40), new("b", 70, 64));
        using var host = data.Host(
            ("Pipelines:p:Backbone:Name", "copy"), ("Pipelines:p:Training:PatchSize", "32"), ("Pipelines:p:Training:Stages:0:PatchSize", "64"),
            ("Pipelines:p:Training:Data:Name", "clean-folder"), ("Pipelines:p:Training:Data:Options:Root", "/train"),
            ("Pipelines:p:Training:Degradation:Name", "darken"),
            ("Pipelines:p:Training:Validation:Data:Name", "paired-folders"), ("Pipelines:p:Training:Validation:Data:Options:Clean", "/val"),
            ("Pipelines:bare:Backbone:Name", "copy"));
        var inspector = host.GetRequiredService<DatasetInspector>();

        var sets = inspector.Run(new InspectionRequest(new DataSelection { Pipeline = "p" }), CancellationToken.None).Sets;

        sets.Select(set => $"{set.Name}: {set.Kind}").ShouldBe(["p Training:Data: Clean", "p Training:Validation:Data: Pairs"]);
        sets[0].Notes.ShouldHaveSingleItem().ToString().ShouldBe("a is 20×40 pixels, smaller than the pipeline's patch of 64×64: what is missing is its reflection");
        sets[1].Notes.ShouldBeEmpty();
        Should.Throw<IRConStyleException>(() => inspector.Run(new InspectionRequest(new DataSelection { Pipeline = "bare" }), CancellationToken.None))
            .Message.ShouldContain("'bare' has no data");
        Should.Throw<IRConStyleException>(() => inspector.Run(new InspectionRequest(new DataSelection()), CancellationToken.None));
    }

    [Fact]
    public void Options_reach_the_dataset_and_unknown_ones_are_refused()
    {
        var data = new ScriptedData(new ScriptedPair("a", 20, 10));
        Run(data, new InspectionRequest(Pairs().Selection with { Options = [new("Extra", "rain-{id}")] }));
        data.Opened.ShouldHaveSingleItem().Options.Extra.ShouldBe("rain-{id}");
        Run(data, new InspectionRequest(Pairs().Selection with { Options = [new("Extr", "1")] }))
            .Sets[0].Notes.ShouldHaveSingleItem().Message.ShouldContain("Extr");
    }

    [Fact]
    public void Cancelling_stops_before_the_next_image()
    {
        var data = new ScriptedData([.. Enumerable.Range(0, 100).Select(i => new ScriptedPair($"{i}", 4, 4))]);
        using var cancellation = new CancellationTokenSource();
        using var host = data.Host();
        Should.Throw<OperationCanceledException>(() => host.GetRequiredService<DatasetInspector>()
            .Run(Pairs() with { Threads = 1, Done = cancellation.Cancel }, cancellation.Token));
        data.Loaded.Count.ShouldBeLessThan(5);
    }

    [Fact]
    public void No_tensor_is_left_behind()
    {
        var data = new ScriptedData([.. Enumerable.Range(0, 20).Select(i => new ScriptedPair($"{i}", 8, 8))]);
        using var host = data.Host();
        var (inspector, sheet) = (host.GetRequiredService<DatasetInspector>(), host.GetRequiredService<DataSheet>());
        void Once()
        {
            inspector.Run(Folder("photos"), CancellationToken.None);
            sheet.Draw(new DataSheetRequest(Folder("photos").Selection) { Degradation = "darken" }, CancellationToken.None);
        }

        Once();
        Once();
        var before = EngineHost.LiveTensors();
        for (var i = 0; i < 10; i++)
            Once();
        EngineHost.LiveTensors().ShouldBe(before);
    }

    private string Created(string name) => Directory.CreateDirectory(_directory.File(name)).FullName;

    private InspectionRequest Folder(string name) => new(new DataSelection { Folders = [Created(name)] });

    private static InspectionRequest Pairs() => new(new DataSelection { Degraded = "/d", Clean = "/c" });

    private static DataInspection Run(ScriptedData data, InspectionRequest request)
    {
        using var host = data.Host();
        return host.GetRequiredService<DatasetInspector>().Run(request, CancellationToken.None);
    }
}
