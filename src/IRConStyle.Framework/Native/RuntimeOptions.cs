using System.ComponentModel.DataAnnotations;

namespace IRConStyle.Framework.Native;

/// <summary>Where and how tensors are computed; keys of the section <c>IRConStyle</c> itself.</summary>
public sealed class RuntimeOptions
{
    /// <summary>Where tensors live: <c>auto</c> (CUDA when there is one), <c>cpu</c>, <c>cuda</c> or <c>cuda:n</c>.</summary>
    [RegularExpression("(?i:auto|cpu|cuda(:[0-9]{1,3})?)", ErrorMessage = "accepted is auto, cpu, cuda or cuda:n")]
    public string Device { get; set; } = "auto";

    /// <summary>Whether to trade memory for speed in glibc's allocator (Linux only).</summary>
    public bool TuneMalloc { get; set; } = true;

    /// <summary>Whether waiting threads of libgomp sleep soon instead of keeping their core busy (Linux only).</summary>
    public bool BoundSpin { get; set; } = true;
}
