using IRConStyle.Modules;
using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace IRConStyle.Plugins.Uformer;

/// <summary>Makes queries of some tokens, keys and values of others (state names <c>to_q</c>, <c>to_kv</c>).</summary>
internal sealed class TokenProjection : Module
{
    private readonly int _heads;

    [ComponentName(Name = "to_q")]
    private readonly Linear _queries;

    [ComponentName(Name = "to_kv")]
    private readonly Linear _keysAndValues;

    public TokenProjection(int channels, int heads, bool bias)
        : base(nameof(TokenProjection))
    {
        _heads = heads;
        _queries = Linear(channels, channels, bias);
        _keysAndValues = Linear(channels, channels * 2, bias);
        RegisterComponents();
    }

    /// <summary>Lets each token take from the others what its query matches.</summary>
    /// <param name="tokens">M×T×C, who asks.</param>
    /// <param name="others">M×S×C or 1×S×C, who is asked.</param>
    /// <param name="bias">Added to the logits, broadcast to M×heads×T×S; may be null.</param>
    /// <returns>M×T×C, owned by the caller.</returns>
    public Tensor Attend(Tensor tokens, Tensor others, Tensor? bias)
    {
        using var scope = NewDisposeScope();
        var (sets, count, channels) = (tokens.shape[0], tokens.shape[1], tokens.shape[2]);
        var width = channels / _heads;
        var query = _queries.call(tokens).view(sets, count, _heads, width).transpose(1, 2);     // M×heads×T×width
        var both = _keysAndValues.call(others).view(others.shape[0], others.shape[1], 2, _heads, width);
        var key = both.select(2, 0).transpose(1, 2).expand(sets, -1, -1, -1);                   // M×heads×S×width
        var value = both.select(2, 1).transpose(1, 2).expand(sets, -1, -1, -1);
        var taken = functional.scaled_dot_product_attention(query, key, value, bias);
        return taken.transpose(1, 2).reshape(sets, count, channels).MoveToOuterDisposeScope();
    }
}

/// <summary>
/// Attention of every pixel to learned tokens that are the same everywhere (state names <c>qkv</c>, <c>proj</c>).
/// </summary>
internal sealed class CrossAttention : Module
{
    [ComponentName(Name = "qkv")]
    private readonly TokenProjection _projection;

    [ComponentName(Name = "proj")]
    private readonly Linear _mix;

    public CrossAttention(int channels, int heads, bool bias)
        : base(nameof(CrossAttention))
    {
        _projection = new TokenProjection(channels, heads, bias);
        _mix = Linear(channels, channels);
        RegisterComponents();
    }

    /// <param name="pixels">N×H×W×C.</param>
    /// <param name="learned">S×C.</param>
    /// <returns>N×H×W×C, owned by the caller.</returns>
    public Tensor Attend(Tensor pixels, Tensor learned)
    {
        using var scope = NewDisposeScope();
        var taken = _projection.Attend(pixels.flatten(1, 2), learned.unsqueeze(0), null);
        return _mix.Consume(taken).view(pixels.shape).MoveToOuterDisposeScope();
    }
}
