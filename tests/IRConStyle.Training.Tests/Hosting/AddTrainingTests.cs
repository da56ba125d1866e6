using IRConStyle.Framework;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace IRConStyle.Training.Tests.Hosting;

public sealed class AddTrainingTests
{
    [Fact]
    public void Adding_twice_changes_nothing()
    {
        var services = new ServiceCollection();
        var builder = services.AddIRConStyle(new ConfigurationBuilder().Build(), setup => setup.LoadPluginDirectories = false);
        builder.AddTraining().AddTrainingWorker();
        var once = services.ToList();
        builder.AddTraining().AddTrainingWorker();
        services.Except(once).Where(service => service.ServiceType != typeof(HealthCheckService)).ShouldBeEmpty();
        services.Count.ShouldBe(once.Count);
    }
}
