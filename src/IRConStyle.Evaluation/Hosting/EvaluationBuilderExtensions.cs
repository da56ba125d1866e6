using IRConStyle.Evaluation.Benchmarking;
using IRConStyle.Evaluation.Data;
using IRConStyle.Evaluation.Measurement;
using IRConStyle.Evaluation.Networks;
using IRConStyle.Framework.Configuration;
using IRConStyle.Framework.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

// The namespace hosts import; the folder is where hosting lives.
namespace IRConStyle.Evaluation;

/// <summary>Adds evaluation to a host.</summary>
public static class EvaluationBuilderExtensions
{
    /// <summary>
    /// Adds evaluation, the benchmarks of section <c>IRConStyle:Benchmarks</c>, the inspection of data and of networks, and the making of
    /// degraded images.
    /// </summary>
    /// <param name="builder">The framework's builder.</param>
    public static IIRConStyleBuilder AddEvaluation(this IIRConStyleBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var services = builder.Services;
        services.AddNamedOptions<BenchmarkOptions>(BenchmarkOptions.SectionKey, "benchmark", nameof(BenchmarkOptions.Title));
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IConfigurationCheck, BenchmarkValidation>());
        services.TryAddSingleton<ProtocolText>();
        services.TryAddSingleton<Evaluator>();
        services.TryAddSingleton(provider => new BenchmarkCatalogue(
            provider.GetRequiredService<NamedSections<BenchmarkOptions>>(), provider.GetRequiredService<IOptionsMonitor<BenchmarkOptions>>()));
        services.TryAddSingleton<BenchmarkReports>();
        services.TryAddSingleton<BenchmarkRunner>();
        services.TryAddSingleton<DegradationNotes>();
        services.TryAddSingleton<DegradedPairs>();
        services.TryAddSingleton<DegradationGallery>();
        services.TryAddSingleton<DataTargets>();
        services.TryAddSingleton<DatasetInspector>();
        services.TryAddSingleton<DataSheet>();
        services.TryAddSingleton<NetworkInspector>();
        return builder;
    }
}
