using IRConStyle.Modules;

namespace IRConStyle.Plugins.NAFNet;

/// <summary>Options of the backbone <c>nafnet</c>; the defaults are its authors'.</summary>
public sealed class NafNetOptions : PlainUNetOptions
{
    /// <summary>Sets the authors' depth.</summary>
    public NafNetOptions() => (EncoderBlocks, BottleneckBlocks, DecoderBlocks) = ([5, 6, 7, 7], 7, [5, 6, 7, 7]);
}
