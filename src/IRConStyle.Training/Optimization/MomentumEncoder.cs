using IRConStyle.Abstractions;
using TorchSharp;

namespace IRConStyle.Training.Optimization;

/// <summary>
/// The momentum encoder's parameters in one buffer. Where the parameters they follow lie in one buffer too, in the same
/// order, following is one operation.
/// </summary>
public sealed class MomentumEncoder : IDisposable
{
    private readonly double _momentum;
    private readonly torch.Tensor[] _leaders;
    private readonly torch.Tensor? _leadersBuffer;

    /// <summary>Moves the followers into a buffer of their own.</summary>
    /// <param name="encoder">The encoder, on its device.</param>
    /// <param name="trained">The buffer that the parameters they follow are in, if they are in one.</param>
    public MomentumEncoder(IContrastiveStyleEncoder encoder, FlatParameters? trained = null)
    {
        ArgumentNullException.ThrowIfNull(encoder);
        var pairs = encoder.Followers;
        _momentum = encoder.Momentum;
        _leaders = [.. pairs.Select(pair => pair.Leader)];
        Tensors = [.. pairs.Select(pair => pair.Follower)];
        Values = FlatTensors.Absorb(Tensors);
        _leadersBuffer = trained is null ? null : BufferOf(trained)?.DetachFromDisposeScope();
    }

    /// <summary>The followers' values.</summary>
    public FlatTensors Values { get; }

    /// <summary>The followers, in the order of <see cref="Values"/>.</summary>
    public IReadOnlyList<torch.Tensor> Tensors { get; }

    /// <summary>Moves every follower towards its leader by 1 − momentum.</summary>
    public void Follow()
    {
        using var scope = torch.NewDisposeScope();
        using var noGrad = torch.no_grad();
        if (_leadersBuffer is not null)
        {
            Values.Buffer.mul_(_momentum).add_(_leadersBuffer, 1 - _momentum);
            return;
        }

        Values.Buffer.mul_(_momentum);
        for (var i = 0; i < _leaders.Length; i++)
            Values.View(i).add_(_leaders[i], 1 - _momentum);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _leadersBuffer?.Dispose();
        Values.Dispose();
    }

    /// <summary>The run of the buffer that holds exactly the leaders, in their order; null when there is none.</summary>
    private torch.Tensor? BufferOf(FlatParameters trained)
    {
        var first = trained.Parameters.TakeWhile(parameter => !ReferenceEquals(parameter, _leaders[0])).Count();
        var run = trained.Parameters.Skip(first).Take(_leaders.Length);
        return run.SequenceEqual(_leaders, ReferenceEqualityComparer.Instance) ? trained.Values.Range(first, _leaders.Length) : null;
    }
}
