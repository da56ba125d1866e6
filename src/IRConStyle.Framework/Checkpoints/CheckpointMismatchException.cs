using IRConStyle.Abstractions;

namespace IRConStyle.Framework.Checkpoints;

/// <summary>A checkpoint does not fit a network.</summary>
/// <param name="message">Which file and which pipeline.</param>
/// <param name="remedy">What would be right.</param>
/// <param name="mismatch">The names and shapes that differ.</param>
public sealed class CheckpointMismatchException(string message, string remedy, StateMismatch mismatch) : IRConStyleException(message, remedy)
{
    /// <summary>The names and shapes that differ.</summary>
    public StateMismatch Mismatch { get; } = mismatch;
}
