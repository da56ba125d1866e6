using System.Diagnostics;
using System.Globalization;
using IRConStyle.Abstractions;
using IRConStyle.Evaluation.Data;
using IRConStyle.Framework.Configuration;
using IRConStyle.Framework.Pipelines;
using IRConStyle.Parity;
using IRConStyle.Training.Optimization;
using Microsoft.Extensions.DependencyInjection;
using TorchSharp;

namespace IRConStyle.Benchmarks;

/// <summary>
/// How many degraded 128×128 patches per second each degradation feeds, relative to what a training of the tiny NAFNet takes
/// in, on the same cores: a few training steps, then a moment of loading with each degradation, round after round.
/// </summary>
internal static class DegradationThroughput
{
    private const int Side = 128, Batch = 8, StepsPerTurn = 3;
    private const string Pipeline = "measured";
    private static readonly TimeSpan Turn = TimeSpan.FromSeconds(1);

    /// <summary>The network and training of <c>denoise-nafnet-tiny</c>.</summary>
    private const string Settings =
        """
        { "IRConStyle": { "Pipelines": { "measured": {
            "Backbone": { "Name": "nafnet", "Options": { "Width": 16, "EncoderBlocks": [1, 1, 1], "BottleneckBlocks": 1, "DecoderBlocks": [1, 1, 1] } },
            "Training": { "Losses": [{ "Name": "l1" }], "GradientClip": 1, "EmaDecay": 0.99 } } } } }
        """;

    /// <summary>Measures and prints.</summary>
    /// <param name="arguments"><c>--data DIR</c>, a folder of images of at least 128 pixels a side; <c>--rounds N</c>.</param>
    public static void Run(string[] arguments)
    {
        var rounds = int.Parse(TrainingComparison.Value(arguments, "--rounds") ?? "5", CultureInfo.InvariantCulture);
        var data = TrainingComparison.Value(arguments, "--data") ?? throw new ArgumentException("give --data DIR, a folder of images");
        using var provider = BenchmarkHost.Create(Settings);
        var factory = provider.GetRequiredService<IPipelineFactory>();
        var names = provider.GetRequiredService<DegradationGallery>().Names;
        var datasets = names.ToDictionary(name => name, name => factory.CreateDataset(
            ComponentOptions.Of("clean-folder", ("Root", data)), new ComponentOptions { Name = name }));

        // All of it, decoding included, happens once before it is measured: files stay decoded while a training runs.
        foreach (var dataset in datasets.Values)
            for (var index = 0; index < dataset.Count; index++)
                dataset.Load(index, Request(index)).Dispose();

        using var network = factory.CreateNetwork(Pipeline, training: true);
        network.Train();
        var training = factory.Describe(Pipeline).Training;
        using var step = new TrainingStep(network, new TrainingLosses(training, factory), training);
        using var clean = torch.rand(Batch, 3, Side, Side);
        using var degraded = torch.rand(Batch, 3, Side, Side);
        var taken = new List<double>();
        var fed = names.ToDictionary(name => name, _ => new List<double>());
        for (var round = -1; round < rounds; round++)
        {
            var clock = Stopwatch.StartNew();
            for (var i = 0; i < StepsPerTurn; i++)
                step.Run(degraded, clean, training.LearningRate).Dispose();
            var rate = Batch * StepsPerTurn / clock.Elapsed.TotalSeconds;
            // The first round warms up.
            if (round >= 0)
                taken.Add(rate);
            foreach (var (name, dataset) in datasets)
            {
                rate = Feed(dataset);
                if (round >= 0)
                    fed[name].Add(rate);
            }
        }

        var takes = Median(taken);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"training takes {takes:F1} patches/s (median of {rounds})"));
        Console.WriteLine("degradation         patches/s  fed/taken");
        foreach (var name in names)
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-18} {Median(fed[name]),10:F0} {Median(fed[name]) / takes,10:F1}"));
    }

    /// <summary>Patches per second of as many threads as there are cores.</summary>
    private static double Feed(IRestorationDataset dataset)
    {
        var clock = Stopwatch.StartNew();
        var count = 0;
        Thread[] threads = [.. Enumerable.Range(0, Environment.ProcessorCount).Select(_ => new Thread(() =>
        {
            while (clock.Elapsed < Turn)
            {
                var position = Interlocked.Increment(ref count);
                dataset.Load(position % dataset.Count, Request(position)).Dispose();
            }
        }))];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
        return count / clock.Elapsed.TotalSeconds;
    }

    private static SampleRequest Request(int position) => new((ulong)position, Side, Augment: true);

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
