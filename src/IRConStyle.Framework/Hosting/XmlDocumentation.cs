using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using IRConStyle.Abstractions;

namespace IRConStyle.Framework.Hosting;

/// <summary>Summaries from the XML documentation files beside assemblies, as one line of Markdown each.</summary>
internal sealed partial class XmlDocumentation
{
    private readonly Dictionary<Assembly, Dictionary<string, XElement>> _files = [];

    /// <summary>A type's summary.</summary>
    /// <exception cref="IRConStyleException">The type's assembly has no documentation file, or it says nothing of the type.</exception>
    public string Of(Type type) => Summary(type.Assembly, $"T:{Name(type)}");

    /// <summary>A property's summary.</summary>
    /// <exception cref="IRConStyleException">The assembly has no documentation file, or it says nothing of the property.</exception>
    public string Of(PropertyInfo property)
        => Summary(property.DeclaringType!.Assembly, $"P:{Name(property.DeclaringType)}.{property.Name}");

    private string Summary(Assembly assembly, string member)
    {
        if (!_files.TryGetValue(assembly, out var members))
            _files.Add(assembly, members = Load(assembly));
        return members.TryGetValue(member, out var summary)
            ? Whitespace().Replace(string.Concat(summary.Nodes().Select(Markdown)), " ").Trim()
            : throw new IRConStyleException($"{assembly.GetName().Name} does not document {member}.", "Give it a <summary>.");
    }

    private static Dictionary<string, XElement> Load(Assembly assembly)
    {
        var path = Path.ChangeExtension(assembly.Location, ".xml");
        if (!File.Exists(path))
            throw new IRConStyleException($"{path} does not exist.", "Build the assembly with GenerateDocumentationFile.");
        return XDocument.Load(path).Descendants("member")
            .Where(member => member.Element("summary") is not null)
            .ToDictionary(member => (string)member.Attribute("name")!, member => member.Element("summary")!, StringComparer.Ordinal);
    }

    private static string Markdown(XNode node) => node switch
    {
        XText text => text.Value,
        XElement { Name.LocalName: "c" } code => $"`{code.Value}`",
        XElement { Name.LocalName: "see" } see when see.Attribute("langword") is { } word => $"`{word.Value}`",
        XElement { Name.LocalName: "see" } see when see.Attribute("cref") is { } member => $"`{ShortName(member.Value)}`",
        XElement element => string.Concat(element.Nodes().Select(Markdown)),
        _ => "",
    };

    /// <summary><c>P:Space.Type.Name</c> becomes <c>Name</c>, <c>M:Space.Type.Name(System.Int32)</c> too.</summary>
    private static string ShortName(string member) => member.Split('(')[0].Split('.')[^1].Split('`')[0];

    private static string Name(Type type) => type.FullName!.Replace('+', '.');

    [GeneratedRegex(@"\s+")]
    private static partial Regex Whitespace();
}
