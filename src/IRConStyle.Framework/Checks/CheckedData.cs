using IRConStyle.Abstractions;
using TorchSharp;

namespace IRConStyle.Framework.Checks;

/// <summary>A degradation whose images keep size and type.</summary>
internal sealed class CheckedDegradation(IDegradation degradation, ComponentOrigin origin) : IDegradation
{
    private readonly CheckedShapes _shapes = new();

    public torch.Tensor Apply(torch.Tensor clean, ulong seed)
    {
        torch.Tensor degraded;
        try
        {
            degraded = degradation.Apply(clean, seed);
        }
        catch (Exception exception) when (ComponentOrigin.IsUnforeseen(exception))
        {
            throw origin.Failure(exception, "degrading an image");
        }

        if (_shapes.IsNew(clean))
        {
            if (degraded is null || degraded.dtype != torch.ScalarType.Float32 || !degraded.shape.AsSpan().SequenceEqual(clean.shape))
                throw origin.Fault($"returned {CheckedShapes.Text(degraded)} for an image of {CheckedShapes.Text(clean.shape)}, where float32 of the same size is due");
            _shapes.Add(clean);
        }

        return degraded;
    }
}

/// <summary>A dataset whose pairs are float32 images, of the patch's size where one is asked for.</summary>
internal sealed class CheckedDataset : IRestorationDataset
{
    private readonly IRestorationDataset _dataset;
    private readonly ComponentOrigin _origin;

    public CheckedDataset(IRestorationDataset dataset, ComponentOrigin origin)
    {
        (_dataset, _origin) = (dataset, origin);
        // One that is opened to be checked may hold nothing but findings.
        Count = dataset.Count > 0 || dataset.Findings.Count > 0 ? dataset.Count : throw origin.Fault($"says that it holds {dataset.Count} images");
    }

    public int Count { get; }

    public IReadOnlyList<DatasetFinding> Findings => _dataset.Findings;

    public string NameOf(int index) => _dataset.NameOf(index);

    public RestorationSample Load(int index, SampleRequest request)
    {
        RestorationSample sample;
        try
        {
            sample = _dataset.Load(index, request);
        }
        catch (Exception exception) when (ComponentOrigin.IsUnforeseen(exception))
        {
            throw _origin.Failure(exception, $"loading {_dataset.NameOf(index)}");
        }

        try
        {
            Check(sample, request);
            return sample;
        }
        catch
        {
            sample?.Dispose();
            throw;
        }
    }

    // Every pair is another file: each is looked at.
    private void Check(RestorationSample sample, SampleRequest request)
    {
        if (sample is null)
            throw _origin.Fault("returned no pair");
        foreach (var image in new[] { sample.Degraded, sample.Clean })
        {
            if (image.dtype != torch.ScalarType.Float32 || image.shape is not [_, var height, var width])
                throw _origin.Fault($"returned {CheckedShapes.Text(image)} for {sample.Name}, where float32 of three dimensions is due");
            if (request.PatchSize is { } patch && (height != patch || width != patch))
                throw _origin.Fault($"returned {CheckedShapes.Text(image)} for {sample.Name}, where a patch of {patch}×{patch} is due");
        }
    }
}
