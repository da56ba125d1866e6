using IRConStyle.Modules;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace IRConStyle.Plugins.Restormer;

/// <summary>
/// Both halves of a block begin alike: normalisation, more channels, depthwise convolution 3×3. Here an image goes through
/// that in bands of rows small enough to stay in the cache up to whatever consumes them.
/// </summary>
internal static class Bands
{
    /// <summary>Of a band's widest feature map.</summary>
    private const long BytesPerThread = 2 * 1024 * 1024;

    /// <summary>With fewer pixels the convolution 1×1 spends its time on fetching its weights.</summary>
    private const long LeastPixels = 1024;

    /// <summary>What to do with a band: its first row, the number of its rows, and 1×E×rows×W, gone afterwards.</summary>
    public delegate void Consumer(long top, long rows, Tensor expanded);

    /// <summary>Expands an image, from the first band to the last.</summary>
    /// <param name="image">1×C×H×W, channels-last.</param>
    /// <param name="norm">The normalisation.</param>
    /// <param name="widen">The convolution 1×1 from C channels to E.</param>
    /// <param name="depthwise">The depthwise convolution.</param>
    /// <param name="use">Gets each band.</param>
    public static void Expand(Tensor image, Module<Tensor, Tensor> norm, Kernel widen, Kernel depthwise, Consumer use)
    {
        using var scope = NewDisposeScope();
        var (channels, height, width) = (image.shape[1], image.shape[2], image.shape[3]);
        var expanded = widen.Weight.shape[0];
        var step = Rows(image, expanded);
        var weight = widen.Weight.view(expanded, channels).t();
        // The band between its two neighbouring rows, which are zero outside the image.
        var window = image.new_zeros(step + 2, width, expanded);
        for (var top = 0L; top < height; top += step)
        {
            using var band = NewDisposeScope();
            var rows = Math.Min(step, height - top);
            // The band before has left its last row and the first of this one, so nothing is computed twice.
            if (top > 0)
                window.narrow(0, 0, 2).copy_(window.narrow(0, step, 2));
            var first = top > 0 ? top + 1 : 0;
            var last = Math.Min(top + rows, height - 1);
            if (first <= last)
            {
                var pixels = norm.call(image.narrow(2, first, last - first + 1)).Pixels();
                widen.Write(pixels, weight, window.narrow(0, first - top + 1, last - first + 1).view(-1, expanded));
            }

            if (top + rows == height)
                window.narrow(0, rows + 1, 1).zero_();
            // In this order the dimension of the batch gets a stride by which the convolution knows the layout.
            var map = window.narrow(0, 0, rows + 2).unsqueeze(0).permute(0, 3, 1, 2);
            use(top, rows, functional.conv2d(map, depthwise.Weight, depthwise.Bias, padding: [0, 1], groups: expanded));
        }
    }

    /// <summary>The matrix of pixels HW×C that a channels-last image 1×C×H×W is in memory.</summary>
    public static Tensor Pixels(this Tensor image) => image.permute(0, 2, 3, 1).reshape(-1, image.shape[1]);

    /// <summary>A copy of an image, with which a sum begins; channels-last.</summary>
    public static Tensor BeginSum(this Tensor image)
    {
        using var packed = image.ToChannelsLast();
        return packed.clone();
    }

    private static long Rows(Tensor image, long expanded)
    {
        var (height, width) = (image.shape[2], image.shape[3]);
        var pixels = Math.Max(BytesPerThread * get_num_threads() / (expanded * image.element_size()), LeastPixels);
        return Math.Clamp(pixels / width, Math.Min(2, height), height);
    }
}

/// <summary>Weight and bias of a convolution.</summary>
/// <param name="Weight">Output×input×kernel×kernel.</param>
/// <param name="Bias">Per output channel, or null.</param>
internal readonly record struct Kernel(Tensor Weight, Tensor? Bias)
{
    /// <summary>A convolution 1×1 over pixels, into existing memory.</summary>
    /// <param name="pixels">P×input.</param>
    /// <param name="transposed">Its weight, input×output.</param>
    /// <param name="output">P×output.</param>
    /// <param name="keep">Whether the result is added to what <paramref name="output"/> holds.</param>
    public void Write(Tensor pixels, Tensor transposed, Tensor output, bool keep = false)
    {
        output.addmm_(pixels, transposed, keep ? 1 : 0, 1);
        if (Bias is not null)
            output.add_(Bias);
    }
}
