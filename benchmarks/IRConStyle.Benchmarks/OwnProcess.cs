using System.Diagnostics;

namespace IRConStyle.Benchmarks;

/// <summary>This program once more, in a process of its own: for what belongs to a process, such as its peak of memory.</summary>
internal static class OwnProcess
{
    /// <summary>The program to start, and what stands before a command line of its own.</summary>
    public static (string Program, string[] Arguments) Command
    {
        get
        {
            var (program, assembly) = (Environment.ProcessPath!, Environment.GetCommandLineArgs()[0]);
            // An application host needs no assembly before its arguments; dotnet does.
            var needsAssembly = Path.GetFileNameWithoutExtension(program).Equals("dotnet", StringComparison.Ordinal);
            return (program, needsAssembly ? [assembly] : []);
        }
    }

    /// <summary>Runs a command line to its end.</summary>
    /// <param name="arguments">The command line.</param>
    /// <returns>What it printed.</returns>
    public static string Run(params string[] arguments)
    {
        var (program, before) = Command;
        using var process = Process.Start(new ProcessStartInfo(program, [.. before, .. arguments]) { RedirectStandardOutput = true })!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"{string.Join(' ', arguments)} failed: {output}");
    }
}
