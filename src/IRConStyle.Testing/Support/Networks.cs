using IRConStyle.Framework.Checkpoints;
using TorchSharp;
using static TorchSharp.torch;

namespace IRConStyle.Testing.Support;

/// <summary>What checks of networks share.</summary>
internal static class Networks
{
    private const int Draws = 8;

    /// <summary>
    /// Moves all parameters a little, always in the same way: some start at exactly zero and would keep others out of the
    /// result and of the gradient.
    /// </summary>
    public static void Disturb(nn.Module module)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        foreach (var parameter in module.parameters())
            parameter.add_(randn_like(parameter).mul_(0.05));
    }

    /// <summary>
    /// Fails when a parameter gets no gradient in any of several draws of weights: the few rectifiers of a small network may
    /// all be off in one.
    /// </summary>
    /// <param name="silentIn">Names of the parameters without gradient in the draw of a seed.</param>
    public static void RequireGradients(Func<long, IEnumerable<string>> silentIn)
    {
        string[] silent = [.. silentIn(1)];
        for (var seed = 2; seed <= Draws && silent.Length > 0; seed++)
            silent = [.. silent.Intersect(silentIn(seed), StringComparer.Ordinal)];
        Require.That(
            silent.Length == 0,
            $"no gradient reaches {string.Join(", ", silent.Take(5))}{(silent.Length > 5 ? $" and {silent.Length - 5} more" : "")}",
            "Use every registered parameter in the result, and detach nothing on the way.");
    }

    /// <summary>The largest absolute value of a parameter's gradient; 0 without one.</summary>
    public static double LargestGradient(string name, Tensor parameter)
    {
        if (parameter.grad is not { } gradient)
            return 0;
        Require.Finite(gradient, $"the gradient of {name}");
        return Tensors.Peak(gradient);
    }

    /// <summary>Gives a network the weights of another through a file.</summary>
    /// <param name="from">The network to save.</param>
    /// <param name="to">Another instance of it.</param>
    public static void Transfer(nn.Module from, nn.Module to)
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "weights.safetensors");
        var state = to.state_dict();
        var (names, others) = (from.state_dict().Keys.Order(StringComparer.Ordinal), state.Keys.Order(StringComparer.Ordinal));
        Require.That(
            names.SequenceEqual(others, StringComparer.Ordinal),
            $"two instances have different state: {string.Join(", ", names.Except(others).Concat(others.Except(names)).Take(5))}",
            "Register the same parameters and buffers under the same names for the same options.");
        SafeTensorsWriter.Write(path, [.. from.state_dict().Select(entry => (entry.Key, entry.Value))], new Dictionary<string, string>());
        using var reader = SafeTensorsReader.Open(path);
        using var noGradient = no_grad();
        foreach (var (name, value) in state)
        {
            using var saved = reader.Read(name);
            Require.Shape(value, $"{name} of another instance", "Give parameters shapes that follow from the options alone.", saved.shape);
            value.copy_(saved);
        }
    }
}
