namespace IRConStyle.Abstractions;

/// <summary>Builds instances of a named component; the keyed service behind every component name.</summary>
/// <typeparam name="TComponent">The contract, for example <see cref="IBackbone"/>.</typeparam>
public interface IComponentFactory<out TComponent>
    where TComponent : class
{
    /// <summary>Name and description.</summary>
    ComponentInfo Info { get; }

    /// <summary>The class the component's configuration section is bound to.</summary>
    Type OptionsType { get; }

    /// <summary>Builds an instance, which the caller owns.</summary>
    /// <param name="options">An instance of <see cref="OptionsType"/>, validated.</param>
    /// <param name="context">What the engine provides to components of this contract.</param>
    /// <exception cref="IRConStyleException">The options contradict each other or the context.</exception>
    TComponent Create(object options, ComponentContext context);
}

/// <summary>What the engine provides to every component it builds.</summary>
/// <param name="services">The host's services.</param>
public class ComponentContext(IServiceProvider services)
{
    /// <summary>The host's services.</summary>
    public IServiceProvider Services { get; } = services;
}

/// <summary>What a style encoder is built with.</summary>
/// <param name="services">The host's services.</param>
/// <param name="training">Whether the training side (momentum key encoder, queue) is needed.</param>
public sealed class EncoderContext(IServiceProvider services, bool training) : ComponentContext(services)
{
    /// <summary>Whether the training side (momentum key encoder, queue) is needed.</summary>
    public bool Training { get; } = training;
}

/// <summary>What a backbone is built with.</summary>
/// <param name="services">The host's services.</param>
/// <param name="style">What the pipeline's encoder delivers; null in a pipeline without one.</param>
/// <param name="injection">How style enters the backbone; null in a pipeline without an encoder.</param>
public sealed class BackboneContext(IServiceProvider services, StyleSpec? style, IStyleInjection? injection)
    : ComponentContext(services)
{
    /// <summary>What the pipeline's encoder delivers; null in a pipeline without one.</summary>
    public StyleSpec? Style { get; } = style;

    /// <summary>How style enters the backbone; null in a pipeline without an encoder.</summary>
    public IStyleInjection? Injection { get; } = injection;
}

/// <summary>What a degradation is built with.</summary>
/// <param name="services">The host's services.</param>
/// <param name="images">Sends images through file formats.</param>
/// <param name="create">Builds another degradation, by name and options.</param>
public sealed class DegradationContext(
    IServiceProvider services, IImageCompressor images, Func<ComponentOptions, IDegradation> create)
    : ComponentContext(services)
{
    /// <summary>Sends images through lossy file formats.</summary>
    public IImageCompressor Images { get; } = images;

    /// <summary>Builds a degradation that this one is made of.</summary>
    /// <param name="degradation">Its name and options.</param>
    /// <exception cref="IRConStyleException">It is unknown, its options are wrong, or degradations name each other in a ring.</exception>
    public IDegradation Create(ComponentOptions degradation) => create(degradation);
}

/// <summary>What a dataset is built with.</summary>
/// <param name="services">The host's services.</param>
/// <param name="images">Reads image files.</param>
/// <param name="degradation">Makes degraded images from clean ones; null where the dataset holds both.</param>
public sealed class DatasetContext(IServiceProvider services, IImageReader images, IDegradation? degradation)
    : ComponentContext(services)
{
    /// <summary>Reads image files.</summary>
    public IImageReader Images { get; } = images;

    /// <summary>Makes degraded images from clean ones; null, or to be passed over, where the dataset holds both.</summary>
    public IDegradation? Degradation { get; } = degradation;

    /// <summary>Where relative paths in the options begin: a full path; the current directory by default.</summary>
    public string BaseDirectory { get; init; } = Environment.CurrentDirectory;

    /// <summary>
    /// Whether the dataset is opened to be checked: files that find no place in it are told by
    /// <see cref="IRestorationDataset.Findings"/>, where otherwise opening would fail.
    /// </summary>
    public bool IsInspection { get; init; }
}
