using TorchSharp;
using TorchSharp.Modules;

namespace IRConStyle.Training.Optimization;

/// <summary>
/// All trained parameters in one buffer and all gradients in another, so that optimizer, clipping and averages are a handful
/// of operations, and a data-parallel training reduces one buffer: <see cref="Gradients"/>.
/// </summary>
public sealed class FlatParameters : IDisposable
{
    private readonly FlatTensors? _working;
    private readonly FlatTensors? _workingGradients;

    /// <summary>Moves parameters into the buffers; their gradients become views of the gradients' buffer.</summary>
    /// <param name="parameters">At least one, all on one device; those computed in bfloat16 come first.</param>
    /// <remarks>
    /// Parameters of type bfloat16 keep a buffer of their own, and <see cref="Values"/> holds their float32 masters.
    /// </remarks>
    public FlatParameters(IReadOnlyList<Parameter> parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        using var noGrad = torch.no_grad();
        Parameters = parameters;
        torch.Tensor[] reduced = [.. parameters.TakeWhile(parameter => parameter.dtype == torch.ScalarType.BFloat16)];
        if (reduced.Length == 0)
        {
            Values = FlatTensors.Absorb([.. parameters]);
            Gradients = Values.Empty(Values.Buffer.dtype);
        }
        else
        {
            Values = FlatTensors.Like([.. parameters], torch.ScalarType.Float32);
            Gradients = Values.Empty(torch.ScalarType.Float32);
            for (var i = reduced.Length; i < parameters.Count; i++)
                Share(Values, i, parameters[i]);
            using (var masters = Values.Range(0, reduced.Length))
            {
                _working = FlatTensors.Absorb(reduced);
                _workingGradients = _working.Empty(torch.ScalarType.BFloat16);
                masters.copy_(_working.Buffer);
            }
        }

        for (var i = 0; i < parameters.Count; i++)
            parameters[i].grad = (i < reduced.Length ? _workingGradients! : Gradients).View(i);
    }

    /// <summary>The parameters, in the order of the buffers.</summary>
    public IReadOnlyList<Parameter> Parameters { get; }

    /// <summary>The values that the optimizer moves.</summary>
    public FlatTensors Values { get; }

    /// <summary>The gradients of the last step.</summary>
    public FlatTensors Gradients { get; }

    /// <summary>How many numbers the first parameters have together.</summary>
    /// <param name="parameters">How many parameters.</param>
    public long CountOf(int parameters) => Parameters.Take(parameters).Sum(parameter => parameter.numel());

    /// <summary>Sets all gradients to zero.</summary>
    public void ZeroGradients()
    {
        Gradients.Buffer.zero_();
        _workingGradients?.Buffer.zero_();
    }

    /// <summary>Adds what the last backward pass left in bfloat16 to the float32 gradients.</summary>
    public void CollectGradients()
    {
        if (_workingGradients is null)
            return;
        using var noGrad = torch.no_grad();
        using var part = Gradients.Range(0, _workingGradients.Count);
        part.add_(_workingGradients.Buffer);
        _workingGradients.Buffer.zero_();
    }

    /// <summary>Lets the networks compute with the values as they are now; needed after every change of <see cref="Values"/>.</summary>
    public void Publish()
    {
        if (_working is null)
            return;
        using var noGrad = torch.no_grad();
        using var part = Values.Range(0, _working.Count);
        _working.Buffer.copy_(part);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var parameter in Parameters)
            parameter.grad = null;
        Values.Dispose();
        Gradients.Dispose();
        _working?.Dispose();
        _workingGradients?.Dispose();
    }

    private static void Share(FlatTensors flat, int index, torch.Tensor tensor)
    {
        using var view = flat.View(index);
        view.copy_(tensor);
        tensor.set_(view);
    }
}
