namespace IRConStyle.Framework.Checkpoints.PyTorch;

/// <summary>Says what a zip archive is when it is none of torch.save.</summary>
internal static class OtherArchives
{
    private const string SaveWeights = "In Python, load it and save the weights alone: torch.save(model.state_dict(), 'weights.pth').";

    private static readonly string[] WeightsExtensions = [".pth", ".pt", ".ckpt", ".safetensors", ".bin", ".pth.tar"];

    /// <summary>The error for an archive with these records.</summary>
    public static CheckpointProblem Describe(IReadOnlyCollection<string> names)
    {
        if (names.Any(name => name.EndsWith("/constants.pkl", StringComparison.Ordinal) || name.Contains("/code/__torch__", StringComparison.Ordinal)))
            return new("is a TorchScript archive (torch.jit.save), a program rather than weights", SaveWeights);
        if (names.Any(name => name.EndsWith("/archive_format", StringComparison.Ordinal) || name.EndsWith("serialized_exported_program.json", StringComparison.Ordinal)))
            return new("is an exported program (torch.export), not weights alone", SaveWeights);
        if (names.Any(name => name.EndsWith("/.data/extern_modules", StringComparison.Ordinal)))
            return new("is a package of code and models (torch.package), not weights alone", SaveWeights);
        if (names.Any(name => name.EndsWith("model.weights.h5", StringComparison.Ordinal)))
            return new("is a Keras model, which PyTorch networks cannot load", "Use weights of a PyTorch network.");
        if (names.Count > 0 && names.All(name => name.EndsWith(".npy", StringComparison.Ordinal)))
            return new("is an archive of NumPy arrays (.npz), not one of torch.save", "In Python, save them as tensors: torch.save({name: torch.from_numpy(array), …}, 'weights.pth').");
        var weights = names.FirstOrDefault(name => WeightsExtensions.Any(extension => name.EndsWith(extension, StringComparison.OrdinalIgnoreCase)));
        return weights is null
            ? new($"is a zip archive of other things ({Shown(names)}), not one of torch.save", "Use a file as written by torch.save.")
            : new($"is a zip archive that holds {PickleGlobals.Show(weights)}", "Unpack it, and give the file within.");
    }

    private static string Shown(IReadOnlyCollection<string> names)
        => names.Count == 0 ? "it is empty" : string.Join(", ", names.Take(3).Select(PickleGlobals.Show)) + (names.Count > 3 ? ", …" : "");
}
