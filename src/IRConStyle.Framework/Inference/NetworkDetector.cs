using IRConStyle.Abstractions;
using IRConStyle.Framework.Checkpoints;
using IRConStyle.Framework.Plugins;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace IRConStyle.Framework.Inference;

/// <summary>
/// Tells by names and shapes which network a checkpoint is of, with all its options: every plugin is asked for its own
/// (<see cref="ComponentInfo.Detector"/>). No network is built and no tensor is read.
/// </summary>
/// <param name="catalogue">Knows the components.</param>
/// <param name="logger">Told of detectors that fail.</param>
public sealed partial class NetworkDetector(ComponentCatalogue catalogue, ILogger<NetworkDetector>? logger = null)
{
    private readonly ILogger _logger = logger ?? NullLogger<NetworkDetector>.Instance;

    /// <summary>A file holds a network a few times at most: as it is trained, averaged, before and after.</summary>
    private const int PlaceLimit = 32;

    /// <summary>Looks at a checkpoint.</summary>
    /// <param name="whole">The file; it stays the caller's.</param>
    /// <param name="choice">Where to look; null for everywhere.</param>
    /// <returns>The components that were recognised; null when no plugin knows any.</returns>
    /// <exception cref="IRConStyleException">The section or prefix that is chosen does not exist.</exception>
    public DetectedNetwork? Detect(CheckpointReader whole, PartChoice? choice = null)
    {
        ArgumentNullException.ThrowIfNull(whole);
        var filter = new PlaceFilter(whole, choice ?? PartChoice.Any);
        var shapes = new Dictionary<string, PlaceShapes>(StringComparer.Ordinal);
        var (place, backbone) = Find<IBackbone>("");
        var (encoderPlace, encoder) = Find<IStyleEncoder>(place ?? "");
        if ((place ?? encoderPlace) is not { } found)
            return null;
        var injection = backbone is null ? null : FindInjection(At(found), isStyled: encoder is not null);
        return new DetectedNetwork(found, backbone, encoder, injection);

        (string? Place, DetectedComponent? Component) Find<TComponent>(string below)
            where TComponent : class
            => catalogue.FactoriesOf<TComponent>()
                .Where(factory => factory.Info.Detector is { Anchor.Length: > 0 })
                .SelectMany(factory => filter.Before(factory.Info.Detector!.Anchor)
                    .Where(place => place.StartsWith(below, StringComparison.Ordinal))
                    .Take(PlaceLimit)
                    .Select(place => (Place: (string?)place, Component: Ask(factory, At(place)))))
                .Where(candidate => candidate.Component is not null)
                .OrderBy(candidate => PlaceWords.SayAveraged(candidate.Place!) ? 0 : 1)
                .ThenByDescending(candidate => At(candidate.Place!).Count)
                .ThenBy(candidate => PlaceFilter.Depth(candidate.Place!))
                .FirstOrDefault();

        PlaceShapes At(string place)
        {
            if (!shapes.TryGetValue(place, out var state))
                shapes[place] = state = new PlaceShapes(whole, place);
            return state;
        }
    }

    // One without state of its own is what is left where there is an encoder and nothing that takes its style.
    private DetectedComponent? FindInjection(PlaceShapes state, bool isStyled)
    {
        var factories = catalogue.FactoriesOf<IStyleInjection>().Where(factory => factory.Info.Detector is not null).ToArray();
        return factories
            .Where(factory => factory.Info.Detector!.Anchor is { Length: > 0 } anchor && state.Find(anchor) is not null)
            .Concat(factories.Where(factory => isStyled && factory.Info.Detector!.Anchor.Length == 0))
            .Select(factory => Ask(factory, state))
            .FirstOrDefault(component => component is not null);
    }

    private DetectedComponent? Ask<TComponent>(IComponentFactory<TComponent> factory, PlaceShapes state)
        where TComponent : class
    {
        try
        {
            if (factory.Info.Detector!.Detect(state) is not { } found)
                return null;
            if (!factory.OptionsType.IsInstanceOfType(found.Options))
                throw new InvalidOperationException($"its options are of type {found.Options?.GetType().Name ?? "null"}, not {factory.OptionsType.Name}");
            return new DetectedComponent(factory.Info.Name, found.Options, found.Assumed);
        }
        catch (Exception exception)
        {
            // One plugin's fault must not keep the others from being asked.
            LogFailed(_logger, factory.Info.Name, exception.Message, exception);
            return null;
        }
    }

    [LoggerMessage(LogLevel.Warning, "The detector of {Component} failed, which is a fault of its plugin: {Reason}.")]
    private static partial void LogFailed(ILogger logger, string component, string reason, Exception exception);

    /// <summary>The names and shapes at one place.</summary>
    private sealed class PlaceShapes : IStateShapes
    {
        private readonly Dictionary<string, long[]> _shapes = new(StringComparer.Ordinal);

        public PlaceShapes(CheckpointReader whole, string place)
        {
            foreach (var entry in whole.Entries.Values)
                if (entry.Name.StartsWith(place, StringComparison.Ordinal))
                    _shapes[entry.Name[place.Length..]] = entry.Shape;
        }

        public int Count => _shapes.Count;

        public IEnumerable<string> Names => _shapes.Keys;

        public IReadOnlyList<long>? Find(string name) => _shapes.GetValueOrDefault(name);
    }
}
