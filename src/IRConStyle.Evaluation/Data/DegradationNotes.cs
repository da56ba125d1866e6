using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using IRConStyle.Abstractions;
using IRConStyle.Framework.Configuration;
using IRConStyle.Framework.Pipelines;
using IRConStyle.Framework.Plugins;

namespace IRConStyle.Evaluation.Data;

/// <summary>Writes down what a degradation's name stands for: the component, all its options, and those it is made of.</summary>
/// <param name="names">Knows what names stand for.</param>
/// <param name="catalogue">Knows the options.</param>
public sealed class DegradationNotes(NamedDegradations names, ComponentCatalogue catalogue)
{
    /// <summary>The degradation with every option, defaults spelt out.</summary>
    /// <param name="degradation">See <see cref="NamedDegradations.Resolve"/>.</param>
    /// <returns><c>{"name": …, "options": {…}}</c>.</returns>
    /// <exception cref="IRConStyleException">It is unknown, or its options are wrong.</exception>
    public JsonObject Describe(ComponentOptions degradation)
    {
        var resolved = names.Resolve(degradation);
        var type = catalogue.Get<IDegradation>(resolved.Name).OptionsType;
        var options = OptionsBinder.Bind(type, resolved.Options ?? MemorySection.Create(resolved.Name));
        return new JsonObject { ["name"] = resolved.Name, ["options"] = Values(options) };
    }

    private JsonObject Values(object options)
    {
        var values = new JsonObject();
        foreach (var property in options.GetType().GetProperties().Where(property => property.CanWrite).OrderBy(property => property.Name, StringComparer.Ordinal))
            values[property.Name] = property.IsDefined(typeof(ComponentContractAttribute)) ? Parts(property, options)
                : JsonSerializer.SerializeToNode(property.GetValue(options), property.PropertyType);
        return values;
    }

    private JsonArray Parts(PropertyInfo property, object options)
    {
        var value = property.GetValue(options);
        var parts = value as IEnumerable<ComponentOptions> ?? (value is ComponentOptions single ? [single] : []);
        return [.. parts.Select(part =>
        {
            var described = Describe(part);
            // A step's probability, a choice's weight.
            foreach (var own in part.GetType().GetProperties().Where(own => own.CanWrite && own.DeclaringType != typeof(ComponentOptions)))
                described[own.Name] = JsonSerializer.SerializeToNode(own.GetValue(part), own.PropertyType);
            return described;
        })];
    }
}
