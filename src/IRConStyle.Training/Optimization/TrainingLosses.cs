using IRConStyle.Abstractions;
using IRConStyle.Framework.Pipelines;
using TorchSharp;

namespace IRConStyle.Training.Optimization;

/// <summary>The weighted losses of a pipeline: between images, and on what a contrastive encoder yields.</summary>
public sealed class TrainingLosses
{
    private readonly (string Name, double Weight, IRestorationLoss Loss)[] _image;
    private readonly (string Name, double Weight, IContrastiveLoss Loss)[] _contrastive;

    /// <summary>Builds the losses a pipeline names.</summary>
    /// <param name="options">The pipeline's training options.</param>
    /// <param name="factory">Builds losses by name.</param>
    public TrainingLosses(TrainingOptions options, IPipelineFactory factory)
    {
        _image = [.. options.Losses.Select(loss => (loss.Name, loss.Weight, factory.CreateLoss(loss)))];
        _contrastive = [.. options.ContrastiveLosses.Select(loss => (loss.Name, loss.Weight, factory.CreateContrastiveLoss(loss)))];
    }

    /// <summary>Names of all losses in the order of <see cref="Compute"/>'s values.</summary>
    public IReadOnlyList<string> Names => [.. _image.Select(loss => loss.Name), .. _contrastive.Select(loss => loss.Name)];

    /// <summary>Whether any loss needs a contrastive encoder's output.</summary>
    public bool NeedContrast => _contrastive.Length > 0;

    /// <summary>The weighted sum of the image losses.</summary>
    /// <param name="values">Unweighted losses by name.</param>
    internal double ImageTotal(IReadOnlyDictionary<string, double> values) => _image.Sum(loss => loss.Weight * values[loss.Name]);

    /// <summary>Computes the sum to minimise.</summary>
    /// <param name="restored">N×C×H×W.</param>
    /// <param name="clean">N×C×H×W.</param>
    /// <param name="contrast">The contrastive output; null leaves the contrastive losses out, which then count as 0.</param>
    /// <returns>The weighted sum, and each unweighted loss detached, stacked in the order of <see cref="Names"/>.</returns>
    public (torch.Tensor Total, torch.Tensor Values) Compute(torch.Tensor restored, torch.Tensor clean, ContrastiveOutput? contrast)
    {
        var terms = new List<(double Weight, torch.Tensor Value)>();
        foreach (var (_, weight, loss) in _image)
            terms.Add((weight, loss.Compute(restored, clean)));
        if (contrast is not null)
            foreach (var (_, weight, loss) in _contrastive)
                terms.Add((weight, loss.Compute(contrast)));

        var total = terms.Select(term => term.Value * term.Weight).Aggregate((sum, term) => sum + term);
        var absent = Enumerable.Range(terms.Count, Names.Count - terms.Count).Select(_ => torch.zeros_like(total));
        return (total, torch.stack(terms.Select(term => term.Value.detach()).Concat(absent)));
    }
}
