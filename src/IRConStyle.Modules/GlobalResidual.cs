using IRConStyle.Abstractions;

namespace IRConStyle.Modules;

/// <summary>The residual connection around a whole network: the degraded image is added to what the last layer makes.</summary>
public static class GlobalResidual
{
    /// <summary>Checks that the images can be added: they have as many channels, or the degraded one is grey.</summary>
    /// <param name="inputChannels">Channels of the degraded image.</param>
    /// <param name="outputChannels">Channels of the restored image.</param>
    /// <param name="alternative">Another way out, as the end of the remedy's sentence.</param>
    /// <exception cref="IRConStyleException">They cannot be added.</exception>
    public static void CheckChannels(int inputChannels, int outputChannels, string alternative = "")
    {
        if (inputChannels != outputChannels && inputChannels != 1)
            throw new IRConStyleException(
                $"InputChannels is {inputChannels}, but the restored image has {outputChannels}.",
                $"The input is added to the output: give both the same number of channels, or an input of one{alternative}.");
    }
}
