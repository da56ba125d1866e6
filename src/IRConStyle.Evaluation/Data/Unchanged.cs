using IRConStyle.Abstractions;
using TorchSharp;

namespace IRConStyle.Evaluation.Data;

/// <summary>Stands in for a degradation where only the images count, and notices whether it was asked for at all.</summary>
internal sealed class Unchanged : IDegradation
{
    private volatile bool _isUsed;

    /// <summary>Whether the dataset degrades clean images instead of holding both.</summary>
    public bool IsUsed => _isUsed;

    public torch.Tensor Apply(torch.Tensor clean, ulong seed)
    {
        _isUsed = true;
        return clean.clone();
    }
}
