using System.Diagnostics;
using System.Globalization;

namespace IRConStyle.Benchmarks;

/// <summary>
/// Training steps of several programs in turn: each takes a few steps while the others wait, round after round, so that a
/// noisy machine is noisy for all of them. Ratios of the medians are the result.
/// </summary>
internal static class TrainingComparison
{
    private const int StepsPerTurn = 5;

    /// <summary>Measures and prints.</summary>
    /// <param name="arguments">
    /// <c>--rounds N</c>, <c>--soak STEPS</c> (afterwards, for the memory of the flat loop alone) and <c>--authors DIR</c>, a
    /// clone of the authors' code, measured with <c>--python FILE</c>.
    /// </param>
    public static void Run(string[] arguments)
    {
        var rounds = int.Parse(Value(arguments, "--rounds") ?? "20", CultureInfo.InvariantCulture);
        var soak = int.Parse(Value(arguments, "--soak") ?? "0", CultureInfo.InvariantCulture);
        var loops = new List<Loop> { Own("flat"), Own("plain") };
        if (Value(arguments, "--authors") is { } authors)
        {
            var script = Path.Combine(AppContext.BaseDirectory, "python", "train_step.py");
            loops.Add(new Loop("python", Value(arguments, "--python") ?? "python3", [script, "--authors", authors, "--threads", $"{Environment.ProcessorCount}"]));
        }

        foreach (var loop in loops)
            loop.Take(2);
        for (var round = 0; round < rounds; round++)
            foreach (var loop in loops)
                loop.Measure(StepsPerTurn);

        Console.WriteLine("loop    seconds/step (median)  flat/loop  resident MB  peak MB");
        foreach (var loop in loops)
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{loop.Name,-7} {loop.Median,21:F4}  {loops[0].Median / loop.Median,9:F3}  {loop.Resident / 1024,11}  {loop.Peak / 1024,7}"));
        Soak(loops[0], soak);
        loops.ForEach(loop => loop.Dispose());
    }

    private static void Soak(Loop loop, int steps)
    {
        if (steps <= 0)
            return;
        var resident = new List<long>();
        for (var step = 0; step < steps; step += 20)
        {
            loop.Take(20);
            resident.Add(loop.Resident);
        }

        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"memory of the flat loop over {steps} further steps: {resident.Min() / 1024}–{resident.Max() / 1024} MB resident, {100.0 * (resident.Max() - resident.Min()) / resident.Min():F1} % apart"));
    }

    private static Loop Own(string form)
    {
        var (program, before) = OwnProcess.Command;
        return new Loop(form, program, [.. before, "training-worker", form]);
    }

    /// <summary>What follows an option on the command line; null when it is not given.</summary>
    public static string? Value(string[] arguments, string name)
        => Array.IndexOf(arguments, name) is >= 0 and var at && at + 1 < arguments.Length ? arguments[at + 1] : null;

    private sealed class Loop : IDisposable
    {
        private readonly Process _process;
        private readonly List<double> _seconds = [];

        public Loop(string name, string program, string[] arguments)
        {
            Name = name;
            var start = new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true };
            _process = Process.Start(start) ?? throw new InvalidOperationException($"{program} does not start");
            if (_process.StandardOutput.ReadLine() != "ready")
                throw new InvalidOperationException($"the loop {name} did not get ready");
        }

        public string Name { get; }

        public long Resident { get; private set; }

        public long Peak { get; private set; }

        public double Median => _seconds.Order().ElementAt(_seconds.Count / 2);

        public double Take(int steps)
        {
            _process.StandardInput.WriteLine(steps);
            var parts = (_process.StandardOutput.ReadLine() ?? throw new InvalidOperationException($"the loop {Name} ended")).Split(' ');
            (Resident, Peak) = (long.Parse(parts[1], CultureInfo.InvariantCulture), long.Parse(parts[2], CultureInfo.InvariantCulture));
            return double.Parse(parts[0], CultureInfo.InvariantCulture) / steps;
        }

        public void Measure(int steps) => _seconds.Add(Take(steps));

        public void Dispose()
        {
            _process.StandardInput.Close();
            _process.WaitForExit();
            _process.Dispose();
        }
    }
}
