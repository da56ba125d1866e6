using Microsoft.Extensions.Options;
using TorchSharp;

namespace IRConStyle.Framework.Native;

/// <summary>
/// Loads libtorch when the first tensor is near, not before: commands that only list or explain stay instant. Whoever
/// touches <see cref="torch"/> without having got a component from a pipeline factory calls this first.
/// </summary>
/// <param name="options">Says how memory is managed, how threads wait and which device is wanted.</param>
public sealed class TorchRuntime(IOptions<RuntimeOptions> options)
{
    /// <summary>Loads libtorch once per process, with the configured settings of memory and threads.</summary>
    /// <exception cref="Abstractions.IRConStyleException">A library is missing or cannot be loaded.</exception>
    public void EnsureLoaded() => TorchNative.EnsureLoaded(options.Value.TuneMalloc, options.Value.BoundSpin);

    /// <summary>Loads libtorch and picks a device.</summary>
    /// <param name="device">As in <see cref="RuntimeOptions.Device"/>; null for the configured one.</param>
    /// <exception cref="Abstractions.IRConStyleException">The device is misspelt or not there.</exception>
    public torch.Device SelectDevice(string? device = null)
    {
        EnsureLoaded();
        return DeviceSelector.Parse(device ?? options.Value.Device);
    }
}
