using IRConStyle.Abstractions;
using IRConStyle.Framework.Configuration;
using IRConStyle.Framework.Pipelines;

namespace IRConStyle.Evaluation.Benchmarking;

/// <summary>Checks the configured benchmarks without looking for their images.</summary>
/// <param name="section">The section.</param>
/// <param name="benchmarks">Its benchmarks.</param>
/// <param name="components">Checks components.</param>
internal sealed class BenchmarkValidation(
    FrameworkSection section, NamedSections<BenchmarkOptions> benchmarks, ComponentValidation components) : IConfigurationCheck
{
    public void Check(List<ConfigurationError> errors)
    {
        // A key that nobody owns is another check's to tell.
        if (section.UnknownKeys.Count > 0)
            return;
        foreach (var name in benchmarks.Names)
        {
            if (!BenchmarkCatalogue.IsFileName(name))
                errors.Add(new(benchmarks.PathOf(name), null, BenchmarkCatalogue.NotAFileName));
            if (benchmarks.TryBind(name, errors) is { } benchmark)
                Check(benchmark, benchmarks.PathOf(name), errors);
        }
    }

    private void Check(BenchmarkOptions benchmark, string path, List<ConfigurationError> errors)
    {
        components.Check<IDegradation>(benchmark.Degradation, errors, path, nameof(benchmark.Degradation));
        for (var i = 0; i < benchmark.Layouts.Length; i++)
            components.Check<IRestorationDataset>(
                benchmark.Layouts[i].Data, errors, path, nameof(benchmark.Layouts), $"{i}", nameof(BenchmarkLayoutOptions.Data));
        components.CheckAll<IMetric>(benchmark.Metrics, errors, path, nameof(benchmark.Metrics));
    }
}
