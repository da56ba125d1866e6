using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Configuration;

namespace IRConStyle.Abstractions;

/// <summary>A component by name, with the options its factory asks for.</summary>
public class ComponentOptions
{
    /// <summary>The name a plugin registered it under.</summary>
    [Required]
    public string Name { get; set; } = "";

    /// <summary>The component's own keys; null for defaults throughout.</summary>
    /// <remarks>Bound to the factory's <see cref="IComponentFactory{TComponent}.OptionsType"/> when the component is built.</remarks>
    public IConfigurationSection? Options { get; set; }
}

/// <summary>
/// Says of an option of type <see cref="ComponentOptions"/>, or a list of them, which contract the named components
/// fulfil, so that they are checked with the rest of the configuration.
/// </summary>
/// <param name="contract">The contract, for example <see cref="IDegradation"/>.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ComponentContractAttribute(Type contract) : Attribute
{
    /// <summary>The contract.</summary>
    public Type Contract { get; } = contract;
}
