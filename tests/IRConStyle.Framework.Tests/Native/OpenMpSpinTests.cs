using System.Diagnostics;
using System.Text.RegularExpressions;

namespace IRConStyle.Framework.Tests.Native;

/// <summary>
/// libgomp itself says, while it is loaded, what it goes by. This test assembly is a program that loads it and ends, so
/// every case is a process of its own.
/// </summary>
public sealed partial class OpenMpSpinTests
{
    [SkippableFact]
    public void Waiting_threads_sleep_soon() => SpinCount().ShouldBe("1000");

    [SkippableFact]
    public void A_count_of_the_users_is_kept() => SpinCount(("GOMP_SPINCOUNT", "77")).ShouldBe("77");

    [SkippableTheory]
    [InlineData("passive", "0")]
    [InlineData("active", "30000000000")]
    public void A_policy_of_the_users_is_kept(string policy, string expected)
        => SpinCount(("OMP_WAIT_POLICY", policy)).ShouldBe(expected);

    private static string SpinCount(params (string Name, string Value)[] environment)
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "libtorch has libgomp on Linux only.");
        var start = new ProcessStartInfo("dotnet", [typeof(OpenMpSpinTests).Assembly.Location]) { RedirectStandardError = true };
        start.Environment.Remove("GOMP_SPINCOUNT");
        start.Environment.Remove("OMP_WAIT_POLICY");
        start.Environment["OMP_DISPLAY_ENV"] = "verbose";
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var said = process.StandardError.ReadToEnd();
        process.WaitForExit();
        process.ExitCode.ShouldBe(0, said);
        return Count().Match(said).Groups["count"].Value;
    }

    [GeneratedRegex(@"GOMP_SPINCOUNT = '(?<count>\d+)'")]
    private static partial Regex Count();
}
