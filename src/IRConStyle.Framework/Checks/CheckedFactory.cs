using IRConStyle.Abstractions;

namespace IRConStyle.Framework.Checks;

/// <summary>A factory whose components are checked from their making on; see <see cref="CheckedComponent"/>.</summary>
/// <typeparam name="TComponent">The contract.</typeparam>
/// <param name="factory">The plugin's factory.</param>
/// <param name="originOf">Tells where a component of this name comes from.</param>
internal sealed class CheckedFactory<TComponent>(IComponentFactory<TComponent> factory, Func<string, ComponentOrigin> originOf) : IComponentFactory<TComponent>
    where TComponent : class
{
    public ComponentInfo Info => factory.Info;

    public Type OptionsType => factory.OptionsType;

    public TComponent Create(object options, ComponentContext context)
    {
        var origin = originOf(Info.Name);
        TComponent component;
        try
        {
            component = factory.Create(options, context);
        }
        catch (Exception exception) when (ComponentOrigin.IsUnforeseen(exception))
        {
            throw new IRConStyleException(
                $"{origin} cannot be built: {exception.Message.ReplaceLineEndings(" ")}",
                MemoryShortage.Caused(exception) ? MemoryShortage.Remedy : "Check its options; if they are right, this is a fault of its plugin.",
                exception);
        }

        return CheckedComponent.Wrap(component, origin);
    }
}
