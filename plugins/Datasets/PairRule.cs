using IRConStyle.Abstractions;

namespace IRConStyle.Plugins.Datasets;

/// <summary>A pair by the files' paths below their folders.</summary>
internal sealed record ImagePair(string Degraded, string Clean);

/// <summary>Which names make a pair: those that agree in every placeholder of the clean image's template.</summary>
internal sealed class PairRule
{
    /// <summary>Reads the two templates.</summary>
    /// <exception cref="IRConStyleException">One is malformed, or they do not fit each other.</exception>
    public PairRule(PairedFoldersOptions options)
    {
        Degraded = NameTemplate.Parse(options.DegradedName, nameof(options.DegradedName));
        Clean = NameTemplate.Parse(options.CleanName, nameof(options.CleanName));
        if (Clean.Placeholders.Count == 0)
            throw new IRConStyleException(
                $"The dataset's options {Degraded.Option} ('{Degraded.Text}') and {Clean.Option} ('{Clean.Text}') have no placeholder in common, so nothing tells pairs apart.",
                "Put a placeholder such as {id} into both.");
        if (Clean.Placeholders.Except(Degraded.Placeholders).ToArray() is [var missing, ..])
            throw new IRConStyleException(
                $"The dataset's option {Clean.Option} ('{Clean.Text}') has the placeholder {{{missing}}}, which {Degraded.Option} ('{Degraded.Text}') lacks: a degraded image must tell its clean one.",
                "Use the same placeholders in both; only the degraded name may have more, where several images share a clean one.");
    }

    /// <summary>How degraded images are named.</summary>
    public NameTemplate Degraded { get; }

    /// <summary>How clean images are named.</summary>
    public NameTemplate Clean { get; }

    /// <summary>Whether every file matches both templates.</summary>
    public bool IsPlain => Degraded.Text == NameTemplate.Everything && Clean.Text == NameTemplate.Everything;

    /// <summary>What a degraded image and its clean one have in common; null when the name does not match.</summary>
    public string? KeyOfDegraded(string name) => Degraded.KeyOf(name, Clean.Placeholders);

    /// <summary>What a clean image and its degraded ones have in common; null when the name does not match.</summary>
    public string? KeyOfClean(string name) => Clean.KeyOf(name, Clean.Placeholders);

    /// <summary>What a partner must be like, as the remedy of an error.</summary>
    public string Remedy => IsPlain
        ? "Each image needs one of the same path and name, extension aside, in the other folder."
        : $"{Degraded.Text} goes with {Clean.Text}: both must agree in {string.Join(", ", Clean.Placeholders.Select(name => $"{{{name}}}"))}.";
}
