using IRConStyle.Abstractions;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace IRConStyle.Modules;

/// <summary>
/// The encoder for restoring: the query network alone, under the name <c>encoder_q</c>.
/// Source: IRConStyle, https://arxiv.org/abs/2402.15784.
/// </summary>
public class QueryEncoder : Module, IStyleEncoder
{
    [ComponentName(Name = "encoder_q")]
    private readonly StyleNetwork _query;

    /// <summary>Wraps a network.</summary>
    /// <param name="query">The network; owned from now on.</param>
    public QueryEncoder(StyleNetwork query)
        : base(nameof(QueryEncoder))
    {
        _query = query;
        register_module("encoder_q", query);
    }

    /// <inheritdoc/>
    public StyleSpec Spec => StyleNetwork.Spec;

    /// <inheritdoc/>
    public string StatePrefix => "ConStyle.";

    /// <inheritdoc/>
    public Module Module => this;

    /// <summary>The query network.</summary>
    protected StyleNetwork Query => _query;

    /// <inheritdoc/>
    public StyleCode Encode(Tensor image) => Query.Encode(image);

    /// <inheritdoc/>
    public bool IsTrainingState(string stateName) =>
        stateName.StartsWith("encoder_k.", StringComparison.Ordinal) || stateName is "queue" or "queue_ptr";
}
