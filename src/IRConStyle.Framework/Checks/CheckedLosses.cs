using IRConStyle.Abstractions;
using TorchSharp;

namespace IRConStyle.Framework.Checks;

/// <summary>A loss that is one number, with a gradient where the restored image has one.</summary>
internal sealed class CheckedLoss(IRestorationLoss loss, ComponentOrigin origin) : IRestorationLoss
{
    private readonly CheckedShapes _shapes = new();

    public torch.Tensor Compute(torch.Tensor restored, torch.Tensor clean)
    {
        torch.Tensor value;
        try
        {
            value = loss.Compute(restored, clean);
        }
        catch (Exception exception) when (ComponentOrigin.IsUnforeseen(exception))
        {
            throw origin.Failure(exception, "comparing images");
        }

        if (_shapes.IsNew(restored))
        {
            origin.RequireScalar(value);
            if (restored.requires_grad && torch.is_grad_enabled() && !value.requires_grad)
                throw origin.Fault("returned a number without a gradient, of which nothing can be learned");
            _shapes.Add(restored);
        }

        return value;
    }
}

/// <summary>A contrastive loss that is one number.</summary>
internal sealed class CheckedContrastiveLoss(IContrastiveLoss loss, ComponentOrigin origin) : IContrastiveLoss
{
    private readonly CheckedShapes _shapes = new();

    public torch.Tensor Compute(ContrastiveOutput output)
    {
        torch.Tensor value;
        try
        {
            value = loss.Compute(output);
        }
        catch (Exception exception) when (ComponentOrigin.IsUnforeseen(exception))
        {
            throw origin.Failure(exception, "comparing style codes");
        }

        if (_shapes.IsNew(output.Logits))
        {
            origin.RequireScalar(value);
            _shapes.Add(output.Logits);
        }

        return value;
    }
}

/// <summary>What both kinds of loss must return.</summary>
internal static class LossChecks
{
    public static void RequireScalar(this ComponentOrigin origin, torch.Tensor? value)
    {
        if (value is null || value.dim() != 0 || !value.is_floating_point())
            throw origin.Fault($"returned {CheckedShapes.Text(value)}, where a floating-point scalar is due");
    }
}
