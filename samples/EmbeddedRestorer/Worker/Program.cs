using EmbeddedWorker;
using IRConStyle.Framework;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

Directory.SetCurrentDirectory(AppContext.BaseDirectory);
var builder = Host.CreateApplicationBuilder(args);
builder.Services
    .AddIRConStyle(builder.Configuration)
    .AddRestorer("denoise", options =>
    {
        options.MaxConcurrency = 2;
        options.Warmup = true;
    });
builder.Services.AddHostedService<Inbox>();
await builder.Build().RunAsync();
