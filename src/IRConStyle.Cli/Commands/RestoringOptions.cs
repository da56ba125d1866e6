using System.CommandLine;
using IRConStyle.Framework.Inference;

namespace IRConStyle.Cli.Commands;

/// <summary>The options of restoring that change from image to image.</summary>
internal sealed class RestoringOptions
{
    private readonly Option<InferencePrecision?> _precision = new("--precision")
    {
        Description = "What is computed in: float32; bfloat16 on CPUs and devices that multiply it; float16 on CUDA devices.",
        HelpName = "TYPE",
    };

    private readonly Option<bool> _ensemble = new("--ensemble")
    {
        Description = "Take the mean over all eight orientations: a little better, eight times as long.",
    };

    private readonly Option<double?> _strength = new("--strength")
    {
        Description = "How much of the restoration to apply, from 0 (nothing) to 1 (all).",
        HelpName = "0..1",
    };

    private readonly Option<double?> _texture = new("--texture")
    {
        Description = "How much to give back of what was removed and is fine, such as grain, from 0 (nothing) to 1 (all).",
        HelpName = "0..1",
    };

    public void AddTo(Command command)
    {
        command.Add(_precision);
        command.Add(_ensemble);
        command.Add(_strength);
        command.Add(_texture);
    }

    public InferenceChanges Read(ParseResult result) => new()
    {
        Precision = result.GetValue(_precision),
        Ensemble = result.GetValue(_ensemble) ? true : null,
        Strength = result.GetValue(_strength),
        Texture = result.GetValue(_texture),
    };
}
