using System.ComponentModel.DataAnnotations;
using IRConStyle.Abstractions;
using TorchSharp;

namespace IRConStyle.Plugins.Degradations;

/// <summary>A step of <see cref="Sequence"/>.</summary>
public sealed class SequenceStepOptions : ComponentOptions
{
    /// <summary>How often the step is taken, 0 to 1; default 1, always.</summary>
    [Range(0.0, 1.0)]
    public double Probability { get; set; } = 1;
}

/// <summary>Options of <see cref="Sequence"/>.</summary>
public class SequenceOptions
{
    /// <summary>The steps in order, each a degradation by name with its options; at least one.</summary>
    [Length(1, 64)]
    [ComponentContract(typeof(IDegradation))]
    public SequenceStepOptions[] Steps { get; set; } = [];

    /// <summary>Whether the steps are taken in an order drawn for each image; default false.</summary>
    public bool Shuffle { get; set; }
}

/// <summary>Options of <see cref="Sequence"/> whose defaults are what happens to a hand-held photograph in poor light.</summary>
public sealed class HandHeldOptions : SequenceOptions
{
    /// <summary>Sets the defaults.</summary>
    public HandHeldOptions() => Steps =
    [
        new SequenceStepOptions { Name = "motion-blur", Probability = 0.7 },
        new SequenceStepOptions { Name = "defocus-blur", Probability = 0.3 },
        new SequenceStepOptions { Name = "camera-noise" },
        new SequenceStepOptions { Name = "jpeg" },
    ];
}

/// <summary>Several degradations after each other, each with random numbers of its own.</summary>
public sealed class Sequence : IDegradation
{
    private readonly (IDegradation Degradation, double Probability)[] _steps;
    private readonly bool _shuffle;

    /// <summary>Builds the steps.</summary>
    /// <param name="options">The steps.</param>
    /// <param name="context">Builds degradations by name.</param>
    /// <exception cref="IRConStyleException">A step is unknown or its options are wrong.</exception>
    public Sequence(SequenceOptions options, DegradationContext context)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(context);
        _steps = [.. options.Steps.Select(step => (context.Create(step), step.Probability))];
        _shuffle = options.Shuffle;
    }

    /// <inheritdoc/>
    public torch.Tensor Apply(torch.Tensor clean, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(clean);
        using var scope = torch.NewDisposeScope();
        var random = new RandomStream(seed);
        var order = Enumerable.Range(0, _steps.Length).ToArray();
        for (var i = _shuffle ? order.Length - 1 : 0; i > 0; i--)
        {
            var other = random.Whole(0, i);
            (order[i], order[other]) = (order[other], order[i]);
        }

        torch.Tensor? image = null;
        foreach (var step in order)
            if (random.Next() < _steps[step].Probability)
                image = _steps[step].Degradation.Apply(image ?? clean, RandomStream.SeedOf(seed, step));
        return (image ?? clean.clone()).MoveToOuterDisposeScope();
    }
}

/// <summary>A choice of <see cref="OneOf"/>.</summary>
public sealed class ChoiceOptions : ComponentOptions
{
    /// <summary>How often it is chosen, relative to the others; default 1.</summary>
    [Range(0.0, 1e6)]
    public double Weight { get; set; } = 1;
}

/// <summary>Options of <see cref="OneOf"/>.</summary>
public class OneOfOptions : IValidatableObject
{
    /// <summary>The choices, each a degradation by name with its options; at least one.</summary>
    [Length(1, 64)]
    [ComponentContract(typeof(IDegradation))]
    public ChoiceOptions[] Choices { get; set; } = [];

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
        => Choices.Sum(choice => choice.Weight) > 0 ? [] : [new ValidationResult("at least one choice needs a weight above 0", [nameof(Choices)])];
}

/// <summary>Options of <see cref="OneOf"/> whose defaults are the paper's tasks and what else spoils photographs.</summary>
public sealed class AllInOneOptions : OneOfOptions
{
    /// <summary>Sets the defaults.</summary>
    public AllInOneOptions() => Choices =
    [
        new ChoiceOptions { Name = "gaussian-noise", Weight = 2 },
        new ChoiceOptions { Name = "camera-noise" },
        new ChoiceOptions { Name = "motion-blur" },
        new ChoiceOptions { Name = "frame-average" },
        new ChoiceOptions { Name = "rain-light" },
        new ChoiceOptions { Name = "rain-heavy" },
        new ChoiceOptions { Name = "haze", Weight = 2 },
        new ChoiceOptions { Name = "jpeg" },
    ];
}

/// <summary>One of several degradations, drawn for each image.</summary>
public sealed class OneOf : IDegradation
{
    private readonly (IDegradation Degradation, double UpTo)[] _choices;

    /// <summary>Builds the choices.</summary>
    /// <param name="options">The choices.</param>
    /// <param name="context">Builds degradations by name.</param>
    /// <exception cref="IRConStyleException">A choice is unknown or its options are wrong.</exception>
    public OneOf(OneOfOptions options, DegradationContext context)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(context);
        var total = 0.0;
        _choices = [.. options.Choices.Where(choice => choice.Weight > 0).Select(choice => (context.Create(choice), total += choice.Weight))];
    }

    /// <inheritdoc/>
    public torch.Tensor Apply(torch.Tensor clean, ulong seed) => _choices[ChoiceFor(seed)].Degradation.Apply(clean, RandomStream.SeedOf(seed, 0));

    /// <summary>The choice that a seed gets, among those with a weight.</summary>
    internal int ChoiceFor(ulong seed)
    {
        var drawn = new RandomStream(seed).Next() * _choices[^1].UpTo;
        // Rounding may lift the largest draw to the very end.
        return Array.FindIndex(_choices, choice => drawn < choice.UpTo) is >= 0 and var found ? found : _choices.Length - 1;
    }
}
