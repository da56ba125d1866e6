using IRConStyle.Abstractions;
using IRConStyle.Framework.Pipelines;
using TorchSharp.Modules;

namespace IRConStyle.Training.Optimization;

/// <summary>Which parameters of a network are trained.</summary>
/// <param name="Backbone">The backbone's.</param>
/// <param name="Encoder">The encoder's.</param>
/// <param name="IsEncoderFrozen">Whether the options freeze all of the encoder.</param>
internal sealed record TrainedParameters(IReadOnlyList<Parameter> Backbone, IReadOnlyList<Parameter> Encoder, bool IsEncoderFrozen)
{
    /// <summary>Finds them, and switches off the gradients of those that options freeze.</summary>
    /// <param name="network">The network.</param>
    /// <param name="frozen">Beginnings of names.</param>
    /// <exception cref="IRConStyleException">A beginning fits no parameter, or nothing is left to train.</exception>
    public static TrainedParameters Of(RestorationNetwork network, IReadOnlyList<string> frozen)
    {
        var used = new HashSet<string>(StringComparer.Ordinal);
        var backbone = network.Backbone.Module.named_parameters()
            .Where(entry => !Freeze(entry.name, entry.parameter) && !network.Backbone.IsDormant(entry.name))
            .Select(entry => entry.parameter).ToArray();
        Parameter[] learning = network.Encoder is null ? [] : [.. network.Encoder.Module.parameters().Where(parameter => parameter.requires_grad)];
        var encoder = network.Encoder is null ? [] : network.Encoder.Module.named_parameters()
            .Where(entry => !Freeze(network.Encoder.StatePrefix + entry.name, entry.parameter))
            .Select(entry => entry.parameter).ToArray();
        if (frozen.FirstOrDefault(start => !used.Contains(start)) is { } unused)
            throw new IRConStyleException(
                $"Training:Frozen names '{unused}', with which no parameter of pipeline {network.PipelineName} begins.",
                $"Names begin like {string.Join(", ", Beginnings(network).Take(12))}; 'inspect' lists them all.");
        if (backbone.Length + encoder.Length == 0)
            throw new IRConStyleException(
                $"The networks of pipeline {network.PipelineName} have no parameters to train.",
                frozen.Count > 0 ? "Freeze fewer of them." : "Choose another backbone.");
        return new TrainedParameters(backbone, encoder, learning.Length > 0 && encoder.Length == 0);

        bool Freeze(string name, Parameter parameter)
        {
            foreach (var start in frozen.Where(start => name.StartsWith(start, StringComparison.Ordinal)))
            {
                used.Add(start);
                parameter.requires_grad = false;
            }

            return !parameter.requires_grad;
        }
    }

    private static IEnumerable<string> Beginnings(RestorationNetwork network)
        => network.State().Where(entry => !entry.IsTrainingState).Select(entry => entry.Name.Split('.')[0]).Distinct(StringComparer.Ordinal);
}
