using System.Diagnostics;
using System.Globalization;

namespace IRConStyle.Cli.Tests;

/// <summary>What one run of the program left behind.</summary>
internal sealed record ProgramResult(int ExitCode, string Output, string Error)
{
    /// <summary>Every non-empty line of standard output.</summary>
    public string[] Lines => Output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}

/// <summary>Runs the built <c>irconstyle</c> in a process of its own.</summary>
internal static class Program
{
    // Not how long it may take on a busy machine, but when it hangs.
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(15);

    /// <summary>Runs one command line to its end.</summary>
    public static ProgramResult Run(params IEnumerable<string> arguments) => Run(new Dictionary<string, string>(), arguments);

    /// <summary>Runs one command line to its end with additional environment variables.</summary>
    public static ProgramResult Run(IReadOnlyDictionary<string, string> environment, params IEnumerable<string> arguments)
    {
        using var process = Start(environment, arguments);
        return Finish(process);
    }

    /// <summary>Runs a command line of a copy of the program to its end.</summary>
    /// <param name="directory">Where the copy lies.</param>
    /// <param name="arguments">The command line.</param>
    public static ProgramResult RunCopy(string directory, params IEnumerable<string> arguments)
    {
        using var process = Start(new Dictionary<string, string>(), arguments, Path.Combine(directory, Path.GetFileName(Assembly)));
        return Finish(process);
    }

    /// <summary>Runs one command line to its end in a directory.</summary>
    public static ProgramResult RunIn(string directory, params IEnumerable<string> arguments)
    {
        using var process = Start(new Dictionary<string, string>(), arguments, Assembly, directory);
        return Finish(process);
    }

    /// <summary>The built program's directory.</summary>
    public static string Directory => Path.GetDirectoryName(Assembly)!;

    /// <summary>Starts a command line.</summary>
    public static Process Start(IReadOnlyDictionary<string, string> environment, IEnumerable<string> arguments)
        => Start(environment, arguments, Assembly);

    /// <summary>Starts the built program of a sample.</summary>
    /// <param name="sample">The name of its folder and assembly.</param>
    /// <param name="arguments">The command line.</param>
    public static Process StartSample(string sample, params IEnumerable<string> arguments)
        => Start(new Dictionary<string, string>(), arguments, FindAssembly("samples", sample, sample));

    /// <summary>Asks a program to end, as service managers do; not on Windows.</summary>
    public static void Terminate(Process process)
        => Process.Start("kill", ["-TERM", process.Id.ToString(CultureInfo.InvariantCulture)]).WaitForExit();

    private static Process Start(IReadOnlyDictionary<string, string> environment, IEnumerable<string> arguments, string assembly, string? directory = null)
    {
        var start = new ProcessStartInfo("dotnet", [assembly, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            // Relative paths in the tests would otherwise depend on the test runner.
            WorkingDirectory = directory ?? Path.GetTempPath(),
        };
        foreach (var variable in start.Environment.Keys.Where(key => key.StartsWith("IRCONSTYLE", StringComparison.OrdinalIgnoreCase)).ToList())
            start.Environment.Remove(variable);
        // Two test classes run at once; threads of two programs that spin for the same cores would slow both.
        start.Environment["OMP_NUM_THREADS"] = "1";
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        return Process.Start(start)!;
    }

    /// <summary>Waits for the end of a command line.</summary>
    public static ProgramResult Finish(Process process)
    {
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(Limit))
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"The program did not end within {Limit}.");
        }

        var result = new ProgramResult(process.ExitCode, output.GetAwaiter().GetResult(), error.GetAwaiter().GetResult());
        (result.Output + result.Error).ShouldNotContain("\u001b", customMessage: "redirected output must be plain text");
        return result;
    }

    private static string Assembly { get; } = FindAssembly("src", "IRConStyle.Cli", "irconstyle");

    private static string FindAssembly(string room, string project, string name)
    {
        var output = new DirectoryInfo(AppContext.BaseDirectory);
        var path = Path.Combine(SharedData.Root, room, project, "bin", output.Parent!.Name, output.Name, $"{name}.dll");
        return File.Exists(path) ? path : throw new FileNotFoundException("The program is not built in this configuration.", path);
    }
}
