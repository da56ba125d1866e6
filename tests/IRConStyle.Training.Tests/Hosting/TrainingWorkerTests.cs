using System.Collections.Concurrent;
using IRConStyle.Abstractions;
using IRConStyle.Framework;
using IRConStyle.Tests.Engine;
using IRConStyle.Training.Hosting;
using IRConStyle.Training.Loop;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace IRConStyle.Training.Tests.Hosting;

[Collection(CountsTensors.Name)]
public sealed class TrainingWorkerTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly ErrorLog _errors = new();
    private readonly TaskCompletionSource _saved = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly int _exitCode = Environment.ExitCode;

    public void Dispose()
    {
        Environment.ExitCode = _exitCode;
        _directory.Dispose();
    }

    [Fact]
    public async Task A_host_trains_and_stops_when_the_training_is_done()
    {
        using var host = Host(("Worker:Output", "out"));
        await host.RunAsync();

        Environment.ExitCode.ShouldBe(TrainingExitCode.Completed, _errors.Text);
        File.Exists(_directory.File("out", "weights.safetensors")).ShouldBeTrue("a relative output is below the content root");
    }

    [Fact]
    public async Task Stopping_the_host_saves_what_was_learned()
    {
        using var host = Host(("Pipelines:run:Training:Iterations", "10000000"), ("Pipelines:run:Training:SaveEvery", "1"));
        await host.StartAsync();
        await _saved.Task;
        await host.StopAsync();

        Environment.ExitCode.ShouldBe(TrainingExitCode.Stopped, _errors.Text);
        File.Exists(_directory.File("runs", "run", "weights.safetensors")).ShouldBeTrue("the default output is runs/ and the pipeline's name");
    }

    [Fact]
    public async Task The_end_of_a_time_budget_is_success_as_it_is_for_the_command()
    {
        using var host = Host(("Pipelines:run:Training:Iterations", "10000000"), ("Pipelines:run:Training:MaxTime", "00:00:00.01"));
        await host.RunAsync();

        Environment.ExitCode.ShouldBe(0, _errors.Text);
        File.Exists(_directory.File("runs", "run", "weights.safetensors")).ShouldBeTrue();
    }

    [Fact]
    public async Task An_error_without_a_remedy_is_logged_as_it_is()
    {
        using var host = Host(("Pipelines:run:Training:Data:Options:Broken", "0"), ("Pipelines:run:Training:MaxUnreadableImages", "0"));
        await host.RunAsync();

        _errors.Lines.ShouldHaveSingleItem().ShouldBe("Training run failed: 0.png is no image.");
    }

    [Theory]
    [InlineData("Pipelines:run:Training:Losses:0:Name", "nan", "nan")]
    [InlineData("Worker:Pipeline", "rum", "did you mean 'run'")]
    [InlineData("Worker:Resum", "true", "IRConStyle:Worker:Resum")]
    [InlineData("Worker:StallAfter", "-1", "a duration")]
    public async Task A_failure_is_one_logged_error_and_exit_code_1(string key, string value, string problem)
    {
        using var host = Host((key, value));
        await host.RunAsync();

        Environment.ExitCode.ShouldBe(TrainingExitCode.Failed);
        _errors.Lines.ShouldHaveSingleItem().ShouldContain(problem);
    }

    [Fact]
    public async Task A_host_may_stay_after_the_training()
    {
        using var host = Host(("Worker:StopHostWhenDone", "false"), ("Pipelines:run:Training:Losses:0:Name", "nan"));
        await host.StartAsync();
        await _errors.Told;
        (await host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync()).Status.ShouldBe(HealthStatus.Unhealthy);
        host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping.IsCancellationRequested.ShouldBeFalse();
        await host.StopAsync();
    }

    private IHost Host(params (string Key, string Value)[] settings)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(
            new HostApplicationBuilderSettings { ContentRootPath = _directory.Path });
        using var json = new MemoryStream("""
            { "IRConStyle": {
              "DefaultPipeline": "run", "Device": "cpu",
              "Pipelines": { "run": {
                "Backbone": { "Name": "tiny" },
                "Training": {
                  "Data": { "Name": "synthetic" }, "Degradation": { "Name": "darken" }, "Losses": [{ "Name": "square" }], "Schedule": { "Name": "flat" },
                  "Iterations": 6, "BatchSize": 2, "PatchSize": 8, "ReportEvery": 1 } } } } }
            """u8.ToArray());
        builder.Configuration.AddJsonStream(json);
        builder.Configuration.AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create("IRConStyle:" + setting.Key, (string?)setting.Value)));
        builder.Logging.AddProvider(_errors);
        builder.Services.AddIRConStyle(builder.Configuration, setup => setup.LoadPluginDirectories = false)
            .AddPlugin(new TinyPlugin())
            .AddPlugin(new FlatPlugin())
            .AddTrainingWorker();
        builder.Services.AddSingleton<ITrainingObserver>(new Witness(_saved));
        return builder.Build();
    }

    /// <summary>Tells when a file was saved.</summary>
    private sealed class Witness(TaskCompletionSource saved) : ITrainingObserver, ITrainingRecorder
    {
        public ITrainingRecorder Observe(TrainingRun run) => this;

        public void Report(TrainingProgress progress)
        {
        }

        public void Report(ValidationReport validation)
        {
        }

        public void Saved(string path, int iteration) => saved.TrySetResult();

        public void Finished(TrainingResult result)
        {
        }

        public void Dispose()
        {
        }
    }

    /// <summary>A learning rate that stays as it is.</summary>
    private sealed class FlatPlugin : IRestorationPlugin
    {
        public PluginInfo Info => new("Flat", "1.0.0", Contract.Version, "For tests");

        public void Register(IPluginBuilder plugin)
            => plugin.AddSchedule<NoOptions>(new("flat", "The base rate"), (_, context) => new Flat(context.LearningRate));

        private sealed class Flat(double rate) : ILearningRateSchedule
        {
            public double At(int iteration) => rate;
        }
    }

    /// <summary>Keeps what is logged as an error or worse.</summary>
    private sealed class ErrorLog : ILoggerProvider, ILogger
    {
        private readonly TaskCompletionSource _told = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public ConcurrentQueue<string> Lines { get; } = new();

        /// <summary>Ends with the first error.</summary>
        public Task Told => _told.Task;

        public string Text => string.Join('\n', Lines);

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (!IsEnabled(logLevel))
                return;
            Lines.Enqueue(formatter(state, exception));
            _told.TrySetResult();
        }

        public void Dispose()
        {
        }
    }
}
