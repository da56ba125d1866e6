using IRConStyle.Framework.Pipelines;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace IRConStyle.Framework.Tests.Pipelines;

internal static class CompositionHost
{
    /// <summary>Services with the fake plugin and a configuration given as JSON text.</summary>
    public static ServiceProvider FromJson(string json) => From(new ConfigurationBuilder().AddJsonStream(Stream(json)).Build());

    public static ServiceProvider From(IConfiguration configuration)
        => new ServiceCollection()
            .Also(services => services.AddIRConStyle(configuration).AddPlugin(new FakePlugin()))
            .BuildServiceProvider(validateScopes: true);

    public static IPipelineFactory Pipelines(this IServiceProvider services) => services.GetRequiredService<IPipelineFactory>();

    public static Stream Stream(string json) => new MemoryStream(System.Text.Encoding.UTF8.GetBytes(json));
}
