using TorchSharp;

namespace IRConStyle.Training.Optimization;

/// <summary>
/// AdamW over one buffer (Loshchilov and Hutter, https://arxiv.org/abs/1711.05101), equal to the optimizer that goes from
/// parameter to parameter within rounding.
/// </summary>
public sealed class FlatAdamW : IDisposable
{
    private const double Epsilon = 1e-8;

    // Small enough that what one operation leaves is still in the cache when the next one reads it.
    private const long CacheBlock = 1 << 16;

    private readonly FlatParameters _parameters;
    private readonly double _beta1;
    private readonly double _beta2;
    private readonly double _weightDecay;

    /// <summary>Starts with moments of zero.</summary>
    /// <param name="parameters">What to move.</param>
    /// <param name="beta1">Decay of the first moment.</param>
    /// <param name="beta2">Decay of the second moment.</param>
    /// <param name="weightDecay">Decoupled weight decay.</param>
    public FlatAdamW(FlatParameters parameters, double beta1, double beta2, double weightDecay)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        (_parameters, _beta1, _beta2, _weightDecay) = (parameters, beta1, beta2, weightDecay);
        FirstMoments = parameters.Values.Empty(parameters.Values.Buffer.dtype);
        SecondMoments = parameters.Values.Empty(parameters.Values.Buffer.dtype);
    }

    /// <summary>How many steps were made; the correction of the moments' start depends on it.</summary>
    public long Steps { get; set; }

    /// <summary>Running means of the gradients.</summary>
    public FlatTensors FirstMoments { get; }

    /// <summary>Running means of the squared gradients.</summary>
    public FlatTensors SecondMoments { get; }

    /// <summary>Scales the gradients so that their norm is at most a limit. The host does not wait for the norm.</summary>
    /// <param name="limit">The largest norm.</param>
    /// <param name="count">How many numbers from the buffer's start on count.</param>
    public void Clip(double limit, long count)
    {
        using var scope = torch.NewDisposeScope();
        using var noGrad = torch.no_grad();
        var gradients = _parameters.Gradients.Buffer.narrow(0, 0, count);
        gradients.mul_((limit / (gradients.norm() + 1e-6)).clamp_max(1));
    }

    /// <summary>Moves the parameters.</summary>
    /// <param name="learningRate">The rate of this step.</param>
    /// <param name="count">How many numbers from the buffer's start on move; the others stay.</param>
    public void Step(double learningRate, long count)
    {
        Steps++;
        using var scope = torch.NewDisposeScope();
        using var noGrad = torch.no_grad();
        var values = _parameters.Values.Buffer;
        var block = values.device_type == DeviceType.CPU ? CacheBlock * Math.Max(1, torch.get_num_threads()) : count;
        for (long start = 0; start < count; start += block)
        {
            using var inner = torch.NewDisposeScope();
            var length = Math.Min(block, count - start);
            Step(
                learningRate, values.narrow(0, start, length), _parameters.Gradients.Buffer.narrow(0, start, length),
                FirstMoments.Buffer.narrow(0, start, length), SecondMoments.Buffer.narrow(0, start, length));
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        FirstMoments.Dispose();
        SecondMoments.Dispose();
    }

    private void Step(double rate, torch.Tensor value, torch.Tensor gradient, torch.Tensor first, torch.Tensor second)
    {
        var (correction1, correction2) = (1 - Math.Pow(_beta1, Steps), 1 - Math.Pow(_beta2, Steps));
        value.mul_(1 - rate * _weightDecay);
        first.mul_(_beta1).add_(gradient, 1 - _beta1);
        second.mul_(_beta2).addcmul_(gradient, gradient, 1 - _beta2);
        var denominator = second.sqrt().div_(Math.Sqrt(correction2)).add_(Epsilon);
        value.addcdiv_(first, denominator, -rate / correction1);
    }
}
