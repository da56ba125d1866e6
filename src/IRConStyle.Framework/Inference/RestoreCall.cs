namespace IRConStyle.Framework.Inference;

/// <summary>What goes along with the restoration of one image.</summary>
internal sealed class RestoreCall(CancellationToken cancellation)
{
    private readonly List<string> _notes = [];

    public CancellationToken Cancellation => cancellation;

    /// <summary>Whether the result is scored.</summary>
    public bool IsMeasured { get; init; }

    /// <summary>Told of the share that is done.</summary>
    public Action<double>? Progress { get; init; }

    public IReadOnlyList<string> Notes => _notes;

    /// <summary>Adds a note, once.</summary>
    public void Note(string note)
    {
        if (!_notes.Contains(note))
            _notes.Add(note);
    }
}
