using System.Globalization;

namespace IRConStyle.Cli.Tests;

public sealed class ConfigurationTests
{
    private const string Width = "Pipelines:constyle-general:Backbone:Options:Dim";
    private static readonly Dictionary<string, string> Nothing = [];
    private static readonly Dictionary<string, string> Narrow = new()
    {
        ["IRCONSTYLE__" + Width.Replace(":", "__", StringComparison.Ordinal)] = "8",
    };

    [Fact]
    public void Environment_wins_over_the_file_and_the_command_line_over_both()
    {
        var file = Parameters(Nothing);
        var environment = Parameters(Narrow);
        var commandLine = Parameters(Nothing, "--set", Width + "=4");

        file.ShouldBeGreaterThan(environment);
        environment.ShouldBeGreaterThan(commandLine);
        Parameters(Nothing, "--set", "IRConStyle:" + Width + "=8").ShouldBe(environment);
        Parameters(Narrow, "--set", Width + "=4").ShouldBe(commandLine);
    }

    [Fact]
    public void A_value_that_is_not_accepted_is_named_by_its_key()
    {
        var result = Program.Run("inspect", "--pipeline", "constyle-general", "--set", Width + "=many");

        result.ExitCode.ShouldBe(1);
        result.Error.ShouldContain($"IRConStyle:{Width} = 'many'");
    }

    [Fact]
    public void Parts_add_up_to_the_totals()
    {
        var result = Program.Run("inspect", "--pipeline", "constyle-general", "--size", "32x48", "--set", Width + "=8");

        result.ExitCode.ShouldBe(0, result.Error);
        result.Lines[0].ShouldBe("constyle-general, for an image of height 32 and width 48");
        var rows = result.Lines.Skip(2).Select(Cells).ToList();
        var parts = rows.Where(row => row.Name != "total").ToList();
        parts.Count.ShouldBeGreaterThan(5);
        foreach (var total in rows.Where(row => row.Name == "total"))
        {
            var counted = total.Network == "all" ? parts : parts.Where(part => part.Network == total.Network).ToList();
            total.Parameters.ShouldBe(counted.Sum(part => part.Parameters));
            total.MultiplyAccumulates.ShouldBe(counted.Sum(part => part.MultiplyAccumulates));
        }

        rows.Single(row => row is { Network: "encoder", Name: "total" }).Parameters.ShouldBe(1_190_832);
    }

    private static long Parameters(Dictionary<string, string> environment, params IEnumerable<string> arguments)
    {
        var result = Program.Run(environment, ["inspect", "--pipeline", "constyle-general", "--size", "16x16", .. arguments]);
        result.ExitCode.ShouldBe(0, result.Error);
        return result.Lines.Skip(2).Select(Cells).Single(row => row is { Network: "all", Name: "total" }).Parameters;
    }

    private static (string Network, string Name, long Parameters, long MultiplyAccumulates) Cells(string line)
    {
        var cells = line.Split("  ", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return (cells[0], cells[1], Number(cells[2]), Number(cells[3]));
    }

    private static long Number(string cell) => long.Parse(cell.Split(' ')[0], NumberStyles.AllowThousands, CultureInfo.InvariantCulture);
}
