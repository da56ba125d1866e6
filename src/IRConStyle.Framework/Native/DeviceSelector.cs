using System.Globalization;
using IRConStyle.Abstractions;
using TorchSharp;

namespace IRConStyle.Framework.Native;

/// <summary>Turns a device's name into a device that is there.</summary>
public static class DeviceSelector
{
    private const string Accepted = "Accepted is auto, cpu, cuda or cuda:n, where n counts from 0.";

    /// <summary>Picks a device; loads libtorch if need be.</summary>
    /// <param name="device"><c>auto</c> (the first CUDA device, else the CPU), <c>cpu</c>, <c>cuda</c> or <c>cuda:n</c>.</param>
    /// <exception cref="IRConStyleException">The name is misspelt, or there is no such CUDA device.</exception>
    public static torch.Device Parse(string device)
    {
        ArgumentNullException.ThrowIfNull(device);
        var name = device.Trim().ToLowerInvariant();
        var index = name switch
        {
            "auto" or "cpu" or "cuda" => 0,
            _ when name.StartsWith("cuda:", StringComparison.Ordinal)
                && int.TryParse(name.AsSpan(5), NumberStyles.None, CultureInfo.InvariantCulture, out var number) => number,
            _ => throw new IRConStyleException($"The device '{device}' is unknown.", Accepted),
        };
        if (name == "cpu")
            return new torch.Device(DeviceType.CPU);

        var count = CudaDeviceCount();
        if (count == 0)
            return name == "auto"
                ? new torch.Device(DeviceType.CPU)
                : throw new IRConStyleException(
                    $"The device '{device}' cannot be used: this program found no CUDA device.",
                    "Use cpu, or build with TorchBackend=cuda and install an NVIDIA driver.");
        return index < count
            ? new torch.Device(DeviceType.CUDA, index)
            : throw new IRConStyleException(
                $"The device '{device}' does not exist: there are {count} CUDA devices.", $"Use cuda:0 to cuda:{count - 1}.");
    }

    private static int CudaDeviceCount()
    {
        TorchNative.EnsureLoaded();

        // Asking TorchSharp for CUDA when a CPU build is loaded makes it search for, and copy, native packages.
        var isCudaBuild = TorchNative.Info is { } info && Path.GetFileName(info.TorchLibrary).Contains("cuda", StringComparison.OrdinalIgnoreCase);
        return isCudaBuild && torch.cuda.is_available() ? torch.cuda.device_count() : 0;
    }
}
