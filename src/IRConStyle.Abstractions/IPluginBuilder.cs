using Microsoft.Extensions.DependencyInjection;

namespace IRConStyle.Abstractions;

/// <summary>Where a plugin registers its components; each becomes a keyed service of the host.</summary>
public interface IPluginBuilder
{
    /// <summary>Services of the plugin's own, for components that want dependency injection.</summary>
    IServiceCollection Services { get; }

    /// <summary>
    /// Registers one component as the keyed service <see cref="IComponentFactory{TComponent}"/>. The typed shorthands in
    /// <see cref="PluginBuilderExtensions"/> are the usual way in.
    /// </summary>
    /// <typeparam name="TComponent">The contract, for example <see cref="IBackbone"/>.</typeparam>
    /// <typeparam name="TContext">What the engine hands to the factory of that contract.</typeparam>
    /// <typeparam name="TOptions">
    /// The component's options: every property has a default, bounds as data annotations and a documentation line.
    /// </typeparam>
    /// <param name="info">Name and summary; the name is unique within its contract.</param>
    /// <param name="create">Builds a new instance from validated options; the caller owns it.</param>
    IPluginBuilder Add<TComponent, TContext, TOptions>(ComponentInfo info, Func<TOptions, TContext, TComponent> create)
        where TComponent : class
        where TContext : ComponentContext
        where TOptions : class, new();
}

/// <summary>Name and description of a component.</summary>
/// <param name="Name">The name used in configuration: lower case, words joined by hyphens.</param>
/// <param name="Summary">One line for lists and help.</param>
public sealed record ComponentInfo(string Name, string Summary)
{
    /// <summary>Class names of the same network in its authors' code, by which golden vectors name it.</summary>
    public IReadOnlyList<string> ReferenceNames { get; init; } = [];

    /// <summary>Recognises checkpoints of the component, so that they need no description; null where there is no such way.</summary>
    public IStateDetector? Detector { get; init; }
}

/// <summary>Options of a component that has none.</summary>
public sealed class NoOptions;

/// <summary>
/// The name of the constructor argument that an option stands for in the authors' code, so that golden vectors and
/// official configurations map onto options.
/// </summary>
/// <param name="name">The argument's name, for example <c>left_blk_num</c>.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ReferenceArgumentAttribute(string name) : Attribute
{
    /// <summary>The argument's name.</summary>
    public string Name { get; } = name;
}
