using static TorchSharp.torch.nn;

namespace IRConStyle.Modules;

/// <summary>How networks take over what they are made of.</summary>
public static class ModuleExtensions
{
    /// <summary>Registers a part under its state name.</summary>
    /// <typeparam name="T">The part's type.</typeparam>
    /// <param name="owner">The network.</param>
    /// <param name="name">The state name of the authors' network.</param>
    /// <param name="part">The part; owned by the network from now on.</param>
    /// <returns>The part.</returns>
    public static T Own<T>(this Module owner, string name, T part)
        where T : Module
    {
        ArgumentNullException.ThrowIfNull(owner);
        owner.register_module(name, part);
        return part;
    }
}
