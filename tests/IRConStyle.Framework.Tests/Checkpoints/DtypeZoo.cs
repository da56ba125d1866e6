using System.Runtime.InteropServices;
using System.Text.Json;
using TorchSharp;

namespace IRConStyle.Framework.Tests.Checkpoints;

/// <summary>The tensors of tests/golden/pth/dtype_zoo*.pth as Python printed them.</summary>
internal static class DtypeZoo
{
    public static Dictionary<string, (torch.ScalarType Type, long[] Shape, double[] Values)> Read()
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(SharedData.Golden("pth", "dtype_zoo.json")));
        return document.RootElement.EnumerateObject().ToDictionary(property => property.Name, property => (
            Type(property.Value.GetProperty("dtype").GetString()!),
            property.Value.GetProperty("shape").EnumerateArray().Select(item => item.GetInt64()).ToArray(),
            property.Value.GetProperty("values").EnumerateArray().Select(item => item.GetDouble()).ToArray()));
    }

    public static void ShouldBe(this torch.Tensor actual, (torch.ScalarType Type, long[] Shape, double[] Values) expected, string name)
    {
        actual.dtype.ShouldBe(expected.Type, name);
        actual.shape.ShouldBe(expected.Shape, name);
        actual.is_contiguous().ShouldBeTrue(name);
        using var wide = actual.to(torch.ScalarType.Float64);
        (wide.numel() == 0 ? [] : MemoryMarshal.Cast<byte, double>(wide.bytes).ToArray()).ShouldBe(expected.Values, name);
    }

    private static torch.ScalarType Type(string name) => name switch
    {
        "torch.float32" => torch.ScalarType.Float32,
        "torch.float64" => torch.ScalarType.Float64,
        "torch.float16" => torch.ScalarType.Float16,
        "torch.bfloat16" => torch.ScalarType.BFloat16,
        "torch.int64" => torch.ScalarType.Int64,
        "torch.int32" => torch.ScalarType.Int32,
        "torch.int16" => torch.ScalarType.Int16,
        "torch.int8" => torch.ScalarType.Int8,
        "torch.uint8" => torch.ScalarType.Byte,
        "torch.bool" => torch.ScalarType.Bool,
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, null),
    };
}
