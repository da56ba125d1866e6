using IRConStyle.Abstractions;
using IRConStyle.Modules;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace IRConStyle.Plugins.Uformer;

/// <summary>The ends of the networks, under the names of the authors' state_dicts.</summary>
internal static class ImageProjection
{
    /// <summary>Image to features: convolution 3×3 and leaky ReLU of slope 0.01 (state name <c>proj.0</c>).</summary>
    public static Module<Tensor, Tensor> Input(int image, int features) =>
        Sequential(("proj", Sequential(Layers.Convolution(image, features, 3), LeakyReLU(0.01, inplace: true))));

    /// <summary>Features to image: convolution 3×3 (state name <c>proj.0</c>).</summary>
    public static Module<Tensor, Tensor> Output(int features, int image) =>
        Sequential(("proj", Sequential(Layers.Convolution(features, image, 3))));

    /// <exception cref="IRConStyleException">The input cannot be added to the output.</exception>
    public static void CheckResidual(WindowAttentionOptions options)
    {
        if (options.InputChannels != options.OutputChannels && options.InputChannels != 1)
            throw new IRConStyleException(
                $"InputChannels is {options.InputChannels}, but the restored image has {options.OutputChannels}.",
                "The input is added to the output: give both the same number of channels, or an input of one.");
    }
}
