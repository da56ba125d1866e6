using System.Collections;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using System.Text;
using IRConStyle.Abstractions;
using IRConStyle.Framework.Configuration;
using IRConStyle.Framework.Plugins;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace IRConStyle.Framework.Hosting;

/// <summary>
/// Writes every configuration key with its type, default, accepted values and meaning as Markdown. Keys and defaults come
/// from the options classes, bounds from their data annotations, meanings from the XML documentation files beside the
/// assemblies: what is written here is what the binder does.
/// </summary>
public sealed class ConfigurationReference
{
    private const string None = "–";

    private readonly XmlDocumentation _documentation = new();
    private readonly StringBuilder _text = new();

    private readonly OwnedKeys[] _owned;

    private ConfigurationReference(IEnumerable<OwnedKeys> owned) => _owned = [.. owned];

    /// <summary>Describes what this host reads of the section <c>IRConStyle</c>, and the options of components.</summary>
    /// <param name="services">The host's services.</param>
    /// <returns>Markdown from second-level headings down, lines ended by <c>\n</c>.</returns>
    /// <exception cref="IRConStyleException">An assembly has no documentation file beside it, or leaves an option out.</exception>
    public static string Write(IServiceProvider services)
    {
        ArgumentNullException.ThrowIfNull(services);
        var reference = new ConfigurationReference(services.GetServices<OwnedKeys>());
        reference.WriteSections();
        reference.WriteComponents(services.GetRequiredService<ComponentCatalogue>().Components);
        return reference._text.ToString();
    }

    private void WriteSections()
    {
        var sections = new List<(Type Type, List<string> Paths)>();
        foreach (var keys in _owned)
            Collect(keys.Type, keys switch
            {
                { Key: "" } => FrameworkSection.Name,
                { IsByName: true } => FrameworkSection.PathOf(keys.Key, "<name>"),
                _ => FrameworkSection.PathOf(keys.Key),
            }, sections);
        Line("## Sections");
        foreach (var (type, paths) in sections)
        {
            Line();
            Line($"### {string.Join(", ", paths.Select(path => $"`{path}`"))}");
            Line();
            Line(_documentation.Of(type));
            Line();
            WriteTable(type);
        }
    }

    private void WriteComponents(IEnumerable<PluginComponent> components)
    {
        Line();
        Line("## Options of components");
        foreach (var contract in components.GroupBy(component => component.Contract).OrderBy(group => group.Key.Name, StringComparer.Ordinal))
        {
            Line();
            Line($"### {Heading(ComponentCatalogue.ContractName(contract.Key))}");
            foreach (var component in contract.OrderBy(component => component.Info.Name, StringComparer.Ordinal))
            {
                Line();
                Line($"#### `{component.Info.Name}`");
                Line();
                var hasOptions = OptionsShape.Of(component.OptionsType).Properties.Count > 0;
                Line($"{component.Info.Summary} {Origin(component)}{(hasOptions ? "." : "; no options.")}");
                if (!hasOptions)
                    continue;
                Line();
                WriteTable(component.OptionsType);
            }
        }
    }

    /// <summary>Every options class once, with all paths it stands at, in the order a reader meets them.</summary>
    private static void Collect(Type type, string path, List<(Type Type, List<string> Paths)> sections)
    {
        var known = sections.Find(section => section.Type == type);
        if (known.Type is not null)
        {
            known.Paths.Add(path);
            return;
        }

        sections.Add((type, [path]));
        foreach (var property in OptionsShape.Of(type).Properties)
        {
            var (nested, placeholder) = Nested(property.PropertyType);
            if (nested is not null)
                Collect(nested, $"{path}:{property.Name}{placeholder}", sections);
        }
    }

    private void WriteTable(Type type)
    {
        var instance = Activator.CreateInstance(type)!;
        Line("| key | type | default | accepted | meaning |");
        Line("|---|---|---|---|---|");
        foreach (var property in OptionsShape.Of(type).Properties)
        {
            var argument = property.GetCustomAttribute<ReferenceArgumentAttribute>();
            string[] cells =
            [
                $"`{property.Name}`",
                TypeName(property.PropertyType),
                Default(property, instance),
                Accepted(property),
                _documentation.Of(property) + (argument is null ? "" : $" In the authors' code: `{argument.Name}`."),
            ];
            Line($"| {string.Join(" | ", cells.Select(cell => cell.Replace("|", "\\|", StringComparison.Ordinal)))} |");
        }
    }

    private static string TypeName(Type type)
    {
        if (type == typeof(IConfigurationSection))
            return "section";
        if (Nested(type) is ({ }, var placeholder))
            return placeholder switch
            {
                "" => "section",
                ":<n>" => "list of sections",
                _ => "sections by name",
            };
        if (Element(type) is { } element)
            return $"list of {ScalarName(element)}s";
        return ScalarName(type) + (Nullable.GetUnderlyingType(type) is null ? "" : " or null");
    }

    private static string ScalarName(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type == typeof(string))
            return "text";
        if (type == typeof(bool))
            return "true/false";
        if (type.IsEnum)
            return "name";
        return !ScalarBinding.IsNumber(type) ? type.Name
            : ScalarBinding.Describe(type).StartsWith("a whole", StringComparison.Ordinal) ? "whole number" : "number";
    }

    private static string Default(PropertyInfo property, object instance)
    {
        var value = property.GetValue(instance);
        return value switch
        {
            null or "" => property.GetCustomAttribute<RequiredAttribute>() is null ? None : "required",
            string text => $"`{text}`",
            bool flag => flag ? "`true`" : "`false`",
            IEnumerable list when Element(property.PropertyType) is not null => $"`[{string.Join(", ", list.Cast<object>().Select(Scalar))}]`",
            IFormattable => $"`{Scalar(value)}`",
            _ => None,
        };
    }

    private static string Scalar(object value)
        => value switch
        {
            ComponentOptions component => component.Name,
            string => $"\"{value}\"",
            not IFormattable and not bool => $"{{ {string.Join(", ", OptionsShape.Of(value.GetType()).Properties.Select(key => $"{key.Name}: {Scalar(key.GetValue(value)!)}"))} }}",
            _ => Convert.ToString(value, CultureInfo.InvariantCulture)!.ToLowerInvariant(),
        };

    private static string Accepted(PropertyInfo property)
    {
        if (property.GetCustomAttribute<RegularExpressionAttribute>()?.ErrorMessage is { } words)
            return words.Replace("accepted is ", "", StringComparison.Ordinal);
        var element = Element(property.PropertyType);
        var type = element ?? property.PropertyType;
        if (!ScalarBinding.Handles(type))
            return type == typeof(IConfigurationSection) ? "the component's options, below" : "its keys, below";

        var range = property.GetCustomAttribute<RangeAttribute>();
        var accepted = range is not null && Equals(range.Minimum, range.Maximum) ? $"{range.Minimum}"
            : type == typeof(string) && property.GetCustomAttribute<AllowedValuesAttribute>() is null ? "any"
            : OptionsBounds.Accepted(type, property);
        var length = property.GetCustomAttribute<LengthAttribute>();
        if (length is null)
            return element is null ? accepted : accepted == "any" ? "any number of entries" : $"any number of entries, each {accepted}";
        var count = length.MinimumLength == length.MaximumLength ? $"{length.MinimumLength}" : $"{length.MinimumLength} to {length.MaximumLength}";
        return $"{count} entries, each {accepted}";
    }

    /// <summary>The options class behind a property and what its path gets; no class for plain values.</summary>
    private static (Type? Type, string Placeholder) Nested(Type type)
    {
        if (type == typeof(IConfigurationSection) || ScalarBinding.Handles(type))
            return (null, "");
        if (type.IsGenericType && type.GetGenericArguments() is [var key, var value] && key == typeof(string))
            return (value, ":<name>");
        if (Element(type) is { } element)
            return ScalarBinding.Handles(element) ? (null, "") : (element, ":<n>");
        return (type, "");
    }

    private static Type? Element(Type type) => type.IsArray ? type.GetElementType() : null;

    private static string Origin(PluginComponent component)
    {
        var names = component.Info.ReferenceNames;
        var origin = names.Count == 0 ? "" : $", in the authors' code {string.Join(", ", names.Select(name => $"`{name}`"))}";
        return $"Plugin {component.PluginName}{origin}";
    }

    private static string Heading(string words)
        => $"{char.ToUpperInvariant(words[0])}{words[1..]}{(words.EndsWith('s') ? "es" : "s")}";

    private void Line(string line = "") => _text.Append(line).Append('\n');
}
