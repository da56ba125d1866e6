using IRConStyle.Abstractions;

namespace IRConStyle.Testing;

/// <summary>A component that checks build as often as they like.</summary>
/// <typeparam name="TComponent">Its contract, for example <see cref="IMetric"/>.</typeparam>
/// <param name="Create">Builds a new instance, always with the same options.</param>
public sealed record ComponentUnderTest<TComponent>(Func<TComponent> Create)
    where TComponent : class;

/// <summary>A backbone that checks build as often as they like; small options make them fast.</summary>
/// <param name="Create">Builds a new instance with random weights, always with the same options.</param>
/// <param name="Style">
/// The style it was built for (<see cref="BackboneContext.Style"/>): checks give it random codes of these shapes. Null where it
/// was built without an encoder.
/// </param>
public sealed record BackboneUnderTest(Func<IBackbone> Create, StyleSpec? Style = null);

/// <summary>A style encoder that checks build as often as they like; small options make them fast.</summary>
/// <param name="Create">
/// Builds a new instance with random weights, always with the same options; for training when the argument says so
/// (<see cref="EncoderContext.Training"/>).
/// </param>
public sealed record EncoderUnderTest(Func<bool, IStyleEncoder> Create);

/// <summary>A learning-rate schedule that checks build as often as they like.</summary>
/// <param name="Create">Builds a new instance, always with the same options.</param>
/// <param name="LearningRate">The base rate it was built with (<see cref="ScheduleContext.LearningRate"/>).</param>
/// <param name="Iterations">The length of the training it was built with (<see cref="ScheduleContext.Iterations"/>).</param>
public sealed record ScheduleUnderTest(Func<ILearningRateSchedule> Create, double LearningRate, int Iterations);
