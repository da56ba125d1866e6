using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace IRConStyle.Benchmarks;

/// <summary>Exported networks in ONNX Runtime, as what one would use otherwise. Their first input is the image, N×3×H×W of a fixed size.</summary>
internal sealed class OnnxNetworks(IReadOnlyList<(string Network, string File)> files) : IDisposable
{
    private readonly List<InferenceSession> _sessions = [];

    /// <summary>One measurement for each file.</summary>
    /// <exception cref="ArgumentException">A network's image has no fixed size.</exception>
    public IEnumerable<LimitCase> Cases(LimitNetworks networks, int threads)
    {
        foreach (var (network, file) in files)
        {
            using var settings = new SessionOptions { IntraOpNumThreads = threads, InterOpNumThreads = 1 };
            var session = new InferenceSession(file, settings);
            _sessions.Add(session);
            var (name, input) = session.InputMetadata.First();
            if (input.Dimensions is not [1, 3, > 0 and var height, > 0 and var width])
                throw new ArgumentException($"{file}: input {name} is {string.Join('×', input.Dimensions)}, and 1×3×H×W of a fixed size is needed.");
            var image = new DenseTensor<float>(Enumerable.Range(0, 3 * height * width).Select(_ => Random.Shared.NextSingle()).ToArray(), input.Dimensions);
            yield return new LimitCase(
                $"{network} {height}×{width} float32 ONNX Runtime", threads, networks.Operations(network, height, width),
                () => session.Run([NamedOnnxValue.CreateFromTensor(name, image)]).Dispose())
            {
                Megapixels = height * width / 1e6,
            };
        }
    }

    public void Dispose() => _sessions.ForEach(session => session.Dispose());
}
