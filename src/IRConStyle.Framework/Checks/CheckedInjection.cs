using IRConStyle.Abstractions;
using TorchSharp;

namespace IRConStyle.Framework.Checks;

/// <summary>A way of injection whose points add the channels they promise.</summary>
internal sealed class CheckedInjection(IStyleInjection injection, ComponentOrigin origin) : IStyleInjection
{
    public IInjectionPoint? CreateFeaturePoint(FeaturePointRequest request)
    {
        try
        {
            return Wrap(injection.CreateFeaturePoint(request));
        }
        catch (Exception exception) when (ComponentOrigin.IsUnforeseen(exception))
        {
            throw origin.Failure(exception, "making a point for feature maps");
        }
    }

    public IInjectionPoint? CreateLatentPoint(LatentPointRequest request)
    {
        try
        {
            return Wrap(injection.CreateLatentPoint(request));
        }
        catch (Exception exception) when (ComponentOrigin.IsUnforeseen(exception))
        {
            throw origin.Failure(exception, "making a point for the latent");
        }
    }

    private Point? Wrap(IInjectionPoint? point)
        => point is null ? null
            : point.AddedChannels < 0 ? throw origin.Fault($"made a point that adds {point.AddedChannels} channels")
            : new Point(point, origin);

    private sealed class Point(IInjectionPoint point, ComponentOrigin origin) : IInjectionPoint
    {
        private readonly CheckedShapes _shapes = new();

        public IReadOnlyList<NamedModule> Modules => point.Modules;

        public int AddedChannels => point.AddedChannels;

        public torch.Tensor Inject(torch.Tensor feature, StyleCode style)
        {
            var isNew = _shapes.IsNew(feature);
            // The point may make the feature map its result.
            var expected = isNew ? feature.shape : [];
            torch.Tensor mixed;
            try
            {
                mixed = point.Inject(feature, style);
            }
            catch (Exception exception) when (ComponentOrigin.IsUnforeseen(exception))
            {
                throw origin.Failure(exception, "mixing style in");
            }

            if (isNew)
            {
                expected[1] += AddedChannels;
                if (mixed is null || !mixed.shape.AsSpan().SequenceEqual(expected))
                    throw origin.Fault(
                        $"returned {CheckedShapes.Text(mixed)} where it adds {AddedChannels} channels to a feature map, so that {CheckedShapes.Text(expected)} is due");
                _shapes.Add(feature);
            }

            return mixed;
        }
    }
}
