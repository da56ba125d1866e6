using IRConStyle.Framework.Pipelines;
using TorchSharp;
using TorchSharp.Modules;

namespace IRConStyle.Training.Optimization;

/// <summary>
/// A slowly following copy of a network's state, the weights that are kept. Trained parameters and floating-point buffers
/// (batch-norm statistics) are averaged, each group as one buffer; what does not move is taken as it is.
/// </summary>
public sealed class EmaState : IDisposable
{
    private readonly double _decay;
    private readonly FlatParameters _parameters;
    private readonly FlatTensors _values;
    private readonly List<(FlatTensors Live, FlatTensors Average)> _buffers = [];
    private readonly FlatTensors? _followers;
    private readonly FlatTensors? _liveFollowers;
    private readonly List<(string Name, torch.Tensor Value, bool IsAveraged, bool IsTrainingState)> _state = [];
    private readonly bool _parametersOnly;

    /// <summary>Starts from the state as it is now.</summary>
    /// <param name="network">The network, its trained parameters in <paramref name="parameters"/>.</param>
    /// <param name="parameters">The trained parameters.</param>
    /// <param name="decay">How much of the average stays in each update, 0 to 1; 0 follows at once.</param>
    /// <param name="parametersOnly">
    /// As the authors' code: buffers stay as they are now, and the momentum encoder is averaged too.
    /// </param>
    /// <param name="followers">The momentum encoder's parameters, for <paramref name="parametersOnly"/>.</param>
    internal EmaState(
        RestorationNetwork network, FlatParameters parameters, double decay, bool parametersOnly, MomentumEncoder? followers)
    {
        (_decay, _parameters, _parametersOnly) = (decay, parameters, parametersOnly);
        _values = parameters.Values.Empty(parameters.Values.Buffer.dtype);
        var state = network.State().ToArray();
        var trained = Index(parameters.Parameters);
        var following = Index(followers?.Tensors ?? []);
        var buffers = new Dictionary<IntPtr, torch.Tensor>();
        foreach (var group in state.Where(entry => !entry.IsTrainingState && IsBuffer(entry.Value)).GroupBy(entry => entry.Value.dtype))
            Average([.. group.Select(entry => entry.Value)], buffers);
        if (parametersOnly && followers is not null)
        {
            _liveFollowers = followers.Values;
            _followers = _liveFollowers.Empty(_liveFollowers.Buffer.dtype);
        }

        Restart();
        foreach (var (name, value, isTrainingState) in state)
        {
            var average = trained.TryGetValue(value.Handle, out var index) ? _values.View(index)
                : _followers is not null && following.TryGetValue(value.Handle, out index) ? _followers.View(index)
                : buffers.TryGetValue(value.Handle, out var view) ? view
                : parametersOnly && value is not Parameter ? value.detach().clone() : null;
            _state.Add((name, average?.DetachFromDisposeScope() ?? value, average is not null, isTrainingState));
        }

        bool IsBuffer(torch.Tensor value)
            => value.is_floating_point() && value is not Parameter;
    }

    /// <summary>The averaged state of what restoring needs, under the network's names and in their order; owned by this object.</summary>
    public IReadOnlyList<(string Name, torch.Tensor Value)> State
        => [.. _state.Where(entry => !entry.IsTrainingState).Select(entry => (entry.Name, entry.Value))];

    /// <summary>What is not the live state itself, under the network's names: what a checkpoint has to hold beside the network.</summary>
    internal IEnumerable<(string Name, torch.Tensor Value)> Averages
        => _state.Where(entry => entry.IsAveraged).Select(entry => (entry.Name, entry.Value));

    /// <summary>Moves the average towards the live state.</summary>
    public void Update()
    {
        using var scope = torch.NewDisposeScope();
        using var noGrad = torch.no_grad();
        Follow(_values, _parameters.Values);
        if (_followers is not null)
            Follow(_followers, _liveFollowers!);
        if (!_parametersOnly)
            foreach (var (live, average) in _buffers)
                Follow(average, live);
    }

    /// <summary>Makes the averages of all parameters equal to the parameters.</summary>
    public void Restart()
    {
        using var noGrad = torch.no_grad();
        _values.Buffer.copy_(_parameters.Values.Buffer);
        _followers?.Buffer.copy_(_liveFollowers!.Buffer);
    }

    /// <summary>Puts the averages into the network until the result is disposed.</summary>
    internal IDisposable Apply() => new Swap(this);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var entry in _state.Where(entry => entry.IsAveraged))
            entry.Value.Dispose();
        _values.Dispose();
        foreach (var (live, average) in _buffers)
        {
            live.Dispose();
            average.Dispose();
        }

        _followers?.Dispose();
    }

    private void Average(torch.Tensor[] buffers, Dictionary<IntPtr, torch.Tensor> views)
    {
        using var noGrad = torch.no_grad();
        var live = FlatTensors.Absorb(buffers);
        var average = live.Empty(live.Buffer.dtype);
        average.Buffer.copy_(live.Buffer);
        _buffers.Add((live, average));
        for (var i = 0; i < buffers.Length; i++)
            views.Add(buffers[i].Handle, average.View(i));
    }

    private void Follow(FlatTensors average, FlatTensors live) => average.Buffer.mul_(_decay).add_(live.Buffer, 1 - _decay);

    private static Dictionary<IntPtr, int> Index(IEnumerable<torch.Tensor> tensors)
        => tensors.Select((tensor, index) => (tensor.Handle, index)).ToDictionary(entry => entry.Handle, entry => entry.index);

    private sealed class Swap : IDisposable
    {
        private readonly EmaState _average;
        private readonly torch.Tensor _values;
        private readonly torch.Tensor[] _buffers;

        public Swap(EmaState average)
        {
            _average = average;
            using var noGrad = torch.no_grad();
            _values = average._parameters.Values.Buffer.clone().DetachFromDisposeScope();
            _buffers = [.. average._buffers.Select(group => group.Live.Buffer.clone().DetachFromDisposeScope())];
            average._parameters.Values.Buffer.copy_(average._values.Buffer);
            foreach (var group in average._buffers)
                group.Live.Buffer.copy_(group.Average.Buffer);
            average._parameters.Publish();
        }

        public void Dispose()
        {
            using var noGrad = torch.no_grad();
            _average._parameters.Values.Buffer.copy_(_values);
            foreach (var (group, buffer) in _average._buffers.Zip(_buffers))
                group.Live.Buffer.copy_(buffer);
            _average._parameters.Publish();
            _values.Dispose();
            Array.ForEach(_buffers, buffer => buffer.Dispose());
        }
    }
}
