using System.Text.RegularExpressions;
using IRConStyle.Abstractions;
using IRConStyle.Testing.Support;

namespace IRConStyle.Testing.Contracts;

/// <summary>What holds for the name and summary of every component.</summary>
public static partial class DescriptionContract
{
    /// <summary>All checks.</summary>
    public static IReadOnlyList<ContractCheck> Checks { get; } = ContractCheck.ListOf<ComponentInfo, ComponentInfo>(IsNamedInLowerCaseWords, HasASummary);

    /// <summary>The name is made of lower-case words joined by hyphens.</summary>
    /// <param name="subject">Name and summary.</param>
    /// <exception cref="ContractViolationException">It does not hold.</exception>
    public static void IsNamedInLowerCaseWords(ComponentInfo subject)
    {
        ArgumentNullException.ThrowIfNull(subject);
        Require.That(Name().IsMatch(subject.Name), $"it is called '{subject.Name}'", "Use lower-case words of a to z and 0 to 9, joined by hyphens: my-unet.");
    }

    /// <summary>The summary is one line that says something.</summary>
    /// <inheritdoc cref="IsNamedInLowerCaseWords"/>
    public static void HasASummary(ComponentInfo subject)
    {
        ArgumentNullException.ThrowIfNull(subject);
        Require.That(
            !string.IsNullOrWhiteSpace(subject.Summary) && !subject.Summary.Contains('\n', StringComparison.Ordinal),
            "its summary is empty or longer than a line", "Say in one line what it is: lists and help show it.");
    }

    [GeneratedRegex("^[a-z0-9]+(-[a-z0-9]+)*$")]
    private static partial Regex Name();
}
