using IRConStyle.Abstractions;
using TorchSharp;

namespace IRConStyle.Framework.Training;

/// <summary>
/// The momentum encoder's parameters in one buffer. Where the parameters they follow lie in one buffer too, in the same
/// order, following is one operation.
/// </summary>
public sealed class FlatFollowers : IDisposable
{
    private readonly double _momentum;
    private readonly torch.Tensor[] _leaders;
    private readonly FlatTensors _followers;
    private readonly torch.Tensor? _leadersBuffer;

    /// <summary>Moves the followers into a buffer of their own.</summary>
    /// <param name="encoder">The encoder, on its device.</param>
    /// <param name="leaders">All trained parameters as one buffer, if they are in one.</param>
    /// <param name="parameters">The parameters in that buffer, in order.</param>
    public FlatFollowers(IContrastiveStyleEncoder encoder, FlatTensors? leaders = null, IReadOnlyList<torch.Tensor>? parameters = null)
    {
        ArgumentNullException.ThrowIfNull(encoder);
        var pairs = encoder.Followers;
        _momentum = encoder.Momentum;
        _leaders = [.. pairs.Select(pair => pair.Leader)];
        _followers = FlatTensors.Absorb([.. pairs.Select(pair => pair.Follower)]);
        _leadersBuffer = leaders is not null && parameters is not null ? BufferOf(leaders, parameters)?.DetachFromDisposeScope() : null;
    }

    /// <summary>Moves every follower towards its leader by 1 − momentum.</summary>
    public void Follow()
    {
        using var scope = torch.NewDisposeScope();
        using var noGrad = torch.no_grad();
        if (_leadersBuffer is not null)
        {
            _followers.Buffer.mul_(_momentum).add_(_leadersBuffer, 1 - _momentum);
            return;
        }

        _followers.Buffer.mul_(_momentum);
        for (var i = 0; i < _leaders.Length; i++)
            _followers.View(i).add_(_leaders[i], 1 - _momentum);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _leadersBuffer?.Dispose();
        _followers.Dispose();
    }

    /// <summary>The run of the buffer that holds exactly the leaders, in their order; null when there is none.</summary>
    private torch.Tensor? BufferOf(FlatTensors flat, IReadOnlyList<torch.Tensor> parameters)
    {
        var first = parameters.Select((parameter, index) => (parameter, index))
            .Where(entry => ReferenceEquals(entry.parameter, _leaders[0])).Select(entry => entry.index).DefaultIfEmpty(-1).First();
        if (first < 0 || first + _leaders.Length > parameters.Count)
            return null;
        for (var i = 0; i < _leaders.Length; i++)
            if (!ReferenceEquals(parameters[first + i], _leaders[i]))
                return null;
        return flat.Range(first, _leaders.Length);
    }
}
