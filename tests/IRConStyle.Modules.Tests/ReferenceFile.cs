using System.Text.Json;
using IRConStyle.Abstractions;
using IRConStyle.Framework.Checkpoints;
using TorchSharp;
using static TorchSharp.torch;

namespace IRConStyle.Modules.Tests;

/// <summary>Golden vectors made by the authors' code: weights, inputs, and outputs of a float32 and a float64 run.</summary>
internal sealed class ReferenceFile(string path) : IDisposable
{
    private readonly SafeTensorsReader _reader = SafeTensorsReader.Open(path);

    public string Network => _reader.Metadata["architecture"];

    public Dictionary<string, JsonElement> Arguments =>
        JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(_reader.Metadata["constructor"])!;

    public IEnumerable<string> Names(string prefix) =>
        _reader.Entries.Keys.Where(name => name.StartsWith(prefix, StringComparison.Ordinal)).Select(name => name[prefix.Length..]);

    public Tensor Read(string name) => _reader.Read(name);

    /// <summary>Copies the weights in; every state name must be on both sides, with the same shape.</summary>
    public void LoadInto(nn.Module module, string prefix = "weights/")
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var state = module.state_dict();
        state.Keys.Order(StringComparer.Ordinal).ShouldBe(Names(prefix).Order(StringComparer.Ordinal));
        foreach (var (name, target) in state)
        {
            var value = Read(prefix + name);
            value.shape.ShouldBe(target.shape, name);
            target.copy_(value);
        }
    }

    /// <summary>
    /// The official code ran in two precisions; a right port is no further from the precise one than ten times as far as
    /// the official float32 run.
    /// </summary>
    public void ShouldAgree(Tensor actual, string name)
    {
        using var scope = NewDisposeScope();
        var precise = Read("expected_f64/" + name).to(ScalarType.Float64);
        var official = Read("expected/" + name).to(ScalarType.Float64);
        var peak = precise.abs().max().item<double>();
        var tolerance = actual.dtype == ScalarType.Float64
            ? 1e-6 * peak
            : Math.Max(10 * Distance(official, precise), 2e-6 * peak);
        actual.shape.ShouldBe(precise.shape, name);
        Distance(actual.to(ScalarType.Float64), precise).ShouldBeLessThanOrEqualTo(tolerance, name);
    }

    public void Dispose() => _reader.Dispose();

    private static double Distance(Tensor left, Tensor right) => (left - right).abs().max().item<double>();
}
