using IRConStyle.Framework.Hosting;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace IRConStyle.Testing;

/// <summary>Adds the checks of plugins to a host.</summary>
public static class TestingBuilderExtensions
{
    /// <summary>Adds the <see cref="PluginTester"/> of the host's plugins.</summary>
    /// <param name="builder">The framework's builder.</param>
    public static IIRConStyleBuilder AddTesting(this IIRConStyleBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.TryAddSingleton(services => new PluginTester(services));
        return builder;
    }
}
