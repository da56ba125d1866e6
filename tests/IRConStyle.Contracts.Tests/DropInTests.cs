using IRConStyle.Abstractions;
using IRConStyle.Framework;
using IRConStyle.Framework.Configuration;
using IRConStyle.Framework.Imaging;
using IRConStyle.Framework.Inference;
using IRConStyle.Framework.Pipelines;
using IRConStyle.Framework.Plugins;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace IRConStyle.Contracts.Tests;

/// <summary>The story of samples/DropInBackbone: a backbone of one's own in a folder of one's own.</summary>
public class DropInTests
{
    private const string Plugin = "DropInBackbone";

    [Fact]
    public void A_backbone_takes_less_than_sixty_lines()
        => Directory.EnumerateFiles(Path.Combine(SharedData.Root, "samples", Plugin), "*.cs").Sum(file => File.ReadLines(file).Count()).ShouldBeLessThan(60);

    [Fact]
    public void A_backbone_dropped_into_a_folder_restores_images_with_its_weights_alone()
    {
        using var directory = new TemporaryDirectory();
        using var services = HostWithDropIn(directory);
        services.GetRequiredService<PluginCatalogue>().Failures.ShouldBeEmpty();
        var weights = directory.File("weights.safetensors");
        SaveRandomWeights(services, weights);
        var codec = services.GetRequiredService<IImageCodec>();
        var noisy = new RasterImage(width: 30, height: 19, channels: 3);
        new Random(1).NextBytes(noisy.Samples);
        codec.Write(directory.File("noisy.png"), noisy);

        var result = services.GetRequiredService<RestorationService>().Run(
            new RestoreRequest([directory.File("noisy.png")]) { Weights = weights }, CancellationToken.None);

        var outcome = result.Outcomes.ShouldHaveSingleItem();
        outcome.Error.ShouldBeNull();
        var restored = codec.Read(directory.File("noisy_restored.png"));
        (restored.Width, restored.Height).ShouldBe((30, 19));
    }

    /// <summary>The plugins of the program in one directory, the user's in another.</summary>
    private static ServiceProvider HostWithDropIn(TemporaryDirectory directory)
    {
        var built = Path.Combine(AppContext.BaseDirectory, "plugins");
        foreach (var file in Directory.EnumerateFiles(built, "*", SearchOption.AllDirectories))
        {
            var relative = Path.GetRelativePath(built, file);
            var isUsers = relative.StartsWith(Plugin + Path.DirectorySeparatorChar, StringComparison.Ordinal);
            var target = directory.File(isUsers ? "my-plugins" : "plugins", relative);
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }

        var services = new ServiceCollection();
        services.AddSingleton<ILoggerFactory>(NullLoggerFactory.Instance);
        services.AddSingleton(typeof(ILogger<>), typeof(NullLogger<>));
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection([KeyValuePair.Create("IRConStyle:PluginDirectories:0", (string?)directory.File("plugins"))])
            .Build();
        services.AddIRConStyle(configuration, setup => setup.PluginDirectories.Add(directory.File("my-plugins")));
        return services.BuildServiceProvider(validateScopes: true);
    }

    private static void SaveRandomWeights(IServiceProvider services, string path)
    {
        var pipeline = new PipelineOptions
        {
            Encoder = ComponentOptions.Of("constyle"),
            Backbone = ComponentOptions.Of("drop-in-unet", ("Dim", 8), ("Dilation", 3)),
        };
        using var network = services.GetRequiredService<IPipelineFactory>().CreateNetwork(pipeline, training: false);
        WeightsFile.Save(path, [.. network.State().Select(entry => (entry.Name, entry.Value))], pipeline, iteration: 0);
    }
}
