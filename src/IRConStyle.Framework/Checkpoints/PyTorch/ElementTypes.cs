using TorchSharp;

namespace IRConStyle.Framework.Checkpoints.PyTorch;

/// <summary>The element types that both PyTorch and TorchSharp have.</summary>
internal static class ElementTypes
{
    /// <summary>Python's storage class without the word Storage, its dtype without the module, and the type.</summary>
    public static readonly (string Storage, string Name, ElementType Type)[] All =
    [
        ("Float", "float32", new(torch.ScalarType.Float32, 4)), ("Double", "float64", new(torch.ScalarType.Float64, 8)),
        ("Half", "float16", new(torch.ScalarType.Float16, 2)), ("BFloat16", "bfloat16", new(torch.ScalarType.BFloat16, 2)),
        ("Long", "int64", new(torch.ScalarType.Int64, 8)), ("Int", "int32", new(torch.ScalarType.Int32, 4)),
        ("Short", "int16", new(torch.ScalarType.Int16, 2)), ("Char", "int8", new(torch.ScalarType.Int8, 1)),
        ("Byte", "uint8", new(torch.ScalarType.Byte, 1)), ("Bool", "bool", new(torch.ScalarType.Bool, 1)),
        ("ComplexFloat", "complex64", new(torch.ScalarType.ComplexFloat32, 8)),
        ("ComplexDouble", "complex128", new(torch.ScalarType.ComplexFloat64, 16)),
    ];

    /// <summary>The bytes of a class of storages whose values are not read: quantized ones; null for one that is not known at all.</summary>
    public static ElementType? Unread(string storage) => storage switch
    {
        "torch.QInt8Storage" or "torch.QUInt8Storage" or "torch.QUInt4x2Storage" or "torch.QUInt2x4Storage" => new(torch.ScalarType.Byte, 1),
        "torch.QInt32Storage" => new(torch.ScalarType.Int32, 4),
        _ => null,
    };
}
