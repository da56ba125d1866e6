namespace IRConStyle.Training.Runs;

/// <summary>Names of files in a run's folder.</summary>
public static class RunFiles
{
    /// <summary>The averaged weights.</summary>
    public const string Weights = "weights.safetensors";

    /// <summary>The averaged weights with the best of all validations.</summary>
    public const string BestWeights = "best.safetensors";
}
