using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Engines;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using IRConStyle.Benchmarks;

// Ratios within one run are the result; times are this machine's. Run with:
//   dotnet run --project benchmarks/IRConStyle.Benchmarks -c Release
// With --malloc first, the plain form is measured with the C library's own allocator settings as well.
// With "degradations" first, the feeding of a training is compared with what it takes in; with "patches", files with the
// store of decoded pixels.
// With "limit" first, networks are compared with what the machine can do.
// With "training" first, training steps are compared instead; docs/performance.md says with what.
if (args is ["training-worker", var form])
{
    TrainingWorker.Serve(form);
    return;
}

if (args is ["limit-peak", var pipeline, var side, var kernels, var precision])
{
    LimitBenchmark.ServePeak(pipeline, side, kernels, precision);
    return;
}

if (args is ["limit", ..])
{
    LimitBenchmark.Run(args[1..]);
    return;
}

if (args is ["degradations", ..])
{
    DegradationThroughput.Run(args[1..]);
    return;
}

if (args is ["patches", ..])
{
    PatchSources.Run(args[1..]);
    return;
}

if (args is ["training", ..])
{
    TrainingComparison.Run(args[1..]);
    return;
}

var comparesMalloc = args is ["--malloc", ..];
var arguments = comparesMalloc ? args[1..] : args;
var plugins = Path.Combine(AppContext.BaseDirectory, "plugins");
var job = Job.Default
    .WithStrategy(RunStrategy.Monitoring).WithLaunchCount(1).WithWarmupCount(1).WithIterationCount(5);
var config = ManualConfig.Create(DefaultConfig.Instance)
    .AddJob(job.WithId("plain").AsBaseline()
        .WithEnvironmentVariables(Form("plain"), new(ForwardBenchmark.PluginsVariable, plugins)))
    .AddJob(job.WithId("fast")
        .WithEnvironmentVariables(Form("fast"), new(ForwardBenchmark.PluginsVariable, plugins)))
    .AddColumn(StatisticColumn.Median)
    .HideColumns(Column.EnvironmentVariables)
    .WithSummaryStyle(SummaryStyle.Default.WithRatioStyle(RatioStyle.Value));
if (comparesMalloc)
    config.AddJob(job.WithId("plain, default malloc")
        .WithEnvironmentVariables(Form("plain"), new("IRCONSTYLE_MALLOC", "default"), new(ForwardBenchmark.PluginsVariable, plugins)));
BenchmarkSwitcher.FromAssembly(typeof(ForwardBenchmark).Assembly).Run(arguments.Length == 0 ? ["--filter", "*"] : arguments, config);

static EnvironmentVariable Form(string form) => new(ForwardBenchmark.FormVariable, form);
