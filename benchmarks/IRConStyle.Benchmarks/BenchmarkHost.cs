using IRConStyle.Evaluation;
using IRConStyle.Framework;
using IRConStyle.Parity;
using IRConStyle.Training;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace IRConStyle.Benchmarks;

/// <summary>The engine with all plugins that were built beside the benchmarks.</summary>
internal static class BenchmarkHost
{
    /// <summary>Services over settings of a benchmark's own.</summary>
    /// <param name="json">The configuration.</param>
    public static ServiceProvider Create(string json = "{}")
    {
        using var settings = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(json));
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddIRConStyle(new ConfigurationBuilder().AddJsonStream(settings).Build(), setup =>
            setup.PluginDirectories.Add(Path.Combine(AppContext.BaseDirectory, "plugins"))).AddTraining().AddEvaluation().AddParity();
        return services.BuildServiceProvider();
    }
}
