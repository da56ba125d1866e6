using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Engines;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using IRConStyle.Benchmarks;

// Ratios within one run are the result; times are this machine's. Run with:
//   dotnet run --project benchmarks/IRConStyle.Benchmarks -c Release
var plugins = Path.Combine(AppContext.BaseDirectory, "plugins");
var job = Job.Default
    .WithStrategy(RunStrategy.Monitoring).WithLaunchCount(1).WithWarmupCount(2).WithIterationCount(8);
var config = ManualConfig.Create(DefaultConfig.Instance)
    .AddJob(job.WithId("plain, default malloc").AsBaseline()
        .WithEnvironmentVariables(Form("plain"), new("IRCONSTYLE_MALLOC", "default"), new(ForwardBenchmark.PluginsVariable, plugins)))
    .AddJob(job.WithId("plain")
        .WithEnvironmentVariables(Form("plain"), new(ForwardBenchmark.PluginsVariable, plugins)))
    .AddJob(job.WithId("fast")
        .WithEnvironmentVariables(Form("fast"), new(ForwardBenchmark.PluginsVariable, plugins)))
    .AddColumn(StatisticColumn.Median)
    .HideColumns(Column.EnvironmentVariables)
    .WithSummaryStyle(SummaryStyle.Default.WithRatioStyle(RatioStyle.Value));
BenchmarkSwitcher.FromAssembly(typeof(ForwardBenchmark).Assembly).Run(args.Length == 0 ? ["--filter", "*"] : args, config);

static EnvironmentVariable Form(string form) => new(ForwardBenchmark.FormVariable, form);
