using System.Diagnostics;
using System.Globalization;
using IRConStyle.Abstractions;
using IRConStyle.Framework.Configuration;
using IRConStyle.Framework.Pipelines;
using IRConStyle.Parity;
using Microsoft.Extensions.DependencyInjection;

namespace IRConStyle.Benchmarks;

/// <summary>How fast patches of large images come from their files, from the store of decoded pixels, and from memory.</summary>
internal static class PatchSources
{
    private const int Patch = 128, Passes = 4;

    /// <summary>Measures and prints, one thread.</summary>
    /// <param name="arguments"><c>--data DIR</c>, a folder of large images.</param>
    public static void Run(string[] arguments)
    {
        var data = TrainingComparison.Value(arguments, "--data") ?? throw new ArgumentException("give --data DIR, a folder of large images");
        using var provider = BenchmarkHost.Create();
        var factory = provider.GetRequiredService<IPipelineFactory>();
        var store = Directory.CreateTempSubdirectory("irconstyle-store-");
        try
        {
            var files = Open(factory, data, cache: 0, "");
            var stored = Open(factory, data, cache: 0, store.FullName);
            var memory = Open(factory, data, cache: 4096, "");
            Measure(stored);
            Measure(memory);
            var slowest = Measure(files);
            Console.WriteLine("source   patches/s  relative");
            foreach (var (name, rate) in new[] { ("files", slowest), ("store", Measure(stored)), ("memory", Measure(memory)) })
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-7} {rate,10:F1} {rate / slowest,9:F1}"));
        }
        finally
        {
            store.Delete(recursive: true);
        }
    }

    private static IRestorationDataset Open(IPipelineFactory factory, string data, int cache, string store) => factory.CreateDataset(
        ComponentOptions.Of("clean-folder", ("Root", data), ("CacheMegabytes", cache), ("StoreDirectory", store)),
        ComponentOptions.Of("gaussian-noise", ("Sigma", 0)));

    private static double Measure(IRestorationDataset dataset)
    {
        var clock = Stopwatch.StartNew();
        for (var i = 0; i < Passes * dataset.Count; i++)
            dataset.Load(i % dataset.Count, new SampleRequest((ulong)i, Patch, Augment: true)).Dispose();
        return Passes * dataset.Count / clock.Elapsed.TotalSeconds;
    }
}
