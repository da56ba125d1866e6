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
}
