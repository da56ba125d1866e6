namespace IRConStyle.Cli.Tests;

/// <summary>A pipeline small enough for tests, trained for two iterations through the program.</summary>
public sealed class TinyPipeline : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public TinyPipeline()
    {
        for (var i = 0; i < 3; i++)
            Pictures.Write(_directory.File("clean", $"{i}.png"), 48, 40, seed: i + 1);
        Training = Program.Run(
            ["train", "--pipeline", "tiny", "--data", Clean, "--output", _directory.File("run"),
             "--iterations", "2", "--batch-size", "2", "--patch-size", "32", "--learning-rate", "1e-4", "--seed", "7", "--device", "cpu",
             .. Settings]);
    }

    /// <summary>Defines the pipeline.</summary>
    internal static string[] Settings { get; } =
    [
        "--set", "Pipelines:tiny:Encoder:Name=constyle",
        "--set", "Pipelines:tiny:Encoder:Options:QueueLength=64",
        "--set", "Pipelines:tiny:Backbone:Name=constyle-nafnet",
        "--set", "Pipelines:tiny:Backbone:Options:Dim=4",
        "--set", "Pipelines:tiny:Backbone:Options:EncoderBlocks=1,1,1",
        "--set", "Pipelines:tiny:Backbone:Options:BottleneckBlocks=1",
        "--set", "Pipelines:tiny:Backbone:Options:DecoderBlocks=1,1,1",
        "--set", "Pipelines:tiny:Training:Degradation:Name=gaussian-noise",
        "--set", "Pipelines:tiny:Training:Losses:0:Name=l1",
        "--set", "Pipelines:tiny:Training:ContrastiveLosses:0:Name=infonce",
    ];

    /// <summary>What the training run showed.</summary>
    internal ProgramResult Training { get; }

    /// <summary>The images it was trained on.</summary>
    internal string Clean => _directory.File("clean");

    /// <summary>The weights it left.</summary>
    internal string Weights => _directory.File("run", "weights.safetensors");

    public void Dispose() => _directory.Dispose();
}

/// <summary>Tests that share one training run.</summary>
[CollectionDefinition(Name)]
public sealed class TinyPipelineTests : ICollectionFixture<TinyPipeline>
{
    /// <summary>The collection's name.</summary>
    public const string Name = "tiny pipeline";
}
