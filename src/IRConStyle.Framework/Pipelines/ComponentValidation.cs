using System.Globalization;
using System.Reflection;
using IRConStyle.Abstractions;
using IRConStyle.Framework.Configuration;
using IRConStyle.Framework.Plugins;
using Microsoft.Extensions.Configuration;

namespace IRConStyle.Framework.Pipelines;

/// <summary>Checks named components without building them: each exists, and its options bind.</summary>
/// <param name="catalogue">The components of plugins.</param>
/// <param name="degradations">Those that the configuration makes of them.</param>
internal sealed class ComponentValidation(ComponentCatalogue catalogue, NamedDegradations degradations)
{
    private static readonly MethodInfo CheckOfContract
        = typeof(ComponentValidation).GetMethod(nameof(CheckPart), BindingFlags.NonPublic | BindingFlags.Instance)!;

    /// <summary>Checks a component.</summary>
    /// <typeparam name="TComponent">Its contract.</typeparam>
    /// <param name="component">The component; null is no error.</param>
    /// <param name="errors">Receives what is wrong.</param>
    /// <param name="path">Where it stands in the configuration.</param>
    public void Check<TComponent>(ComponentOptions? component, List<ConfigurationError> errors, params string[] path)
        where TComponent : class
    {
        if (component is not null)
            CheckPart<TComponent>(component, ConfigurationPath.Combine(path), errors);
    }

    /// <summary>Checks a list of components.</summary>
    /// <typeparam name="TComponent">Their contract.</typeparam>
    /// <param name="components">The components.</param>
    /// <param name="errors">Receives what is wrong.</param>
    /// <param name="path">Where the list stands in the configuration.</param>
    public void CheckAll<TComponent>(IReadOnlyList<ComponentOptions> components, List<ConfigurationError> errors, params string[] path)
        where TComponent : class
    {
        for (var i = 0; i < components.Count; i++)
            Check<TComponent>(components[i], errors, [.. path, Text(i)]);
    }

    /// <summary>Checks that a component of this name exists.</summary>
    /// <typeparam name="TComponent">Its contract.</typeparam>
    /// <param name="name">The name.</param>
    /// <param name="errors">Receives what is wrong.</param>
    /// <param name="path">Where the name stands in the configuration.</param>
    public void CheckName<TComponent>(string name, List<ConfigurationError> errors, params string[] path)
        where TComponent : class
    {
        if (catalogue.Find<TComponent>(name) is null)
            errors.Add(Unknown<TComponent>(name, ConfigurationPath.Combine(path)));
    }

    private void CheckPart<TComponent>(ComponentOptions component, string path, List<ConfigurationError> errors)
        where TComponent : class
    {
        path = component.ConfigurationPath() ?? path;
        if (catalogue.Find<TComponent>(component.Name) is { } factory)
        {
            CheckParts(OptionsBinder.TryBind(factory.OptionsType, component.Options ?? MemorySection.Create(path), errors), path, errors);
        }
        else if (typeof(TComponent) == typeof(IDegradation) && degradations.IsConfigured(component.Name))
        {
            // What it stands for is checked where it is configured.
            if (component.Options?.GetChildren().Any() == true)
                errors.Add(new(path, component.Name, "this is a configured degradation, which takes no options here"));
        }
        else
        {
            errors.Add(Unknown<TComponent>(component.Name, ConfigurationPath.Combine(path, nameof(component.Name))));
        }
    }

    /// <summary>Checks the components that a component is made of.</summary>
    private void CheckParts(object bound, string path, List<ConfigurationError> errors)
    {
        foreach (var property in bound.GetType().GetProperties())
        {
            if (property.GetCustomAttribute<ComponentContractAttribute>() is not { } part)
                continue;
            var check = CheckOfContract.MakeGenericMethod(part.Contract);
            var value = property.GetValue(bound);
            var parts = value as IEnumerable<ComponentOptions> ?? (value is ComponentOptions single ? [single] : []);
            foreach (var (component, index) in parts.Select((component, index) => (component, index)))
                check.Invoke(this, [component, ConfigurationPath.Combine(path, nameof(component.Options), property.Name, Text(index)), errors]);
        }
    }

    private ConfigurationError Unknown<TComponent>(string name, string path)
        where TComponent : class
        => new(path, name, $"this {ComponentCatalogue.ContractName(typeof(TComponent))} is unknown; {NearestName.Hint(name, NamesOf<TComponent>())}");

    private IReadOnlyList<string> NamesOf<TComponent>()
        where TComponent : class => typeof(TComponent) == typeof(IDegradation) ? degradations.Names : catalogue.NamesOf<TComponent>();

    private static string Text(int index) => index.ToString(CultureInfo.InvariantCulture);
}
