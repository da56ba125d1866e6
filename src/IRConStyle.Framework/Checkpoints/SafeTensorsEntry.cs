using IRConStyle.Abstractions;
using TorchSharp;

namespace IRConStyle.Framework.Checkpoints;

/// <summary>One tensor of a safetensors file.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its element type.</param>
/// <param name="Shape">Its dimensions; empty for a scalar.</param>
/// <param name="Start">First byte, counted from the end of the header.</param>
/// <param name="End">One past the last byte.</param>
public sealed record SafeTensorsEntry(string Name, torch.ScalarType Type, long[] Shape, long Start, long End)
    : CheckpointEntry(Name, Type, Shape);

/// <summary>The element types of the safetensors format that TorchSharp has, by the format's names.</summary>
internal static class SafeTensorsTypes
{
    /// <summary>What a header may take at most, as in the reference implementation.</summary>
    public const long HeaderLimit = 100_000_000;

    private static readonly (string Name, torch.ScalarType Type, int Size)[] All =
    [
        ("F32", torch.ScalarType.Float32, 4), ("F64", torch.ScalarType.Float64, 8),
        ("F16", torch.ScalarType.Float16, 2), ("BF16", torch.ScalarType.BFloat16, 2),
        ("I64", torch.ScalarType.Int64, 8), ("I32", torch.ScalarType.Int32, 4),
        ("I16", torch.ScalarType.Int16, 2), ("I8", torch.ScalarType.Int8, 1),
        ("U8", torch.ScalarType.Byte, 1), ("BOOL", torch.ScalarType.Bool, 1),
        ("C64", torch.ScalarType.ComplexFloat32, 8),
    ];

    public static string Names => string.Join(", ", All.Select(type => type.Name));

    public static bool TryParse(string? name, out torch.ScalarType type, out int size)
    {
        (_, type, size) = Array.Find(All, candidate => candidate.Name == name);
        return size > 0;
    }

    public static (string Name, int Size) Of(CheckpointEntry entry)
    {
        var found = Array.Find(All, candidate => candidate.Type == entry.Type);
        return found.Size > 0 ? (found.Name, found.Size) : throw new IRConStyleException(
            $"{entry.Name} is of type {entry.Type}, which the safetensors format does not have.", $"It has {Names}.");
    }
}
