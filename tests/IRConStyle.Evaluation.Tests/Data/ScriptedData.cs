using IRConStyle.Abstractions;
using IRConStyle.Evaluation;
using IRConStyle.Framework;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using TorchSharp;

namespace IRConStyle.Evaluation.Tests.Data;

/// <summary>A pair of one colour each, or what keeps it from being loaded.</summary>
internal sealed record ScriptedPair(string Name, int Width, int Height, float Degraded = 0.25f, float Clean = 0.75f, string? Error = null);

/// <summary>Options of both scripted datasets.</summary>
internal sealed class ScriptedOptions
{
    public string Root { get; set; } = "";

    public string Degraded { get; set; } = "";

    public string Clean { get; set; } = "";

    public string Extra { get; set; } = "";
}

/// <summary>Datasets whose content a test decides, and hosts that have them under the names of the real ones.</summary>
internal sealed class ScriptedData(params ScriptedPair[] pairs) : IRestorationPlugin
{
    public PluginInfo Info => new("Scripted", "1.0.0", Contract.Version, "For tests");

    public List<DatasetFinding> Findings { get; } = [];

    /// <summary>How datasets were opened.</summary>
    public List<(string Kind, ScriptedOptions Options, DatasetContext Context)> Opened { get; } = [];

    /// <summary>What was loaded.</summary>
    public List<(int Index, SampleRequest Request)> Loaded { get; } = [];

    public void Register(IPluginBuilder plugin) => plugin
        .AddBackbone<NoOptions>(new("copy", "The input"), (_, _) => throw new NotSupportedException())
        .AddDegradation<NoOptions>(new("darken", "Halves"), (_, _) => new Darken())
        .AddDataset<ScriptedOptions>(new("clean-folder", "Clean"), (options, context) => Open("clean", options, context))
        .AddDataset<ScriptedOptions>(new("paired-folders", "Pairs"), (options, context) => Open("pairs", options, context));

    public ServiceProvider Host(params (string Key, string? Value)[] settings)
    {
        var services = new ServiceCollection();
        services.AddSingleton<ILoggerFactory>(NullLoggerFactory.Instance);
        services.AddSingleton(typeof(ILogger<>), typeof(NullLogger<>));
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create("IRConStyle:" + setting.Key, setting.Value))).Build();
        services.AddIRConStyle(configuration, setup => setup.LoadPluginDirectories = false).AddPlugin(this).AddEvaluation();
        return services.BuildServiceProvider(validateScopes: true);
    }

    private Dataset Open(string kind, ScriptedOptions options, DatasetContext context)
    {
        if (options.Root.Contains("empty", StringComparison.Ordinal))
            throw new IRConStyleException($"{options.Root} holds no image.", "Put some there.");
        Opened.Add((kind, options, context));
        return new Dataset(this, pairs, kind == "clean" ? context.Degradation ?? throw new IRConStyleException("No degradation.") : null);
    }

    private sealed class Darken : IDegradation
    {
        public torch.Tensor Apply(torch.Tensor clean, ulong seed) => clean.mul(0.5f);
    }

    private sealed class Dataset(ScriptedData script, ScriptedPair[] pairs, IDegradation? degradation) : IRestorationDataset
    {
        public int Count => pairs.Length;

        public IReadOnlyList<DatasetFinding> Findings => script.Findings;

        public string NameOf(int index) => pairs[index].Name;

        public RestorationSample Load(int index, SampleRequest request)
        {
            lock (script.Loaded)
                script.Loaded.Add((index, request));
            var pair = pairs[index];
            if (pair.Error is { } error)
                throw new IRConStyleException(error);
            var (height, width) = (request.PatchSize ?? pair.Height, request.PatchSize ?? pair.Width);
            var clean = torch.full([3, height, width], pair.Clean).DetachFromDisposeScope();
            var degraded = degradation?.Apply(clean, request.Seed) ?? torch.full([3, height, width], pair.Degraded);
            return new RestorationSample(degraded.DetachFromDisposeScope(), clean, pair.Name);
        }
    }
}
