using System.ComponentModel.DataAnnotations;
using IRConStyle.Abstractions;

namespace IRConStyle.Plugins.Schedules;

/// <summary>What the lists of a schedule's options must keep to.</summary>
internal static class OptionRules
{
    /// <summary>Checks options that were made by code; those of a configuration are checked when they are bound.</summary>
    /// <exception cref="IRConStyleException">The options contradict each other.</exception>
    public static T Checked<T>(this T options, string schedule)
        where T : IValidatableObject
    {
        ArgumentNullException.ThrowIfNull(options);
        return options.Validate(new ValidationContext(options)).FirstOrDefault() is { } problem
            ? throw new IRConStyleException(
                $"{schedule}: {string.Join(", ", problem.MemberNames)} {problem.ErrorMessage}.", "Correct the schedule's options.")
            : options;
    }

    /// <summary>Every number is at least as large as the smallest one accepted.</summary>
    public static IEnumerable<ValidationResult> AtLeast(string name, IEnumerable<double> values, double least)
        => values.Any(value => !(value >= least)) ? [Problem(name, $"holds a number below {least}; accepted is {least} or more")] : [];

    /// <summary>A list has one entry for each of another list's, or none at all.</summary>
    public static IEnumerable<ValidationResult> AsMany(string name, int count, string other, int others, bool orNone = false)
        => count == others || (orNone && count == 0)
            ? []
            : [Problem(name, $"has {count} entries and {other} has {others}; accepted is one for each{(orNone ? ", or none" : "")}")];

    /// <summary>Iterations in order.</summary>
    public static IEnumerable<ValidationResult> Increasing(string name, IReadOnlyList<int> values, bool strictly)
        => values.Zip(values.Skip(1)).Any(pair => strictly ? pair.Second <= pair.First : pair.Second < pair.First)
            ? [Problem(name, $"is not in order; accepted are iterations that {(strictly ? "increase" : "do not decrease")}")]
            : [];

    private static ValidationResult Problem(string name, string words) => new(words, [name]);
}
