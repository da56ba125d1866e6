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
/// Faithful to the authors' code where published numbers depend on it: latents are not normalised, the queue holds
/// <em>query</em> latents of degraded images, and the momentum update happens before the optimiser's step.
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
    public ContrastiveOutput EncodePair(Tensor degraded, Tensor clean)
    {
        ArgumentNullException.ThrowIfNull(degraded);
        ArgumentNullException.ThrowIfNull(clean);
        var batch = degraded.shape[0];
        if (_options.QueueLength % batch != 0)
            throw new IRConStyleException(
                $"QueueLength {_options.QueueLength} is not a multiple of the batch size {batch}.",
                "Change one of them: the queue is overwritten a whole batch at a time.");
        if (training && batch < 2)
            throw new IRConStyleException(
                "The batch size is 1.", "Train with 2 or more: the encoder's batch normalisation has no variance for 1.");

        using var scope = NewDisposeScope();
        var query = Query.Encode(degraded);
        var latent = query.Latents[^1];
        Tensor key;
        using (no_grad())
        {
            UpdateKeyEncoder();
            key = _key.Encode(clean).Latents[^1];
        }

        var positive = (latent * key).sum(1, keepdim: true);        // N×1
        // A copy, because the backward pass needs the queue as it was before this batch overwrites a part of it.
        var negative = latent.mm(_queue.clone());                   // N×K
        var logits = cat([positive, negative], 1).div(_options.Temperature);
        var labels = zeros(batch, ScalarType.Int64, latent.device);
        var negatives = ExchangeQueue(latent);

        Tensor[] outputs = [.. query.Tensors(), key, .. negatives, logits, labels];
        foreach (var output in outputs)
            output.MoveToOuterDisposeScope();
        return new ContrastiveOutput(query, key, negatives, logits, labels);
    }

    private static Func<StyleNetwork> Guard(Func<StyleNetwork> create)
    {
        ArgumentNullException.ThrowIfNull(create);
        return create;
    }

    private void UpdateKeyEncoder()
    {
        foreach (var (query, key) in Pairs())
        {
            key.mul_(_options.Momentum);
            key.add_(query, 1.0 - _options.Momentum);
        }
    }

    /// <summary>Writes the batch at the pointer and advances it.</summary>
    /// <returns>
    /// Per latent, N×128: the columns that will be overwritten next, for the first latent, and those just overwritten, for
    /// the second.
    /// </returns>
    private Tensor[] ExchangeQueue(Tensor latent)
    {
        using var noGrad = no_grad();
        var batch = latent.shape[0];
        var start = _pointer.item<long>();
        var next = (start + batch) % _options.QueueLength;
        var oldest = _queue.narrow(1, next, batch).clone().t();
        var place = _queue.narrow(1, start, batch);
        var replaced = place.clone().t();
        place.copy_(latent.t());
        _pointer.fill_(next);
        return [oldest, replaced];
    }

    private IEnumerable<(Tensor Query, Tensor Key)> Pairs() => Query.parameters().Zip<Tensor, Tensor>(_key.parameters());
}
