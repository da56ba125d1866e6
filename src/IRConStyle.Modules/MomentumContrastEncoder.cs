using IRConStyle.Abstractions;
using TorchSharp;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace IRConStyle.Modules;

/// <summary>
/// The encoder for training: beside the query network a momentum copy of it (<c>encoder_k</c>) and a queue of earlier
/// latents. Sources: MoCo, https://arxiv.org/abs/1911.05722; IRConStyle, https://arxiv.org/abs/2402.15784.
/// </summary>
/// <remarks>
/// Faithful to the authors' code where published numbers depend on it: latents are not normalised, and the queue holds
/// <em>query</em> latents of degraded images unless <see cref="MomentumContrastOptions.Queue"/> says otherwise.
/// </remarks>
public sealed class MomentumContrastEncoder : QueryEncoder, IContrastiveStyleEncoder
{
    private readonly MomentumContrastOptions _options;

    [ComponentName(Name = "encoder_k")]
    private readonly StyleNetwork _key;

    [ComponentName(Name = "queue")]
    private Tensor _queue;

    [ComponentName(Name = "queue_ptr")]
    private Tensor _pointer;

    /// <summary>Builds both encoders, the key encoder as a copy of the query encoder, and a random queue.</summary>
    /// <param name="options">Length of the queue, momentum and temperature.</param>
    /// <param name="create">Makes one network.</param>
    public MomentumContrastEncoder(MomentumContrastOptions options, Func<StyleNetwork> create)
        : base(Guard(create)())
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _key = create();
        _queue = randn(options.Dim, options.QueueLength).DetachFromDisposeScope();
        _pointer = zeros(1, ScalarType.Int64).DetachFromDisposeScope();
        using (no_grad())
        {
            foreach (var (query, key) in Pairs())
                key.copy_(query);
        }

        foreach (var key in _key.parameters())
            key.requires_grad = false;
        RegisterComponents();
    }

    /// <inheritdoc/>
    public double Momentum => _options.Momentum;

    /// <inheritdoc/>
    public IReadOnlyList<FollowedParameter> Followers
        => [.. Pairs().Select(pair => new FollowedParameter(pair.Query, pair.Key))];

    /// <inheritdoc/>
    public ContrastiveOutput EncodePair(Tensor degraded, Tensor clean)
    {
        ArgumentNullException.ThrowIfNull(degraded);
        ArgumentNullException.ThrowIfNull(clean);
        var batch = degraded.shape[0];
        if (batch > _options.QueueLength)
            throw new IRConStyleException(
                $"QueueLength {_options.QueueLength} is shorter than the batch of {batch}.",
                "Lengthen the queue, or train with smaller batches.");
        if (training && batch < 2)
            throw new IRConStyleException(
                "The batch size is 1.", "Train with 2 or more: the encoder's batch normalisation has no variance for 1.");

        using var scope = NewDisposeScope();
        var query = Query.Encode(degraded);
        var latent = query.Latents[^1];
        Tensor key;
        using (no_grad())
            key = _key.Encode(clean).Latents[^1];

        var positive = (latent * key).sum(1, keepdim: true);        // N×1
        var negative = latent.mm(_queue);                           // N×K
        var logits = cat([positive, negative], 1).div(_options.Temperature);
        var labels = zeros(batch, ScalarType.Int64, latent.device);
        // For the first latent the columns behind those this batch will replace, for the second those themselves.
        Tensor[] negatives = [Columns(batch, batch), Columns(0, batch)];

        Tensor[] outputs = [.. query.Tensors(), key, .. negatives, logits, labels];
        foreach (var output in outputs)
            output.MoveToOuterDisposeScope();
        return new ContrastiveOutput(query, key, negatives, logits, labels);
    }

    /// <inheritdoc/>
    public void Enqueue(ContrastiveOutput output)
    {
        ArgumentNullException.ThrowIfNull(output);
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var entering = _options.Queue is QueueContent.Keys ? output.PositiveKey : output.Query.Latents[^1];
        var batch = entering.shape[0];
        _queue.index_copy_(1, Places(0, batch), entering.detach().t());
        _pointer.add_(batch).remainder_(_options.QueueLength);
    }

    private static Func<StyleNetwork> Guard(Func<StyleNetwork> create)
    {
        ArgumentNullException.ThrowIfNull(create);
        return create;
    }

    /// <summary>N×128, a copy of the queue's columns from a distance behind the pointer on.</summary>
    private Tensor Columns(long distance, long count)
    {
        using var noGrad = no_grad();
        return _queue.index_select(1, Places(distance, count)).t();
    }

    /// <summary>The queue is a ring; the pointer stays on the device, where reading it costs no waiting.</summary>
    private Tensor Places(long distance, long count)
        => arange(distance, distance + count, ScalarType.Int64, _pointer.device).add_(_pointer).remainder_(_options.QueueLength);

    private IEnumerable<(Tensor Query, Tensor Key)> Pairs() => Query.parameters().Zip<Tensor, Tensor>(_key.parameters());
}
