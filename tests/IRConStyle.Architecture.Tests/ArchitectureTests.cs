using System.Reflection;
using System.Text;

namespace IRConStyle.Architecture.Tests;

/// <summary>
/// The plan of the house is the code's: arrows come from the compiled assemblies, the order of floors from docs/architecture.md.
/// With IRCONSTYLE_UPDATE_DOCS=1 in the environment the page's picture of arrows is written anew.
/// </summary>
public sealed class ArchitectureTests
{
    private const string Begin = "<!-- arrows: generated -->", End = "<!-- end of arrows -->";

    /// <summary>Which projects of src each may know.</summary>
    private static readonly Dictionary<string, string[]> Projects = new(StringComparer.Ordinal)
    {
        ["IRConStyle.Abstractions"] = [],
        ["IRConStyle.Modules"] = ["IRConStyle.Abstractions"],
        ["IRConStyle.Framework"] = ["IRConStyle.Abstractions"],
        ["IRConStyle.Training"] = ["IRConStyle.Abstractions", "IRConStyle.Framework"],
        ["IRConStyle.Evaluation"] = ["IRConStyle.Abstractions", "IRConStyle.Framework"],
        ["IRConStyle.Testing"] = ["IRConStyle.Abstractions", "IRConStyle.Framework"],
        ["IRConStyle.Parity"] = ["IRConStyle.Abstractions", "IRConStyle.Framework", "IRConStyle.Training"],
        ["irconstyle"] = ["IRConStyle.Abstractions", "IRConStyle.Framework", "IRConStyle.Training", "IRConStyle.Evaluation", "IRConStyle.Parity", "IRConStyle.Testing"],
    };

    private static readonly string[] WithRooms = ["IRConStyle.Framework", "IRConStyle.Training", "IRConStyle.Evaluation"];

    public static TheoryData<string> ProjectNames => new(Projects.Keys);

    public static TheoryData<string> ProjectsWithRooms => new(WithRooms);

    public static TheoryData<string> Plugins => new(Assemblies("IRConStyle.Plugins.*.dll").Select(assembly => assembly.GetName().Name!));

    [Fact]
    public void Every_project_has_its_place()
        => Assemblies("IRConStyle.*.dll").Concat(Assemblies("irconstyle.dll")).Select(assembly => assembly.GetName().Name!)
            .Where(name => !name.StartsWith("IRConStyle.Plugins.", StringComparison.Ordinal) && !name.EndsWith(".Tests", StringComparison.Ordinal))
            .ShouldBe(Projects.Keys, ignoreOrder: true);

    [Theory]
    [MemberData(nameof(ProjectNames))]
    public void A_project_knows_only_projects_below_it(string project)
        => ReferencesOf(project).Except(Projects[project]).ShouldBeEmpty();

    [Theory]
    [MemberData(nameof(Plugins))]
    public void A_plugin_knows_no_engine_and_no_other_plugin(string plugin)
        => ReferencesOf(plugin).Except(["IRConStyle.Abstractions", "IRConStyle.Modules"]).ShouldBeEmpty();

    [Theory]
    [MemberData(nameof(ProjectsWithRooms))]
    public void A_room_knows_only_rooms_on_floors_below(string project)
    {
        var rooms = new Rooms(Load(project));
        var floors = Floors.Read()[project];
        floors.Keys.ShouldBe(rooms.Names, ignoreOrder: true, "docs/architecture.md lists other rooms than there are");
        var wrong = rooms.Names.SelectMany(from => rooms.KnownTo(from).Where(to => floors[to] >= floors[from])
            .Select(to => $"{from} (floor {floors[from]}) knows {to} (floor {floors[to]}): {string.Join(", ", rooms.Witnesses(from, to))}"));
        wrong.ShouldBeEmpty();
    }

    /// <summary>The check above can fail: what it is built on finds an arrow that is there, and the types that make it.</summary>
    [Fact]
    public void An_arrow_that_is_there_is_found()
    {
        var rooms = new Rooms(Load("IRConStyle.Framework"));
        rooms.KnownTo("Pipelines").ShouldContain("Plugins");
        rooms.Witnesses("Pipelines", "Configuration").ShouldContain("IRConStyle.Framework.Pipelines.PipelineFactory");
        rooms.KnownTo("Hosting").ShouldContain("Pipelines");
    }

    [Fact]
    public void The_picture_of_the_rooms_is_the_code_s()
    {
        var picture = new StringBuilder("\n");
        foreach (var project in WithRooms)
            Draw(project, picture);
        var page = File.ReadAllText(Floors.Page).ReplaceLineEndings("\n");
        var begin = page.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length;
        var expected = page[..begin] + picture + page[page.IndexOf(End, StringComparison.Ordinal)..];
        if (Environment.GetEnvironmentVariable("IRCONSTYLE_UPDATE_DOCS") == "1")
            File.WriteAllText(Floors.Page, expected, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        else
            page.ShouldBe(expected, "Run these tests once with IRCONSTYLE_UPDATE_DOCS=1 and commit docs/architecture.md.");
    }

    private static void Draw(string project, StringBuilder picture)
    {
        var rooms = new Rooms(Load(project));
        picture.Append("```mermaid\ngraph TD\n  subgraph ").Append(project).Append('\n');
        foreach (var room in rooms.Names)
            picture.Append("    ").Append(room).Append('\n');
        picture.Append("  end\n");
        foreach (var from in rooms.Names)
            foreach (var to in rooms.KnownTo(from))
                picture.Append("  ").Append(from).Append(" --> ").Append(to).Append('\n');
        picture.Append("```\n\n");
    }

    private static IEnumerable<string> ReferencesOf(string project)
        => Load(project).GetReferencedAssemblies().Select(reference => reference.Name!).Where(name => name.StartsWith("IRConStyle", StringComparison.OrdinalIgnoreCase));

    private static Assembly Load(string name) => Assembly.LoadFrom(Path.Combine(AppContext.BaseDirectory, name + ".dll"));

    private static IEnumerable<Assembly> Assemblies(string pattern)
        => Directory.EnumerateFiles(AppContext.BaseDirectory, pattern).Order(StringComparer.Ordinal).Select(Assembly.LoadFrom);
}
