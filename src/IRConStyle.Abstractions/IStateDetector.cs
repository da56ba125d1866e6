namespace IRConStyle.Abstractions;

/// <summary>
/// Recognises a component's checkpoints by names and shapes alone, whoever wrote them, and tells the options of the network
/// they are of. An optional part of the contract, see <see cref="ComponentInfo.Detector"/>. Detectors touch neither tensors
/// nor files, and are asked by several threads at once.
/// </summary>
public interface IStateDetector
{
    /// <summary>
    /// A state name that every checkpoint of the component has, and few others: wherever it occurs in a file, behind any
    /// prefix, the detector is asked. Empty for an injection without state of its own, which is asked where a backbone is.
    /// </summary>
    string Anchor { get; }

    /// <summary>Looks at a state.</summary>
    /// <param name="state">Names and shapes as the component's module would have them; other names may be among them.</param>
    /// <returns>The options; null when the state is none of this component's.</returns>
    DetectedOptions? Detect(IStateShapes state);
}

/// <summary>Names and shapes of tensors.</summary>
public interface IStateShapes
{
    /// <summary>All names.</summary>
    IEnumerable<string> Names { get; }

    /// <summary>The dimensions of a tensor; null when there is none of this name.</summary>
    /// <param name="name">The state name.</param>
    IReadOnlyList<long>? Find(string name);
}

/// <summary>What a detector found out.</summary>
/// <param name="Options">An instance of the component's options.</param>
/// <param name="Assumed">
/// The options, by property name, that names and shapes do not tell and that matter for the result; they have the values of
/// the authors, and the user is told.
/// </param>
public sealed record DetectedOptions(object Options, params IReadOnlyList<string> Assumed);
