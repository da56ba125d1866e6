using IRConStyle.Abstractions;

namespace IRConStyle.Framework.Checkpoints.PyTorch;

/// <summary>What is wrong with a checkpoint, told by parts that do not know its path; the reader adds it.</summary>
/// <param name="problem">Continues a sentence that begins with the path.</param>
/// <param name="remedy">What would be right; null for the general one.</param>
internal sealed class CheckpointProblem(string problem, string? remedy = null) : Exception(problem)
{
    public const string SaveAgain =
        "In Python, load it where it was made and save the weights alone: torch.save(model.state_dict(), 'weights.pth').";

    /// <summary>The file breaks the rules of its format.</summary>
    public static CheckpointProblem Malformed(string problem) => new($"is no valid PyTorch file: {problem}");

    /// <summary>The error for the user.</summary>
    /// <param name="path">The file.</param>
    public IRConStyleException At(string path) => new($"{path} {Message}.", remedy ?? "Use a complete file as written by torch.save.", this);
}
