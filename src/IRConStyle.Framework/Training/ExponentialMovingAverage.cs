using TorchSharp;

namespace IRConStyle.Framework.Training;

/// <summary>
/// A slowly following copy of a network's state, the weights that are kept. Parameters and floating-point buffers
/// (batch-norm statistics) are averaged; counters are copied.
/// </summary>
public sealed class ExponentialMovingAverage : IDisposable
{
    private readonly (string Name, torch.Tensor Live, torch.Tensor Average)[] _state;
    private readonly double _decay;

    /// <summary>Starts from the state as it is now.</summary>
    /// <param name="state">The tensors to follow.</param>
    /// <param name="decay">How much of the average stays in each update, 0 to 1; 0 follows at once.</param>
    public ExponentialMovingAverage(IEnumerable<(string Name, torch.Tensor Value)> state, double decay)
    {
        _decay = decay;
        _state = state
            .Select(entry => (entry.Name, entry.Value, entry.Value.detach().clone().DetachFromDisposeScope()))
            .ToArray();
    }

    /// <summary>The averaged state, owned by this object.</summary>
    public IReadOnlyList<(string Name, torch.Tensor Value)> State => [.. _state.Select(entry => (entry.Name, entry.Average))];

    /// <summary>Moves the average towards the live state; call it after the optimizer's step.</summary>
    public void Update()
    {
        using var scope = torch.NewDisposeScope();
        using var noGrad = torch.no_grad();
        foreach (var (_, live, average) in _state)
        {
            if (average.is_floating_point())
                average.mul_(_decay).add_(live, 1 - _decay);
            else
                average.copy_(live);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Array.ForEach(_state, entry => entry.Average.Dispose());
}
