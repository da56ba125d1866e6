using System.Text.RegularExpressions;

namespace IRConStyle.Framework.Checkpoints;

/// <summary>What the words of a path in a checkpoint say of the tensors there.</summary>
internal static partial class PlaceWords
{
    // BasicSR's params_ema, timm's state_dict_ema, ema-pytorch's ema_model, torch's AveragedModel, Lightning's averaged_model …
    private static readonly HashSet<string> Averages = new(StringComparer.OrdinalIgnoreCase) { "ema", "swa", "averaged", "average", "avg", "shadow", "polyak" };

    private static readonly HashSet<string> Trainers = new(StringComparer.OrdinalIgnoreCase)
    {
        "optimizer", "optimizers", "optim", "exp", "moment", "moments", "momentum", "grad", "grads", "gradients", "velocity",
    };

    /// <summary>Whether the tensors are averages over a training, which are better weights than those of its last step.</summary>
    public static bool SayAveraged(string path) => !SayTrainer(path) && Words().Matches(path).Any(word => Averages.Contains(word.Value));

    /// <summary>Whether the tensors are an optimizer's, which have the names and shapes of weights and are none.</summary>
    public static bool SayTrainer(string path) => Words().Matches(path).Any(word => Trainers.Contains(word.Value));

    // Words end at anything but a letter, and where a capital follows a small one: net_g_ema, emaModel.
    [GeneratedRegex("[A-Z]?[a-z]+|[A-Z]+(?![a-z])", RegexOptions.CultureInvariant)]
    private static partial Regex Words();
}
