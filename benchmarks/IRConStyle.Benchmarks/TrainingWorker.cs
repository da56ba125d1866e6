using System.Diagnostics;
using System.Globalization;
using IRConStyle.Framework.Native;
using IRConStyle.Framework.Pipelines;
using IRConStyle.Training.Hosting;
using IRConStyle.Training.Optimization;
using Microsoft.Extensions.DependencyInjection;
using TorchSharp;

namespace IRConStyle.Benchmarks;

/// <summary>
/// A process that trains when it is told to: prints "ready", then for each number N on standard input runs N steps and
/// prints seconds, resident and peak memory in kilobytes.
/// </summary>
internal static class TrainingWorker
{
    private const int Batch = 8;
    private const int Side = 64;

    /// <summary>ConStyle NAFNet with the paper's joint loss, EMA and clipping.</summary>
    private const string Settings =
        """
        { "IRConStyle": { "Pipelines": { "measured": {
            "Encoder": { "Name": "constyle" },
            "Backbone": { "Name": "constyle-nafnet", "Options": { "Dim": 24, "EncoderBlocks": [2, 2, 2], "BottleneckBlocks": 2, "DecoderBlocks": [2, 2, 2] } },
            "Training": {
                "Losses": [{ "Name": "l1" }],
                "ContrastiveLosses": [{ "Name": "infonce" }, { "Name": "content" }, { "Name": "style" }],
                "GradientClip": 1 } } } } }
        """;

    /// <summary>Serves one form of the loop until standard input ends.</summary>
    /// <param name="form"><c>flat</c>, the engine's, or <c>plain</c>.</param>
    public static void Serve(string form)
    {
        using var services = BenchmarkHost.Create(Settings);
        var factory = services.GetRequiredService<IPipelineFactory>();
        var options = factory.Describe("measured").Training;
        services.GetRequiredService<TorchRuntime>().EnsureLoaded();
        torch.random.manual_seed(0);
        using var network = factory.CreateNetwork("measured", training: true);
        network.Train();
        var losses = new TrainingLosses(options, factory);
        using var clean = torch.rand(Batch, 3, Side, Side);
        using var noise = torch.randn_like(clean);
        using var degraded = clean + (noise * 0.1);
        using var step = form == "flat" ? new TrainingStep(network, losses, options) : null;
        using var plain = form == "plain" ? new PlainTrainingLoop(network, losses, options, [2, 2, 2, 2, 2, 2, 2]) : null;
        Console.WriteLine("ready");
        while (Console.ReadLine() is { } line)
        {
            var clock = Stopwatch.StartNew();
            for (var i = int.Parse(line, CultureInfo.InvariantCulture); i > 0; i--)
                (step?.Run(degraded, clean, options.LearningRate) ?? plain!.Run(degraded, clean)).Dispose();
            var seconds = clock.Elapsed.TotalSeconds;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{seconds} {Memory("VmRSS")} {Memory("VmHWM")}"));
        }
    }

    private static string Memory(string key)
        => File.ReadLines("/proc/self/status").First(line => line.StartsWith(key, StringComparison.Ordinal)).Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries)[1];
}
