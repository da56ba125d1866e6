using IRConStyle.Abstractions;
using IRConStyle.Framework.Pipelines;
using IRConStyle.Framework.Plugins;
using IRConStyle.Testing.Contracts;

namespace IRConStyle.Testing.Plugins;

/// <summary>Which checks a component is to pass, and in which ways it is built for them.</summary>
/// <param name="plugins">The host's plugins.</param>
/// <param name="builder">Builds components.</param>
internal sealed class CheckPlan(PluginCatalogue plugins, ComponentBuilder builder)
{
    /// <summary>The checks of a component.</summary>
    public IEnumerable<ComponentChecks> Of(PluginComponent component)
    {
        var name = component.Info.Name;
        yield return Ready(component, "", DescriptionContract.Checks, () => component.Info, _ => { });
        if (component.Contract == typeof(IBackbone))
            foreach (var variant in Backbones(component))
                yield return variant;
        else if (component.Contract == typeof(IStyleEncoder))
            foreach (var side in Encoders(component))
                yield return side;
        else if (component.Contract == typeof(IStyleInjection))
            yield return Plain<IStyleInjection>(component, InjectionContract.Checks);
        else if (component.Contract == typeof(IRestorationDataset))
            yield return Dataset(component);
        else if (component.Contract == typeof(IDegradation))
            yield return Checked(component, "", DegradationContract.Checks, builder.Degradation(name), subject => subject.Create());
        else if (component.Contract == typeof(IRestorationLoss))
            yield return Plain<IRestorationLoss>(component, LossContract.Checks);
        else if (component.Contract == typeof(IContrastiveLoss))
            yield return Plain<IContrastiveLoss>(component, ContrastiveLossContract.Checks);
        else if (component.Contract == typeof(IMetric))
            yield return Plain<IMetric>(component, MetricContract.Checks);
        else if (component.Contract == typeof(ILearningRateSchedule))
            yield return Checked(component, "", ScheduleContract.Checks, builder.Schedule(name), subject => subject.Create());
    }

    /// <summary>
    /// A backbone alone where it can be, and, where it takes style, with every way of injection and with every encoder. One that
    /// is refused with some encoder says so when a pipeline is built: that is no fault.
    /// </summary>
    private IEnumerable<ComponentChecks> Backbones(PluginComponent component)
    {
        var name = component.Info.Name;
        var refusal = RefusalOf(() => Requires(builder.Backbone(name)), out var requiresStyle);
        var count = 0;
        if (refusal is null && !requiresStyle)
        {
            count++;
            yield return Ready(component, "alone", BackboneContract.Checks, () => builder.Backbone(name), _ => { });
        }

        foreach (var (encoder, injection) in Styles(name))
        {
            count++;
            yield return Ready(
                component, $"with {encoder ?? "some encoder"}, {injection ?? "some injection"}", BackboneContract.Checks,
                () => builder.Backbone(name, encoder, injection), _ => { });
        }

        if (count == 0)
            yield return NotChecked(component, "", refusal ?? "It asks for a style code, and takes none of any encoder here.");
    }

    /// <summary>Encoders and ways of injection that a backbone takes: each once, with the first of the other kind that it is taken with.</summary>
    private IEnumerable<(string? Encoder, string? Injection)> Styles(string name)
    {
        var encoders = NamesOrStandIn(typeof(IStyleEncoder));
        var injections = NamesOrStandIn(typeof(IStyleInjection)).OrderByDescending(injection => injection == PipelineOptions.DefaultInjection).ToArray();
        var met = new HashSet<string?>();
        foreach (var injection in injections)
            if (encoders.Where(Takes(injection)).Take(1).ToArray() is [var encoder])
            {
                met.Add(encoder);
                yield return (encoder, injection);
            }

        foreach (var encoder in encoders.Where(encoder => !met.Contains(encoder)))
            if (injections.Where(injection => Takes(injection)(encoder)).Take(1).ToArray() is [var injection])
                yield return (encoder, injection);

        Func<string?, bool> Takes(string? injection)
            => encoder => RefusalOf(() => Requires(builder.Backbone(name, encoder, injection)), out var requiresStyle) is null && requiresStyle;
    }

    private string?[] NamesOrStandIn(Type contract) => plugins.NamesOf(contract) is { Count: > 0 } names ? [.. names] : [null];

    /// <summary>Whether a backbone asks for style; one that cannot be asked is checked, and fails there.</summary>
    private static bool Requires(BackboneUnderTest subject)
    {
        var backbone = subject.Create();
        using var module = backbone.Module;
        return backbone.Spec.RequiresStyle;
    }

    private IEnumerable<ComponentChecks> Encoders(PluginComponent component)
    {
        var subject = builder.Encoder(component.Info.Name);
        var restoring = Checked(component, "", EncoderContract.Checks, subject, encoder => encoder.Create(false).Module.Dispose());
        yield return restoring;
        if (restoring.NotChecked is not null || RefusalOf(() => Learns(subject), out var learns) is not null || !learns)
            yield break;
        yield return Ready(component, "training", ContrastiveEncoderContract.Checks, () => subject, _ => { });
    }

    private static bool Learns(EncoderUnderTest subject)
    {
        var encoder = subject.Create(true);
        using var module = encoder.Module;
        return encoder is IContrastiveStyleEncoder;
    }

    private ComponentChecks Dataset(PluginComponent component)
    {
        using (var images = new SampleImages())
            if (RefusalOf(() => builder.Dataset(component.Info.Name, images).Create(), out _) is { } reason)
                return NotChecked(component, "", reason);
        return Ready(
            component, "", DatasetContract.Checks, () => new SampleImages(), images => images.Dispose(),
            images => builder.Dataset(component.Info.Name, images));
    }

    private ComponentChecks Plain<TComponent>(PluginComponent component, IReadOnlyList<ContractCheck> checks)
        where TComponent : class => Checked(component, "", checks, builder.Plain<TComponent>(component.Info.Name), subject => subject.Create());

    /// <summary>A component's checks, if it can be built with the options at hand.</summary>
    private static ComponentChecks Checked<TSubject>(
        PluginComponent component, string variant, IReadOnlyList<ContractCheck> checks, TSubject subject, Action<TSubject> build)
        => RefusalOf(
            () =>
            {
                build(subject);
                return true;
            },
            out _) is { } reason
            ? NotChecked(component, variant, reason)
            : Ready(component, variant, checks, () => subject, _ => { });

    private static ComponentChecks Ready<TSubject>(
        PluginComponent component, string variant, IReadOnlyList<ContractCheck> checks, Func<TSubject> begin, Action<TSubject> end)
        => Ready(component, variant, checks, begin, end, subject => subject);

    private static ComponentChecks Ready<TState, TSubject>(
        PluginComponent component, string variant, IReadOnlyList<ContractCheck> checks, Func<TState> begin, Action<TState> end, Func<TState, TSubject> subjectOf)
        => new(component, variant, [.. checks.Cast<ContractCheck<TSubject>>().Select(check => new ComponentCheck(component, variant, check, () =>
        {
            var state = begin();
            try
            {
                check.Run(subjectOf(state));
            }
            finally
            {
                end(state);
            }
        }))]);

    private static ComponentChecks NotChecked(PluginComponent component, string variant, string reason) => new(
        component, variant, [], $"{reason} Check it in a test of your own: PluginTester.For(plugin, setup => setup.Configure<{component.OptionsType.Name}>(…)).");

    /// <summary>Why a component refuses to be built with the options at hand; null when it does not. Other faults are the checks' to find.</summary>
    private static string? RefusalOf<TResult>(Func<TResult> build, out TResult? result)
    {
        result = default;
        try
        {
            result = build();
            return null;
        }
        catch (IRConStyleException exception)
        {
            return $"{exception.Message} {exception.Remedy}".TrimEnd();
        }
        catch (Exception)
        {
            return null;
        }
    }
}
