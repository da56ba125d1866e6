using System.Reflection;
using NetArchTest.Rules;

namespace IRConStyle.Architecture.Tests;

/// <summary>The rooms of a project: its folders, which are its namespaces; and the arrows between them, from what was compiled.</summary>
/// <param name="assembly">The project's assembly.</param>
internal sealed class Rooms(Assembly assembly)
{
    /// <summary>Where extension methods for hosts live, whose namespace is the project's own.</summary>
    private const string RootRoom = "Hosting";

    private readonly string _root = assembly.GetName().Name!;

    /// <summary>All rooms, sorted.</summary>
    public IReadOnlyList<string> Names { get; } =
    [
        .. assembly.GetTypes()
            .Where(type => type.Namespace?.StartsWith(assembly.GetName().Name!, StringComparison.Ordinal) == true)
            .Select(type => RoomOf(type.Namespace!, assembly.GetName().Name!)).Distinct().Order(StringComparer.Ordinal),
    ];

    /// <summary>The rooms that a room knows.</summary>
    public IReadOnlyList<string> KnownTo(string room) => [.. Names.Where(other => other != room && Witnesses(room, other).Count > 0)];

    /// <summary>The types that make an arrow.</summary>
    public IReadOnlyList<string> Witnesses(string from, string to)
        => [.. Types.InAssembly(assembly).That().ResideInNamespaceMatching(NamespaceOf(from)).And().HaveDependencyOnAny($"{_root}.{to}")
            .GetTypes().Select(type => type.FullName ?? type.Name)];

    private string NamespaceOf(string room)
    {
        var root = _root.Replace(".", "\\.", StringComparison.Ordinal);
        return room == RootRoom ? $"^{root}(\\.{RootRoom}(\\..*)?)?$" : $"^{root}\\.{room}(\\..*)?$";
    }

    private static string RoomOf(string name, string root) => name.Length == root.Length ? RootRoom : name[(root.Length + 1)..].Split('.')[0];
}
