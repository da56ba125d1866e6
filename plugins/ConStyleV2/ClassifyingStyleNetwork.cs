using IRConStyle.Modules;
using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace IRConStyle.Plugins.ConStyleV2;

/// <summary>
/// ConStyle's network with a classifier behind its last stage (<c>classifier.0</c>, <c>classifier.3</c>).
/// Source: the authors' code, https://github.com/Dongqi-Fan/ConStyle_v2.
/// </summary>
internal sealed class ClassifyingStyleNetwork : StyleNetwork
{
    private const int HiddenSize = 512;

    /// <summary>Classes of ImageNet, on which the authors pretrain.</summary>
    private const int Classes = 1000;

    [ComponentName(Name = "classifier")]
    private readonly Sequential _classifier = Sequential(
        Linear(PooledSize, HiddenSize), ReLU(), Dropout(0.5), Linear(HiddenSize, Classes));

    public ClassifyingStyleNetwork() => register_module("classifier", _classifier);

    protected override Tensor? Classify(Tensor pooled) => _classifier.call(pooled);
}
