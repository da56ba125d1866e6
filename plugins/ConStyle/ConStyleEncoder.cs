using IRConStyle.Abstractions;
using TorchSharp;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace IRConStyle.Plugins.ConStyle;

/// <summary>
/// The encoder for restoring: the query network alone, under the name <c>encoder_q</c>.
/// Source: IRConStyle, https://arxiv.org/abs/2402.15784.
/// </summary>
internal class ConStyleEncoder : Module, IStyleEncoder
{
    [ComponentName(Name = "encoder_q")]
    private readonly StyleNetwork _query = new();

    public ConStyleEncoder()
        : base(nameof(ConStyleEncoder)) => register_module("encoder_q", _query);

    public StyleSpec Spec => StyleNetwork.Spec;

    public string StatePrefix => "ConStyle.";

    public Module Module => this;

    protected StyleNetwork Query => _query;

    public StyleCode Encode(Tensor image) => _query.Encode(image);

    public bool IsTrainingState(string stateName) =>
        stateName.StartsWith("encoder_k.", StringComparison.Ordinal) || stateName is "queue" or "queue_ptr";
}
