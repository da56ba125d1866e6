using IRConStyle.Abstractions;
using IRConStyle.Framework.Configuration;
using IRConStyle.Framework.Pipelines;
using IRConStyle.Training.Loop;

namespace IRConStyle.Training.Tests;

/// <summary>What a request changes of its pipeline.</summary>
public sealed class TrainingChangesTests
{
    private readonly PipelineOptions _pipeline = new();
    private readonly EvaluationOptions _datasets = new() { CleanDataset = "my-folder", PairedDataset = "my-pairs", NoiseDegradation = "my-noise" };

    [Fact]
    public void What_is_not_changed_stays()
    {
        _pipeline.Training.BatchSize = 3;
        Apply(new TrainingChanges { Iterations = 7 });
        _pipeline.Training.Iterations.ShouldBe(7);
        _pipeline.Training.BatchSize.ShouldBe(3);
        _pipeline.Training.Data.ShouldBeNull();
        _pipeline.Training.Validation.ShouldBeNull();
    }

    [Fact]
    public void A_value_out_of_bounds_is_named_by_its_key()
        => Should.Throw<ConfigurationException>(() => Apply(new TrainingChanges { PatchSize = 1 }))
            .Message.ShouldContain("IRConStyle:Pipelines:mine:Training:PatchSize");

    [Fact]
    public void A_folder_is_opened_with_the_configured_dataset()
    {
        Apply(new TrainingChanges { Data = new ImageFolders("photos"), Validation = new ImageFolders("held-out") });
        _pipeline.Training.Data.ShouldNotBeNull().Name.ShouldBe("my-folder");
        _pipeline.Training.Data.Options.ShouldNotBeNull()["Root"].ShouldBe(Path.GetFullPath("photos"));
        var validation = _pipeline.Training.Validation.ShouldNotBeNull();
        validation.Data.Name.ShouldBe("my-folder");
        validation.Data.Options.ShouldNotBeNull()["SeedByName"].ShouldBe("True");
        validation.Degradation.ShouldBeNull();
    }

    [Fact]
    public void Pairs_are_opened_with_the_configured_dataset()
    {
        Apply(new TrainingChanges { Data = new ImageFolders("clean", "rainy"), Validation = new ImageFolders("a", "b") });
        foreach (var data in new[] { _pipeline.Training.Data.ShouldNotBeNull(), _pipeline.Training.Validation.ShouldNotBeNull().Data })
            data.Name.ShouldBe("my-pairs");
        _pipeline.Training.Data.Options.ShouldNotBeNull()["Degraded"].ShouldBe(Path.GetFullPath("rainy"));
    }

    [Fact]
    public void Noise_of_validation_is_the_configured_degradation()
    {
        Apply(new TrainingChanges { Validation = new ImageFolders("held-out"), ValidationNoise = 25, ValidateEvery = 9 });
        var validation = _pipeline.Training.Validation.ShouldNotBeNull();
        validation.Every.ShouldBe(9);
        validation.Degradation.ShouldNotBeNull().Name.ShouldBe("my-noise");
        validation.Degradation.Options.ShouldNotBeNull()["Sigma"].ShouldBe("25");
        validation.Data.Options.ShouldNotBeNull()["SeedByName"].ShouldBeNull();
    }

    [Fact]
    public void A_dataset_that_is_configured_keeps_its_options()
    {
        _pipeline.Training.Data = ComponentOptions.Of("my-folder", ("Root", "elsewhere"), ("GreyShare", 0.5));
        Apply(new TrainingChanges { Data = new ImageFolders("photos") });
        _pipeline.Training.Data.Options.ShouldNotBeNull()["GreyShare"].ShouldBe("0.5");
        _pipeline.Training.Data.Options["Root"].ShouldBe(Path.GetFullPath("photos"));
        Apply(new TrainingChanges { Data = new ImageFolders("clean", "rainy") });
        _pipeline.Training.Data.Options["GreyShare"].ShouldBeNull("pairs are another dataset's");
    }

    private void Apply(TrainingChanges changes) => changes.Apply(_pipeline, "mine", _datasets);
}
