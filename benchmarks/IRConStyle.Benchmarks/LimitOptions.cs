using System.Globalization;
using IRConStyle.Framework.Inference;

namespace IRConStyle.Benchmarks;

/// <summary>What <see cref="LimitBenchmark"/> is asked for.</summary>
internal sealed record LimitOptions
{
    /// <summary>Rounds that count; one more warms up.</summary>
    public int Rounds { get; private init; } = 5;

    public IReadOnlyList<string> Networks { get; private init; } = LimitNetworks.Pipelines;

    /// <summary>Sides of the square images.</summary>
    public IReadOnlyList<int> Sides { get; private init; } = [256, 512, 1024];

    public IReadOnlyList<int> Threads { get; private init; } = [1, 2];

    public IReadOnlyList<InferencePrecision> Precisions { get; private init; } = [InferencePrecision.Float32, InferencePrecision.BFloat16];

    /// <summary>Exported networks: the network they are compared with, and the file.</summary>
    public IReadOnlyList<(string Network, string File)> Onnx { get; private init; } = [];

    /// <summary>Seconds that one pass may take: what would take longer by the passes before is passed over.</summary>
    public double Patience { get; private init; } = 60;

    /// <summary>Whether photographs of 12 megapixels are restored too.</summary>
    public bool Photograph { get; private init; }

    public string? Json { get; private init; }

    public static LimitOptions Parse(string[] arguments)
    {
        var options = new LimitOptions();
        for (var at = 0; at < arguments.Length; at++)
        {
            var name = arguments[at];
            string Value() => ++at < arguments.Length ? arguments[at] : throw new ArgumentException($"{name} needs a value.");
            IReadOnlyList<T> List<T>(Func<string, T> parse) => [.. Value().Split(',').Select(parse)];
            options = name switch
            {
                "--rounds" => options with { Rounds = Number(Value()) },
                "--networks" => options with { Networks = List(text => text) },
                "--sides" => options with { Sides = List(Number) },
                "--threads" => options with { Threads = List(Number) },
                "--precisions" => options with { Precisions = List(text => Enum.Parse<InferencePrecision>(text, ignoreCase: true)) },
                "--onnx" => options with { Onnx = [.. options.Onnx, Pair(Value())] },
                "--patience" => options with { Patience = Number(Value()) },
                "--photograph" => options with { Photograph = true },
                "--json" => options with { Json = Value() },
                _ => throw new ArgumentException(
                    $"{name} is none of --rounds, --networks, --sides, --threads, --precisions, --onnx, --patience, --photograph, --json."),
            };
        }

        return options;
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    private static (string, string) Pair(string text) => text.Split('=', 2) is [var network, var file] && File.Exists(file)
        ? (network, file)
        : throw new ArgumentException($"--onnx {text}: NETWORK=FILE with a file that exists, such as constyle-nafnet=constyle-nafnet.onnx.");
}
