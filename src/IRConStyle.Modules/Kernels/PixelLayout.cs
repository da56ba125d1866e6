namespace IRConStyle.Modules.Kernels;

/// <summary>How the outputs of a pixel-wise or depthwise convolution lie.</summary>
public enum OutputForm
{
    /// <summary>In order.</summary>
    Plain,

    /// <summary>
    /// Of both halves of the channels a vector each in turn, each half padded with zeros to whole vectors: for a gated
    /// convolution behind.
    /// </summary>
    Paired,

    /// <summary>The halves multiplied with each other.</summary>
    Gated,

    /// <summary>The GELU of the first half multiplied with the second; of depthwise convolutions.</summary>
    GeluGated,
}

/// <summary>Where the channels lie within a pixel.</summary>
/// <param name="Channels">How many there are, before a gate.</param>
/// <param name="Form">How they lie.</param>
/// <param name="Lanes">Numbers of a vector.</param>
internal readonly record struct PixelLayout(int Channels, OutputForm Form, int Lanes)
{
    /// <summary>Vectors that are computed.</summary>
    public int Vectors => Form == OutputForm.Plain ? Whole(Channels) : 2 * Whole(Channels / 2);

    /// <summary>Numbers that are written.</summary>
    public int Written => Form switch
    {
        OutputForm.Plain => Channels,
        OutputForm.Paired => Vectors * Lanes,
        _ => Channels / 2,
    };

    /// <summary>The channel that is computed in a lane of a vector; −1 where there is none.</summary>
    public int ChannelAt(int vector, int lane)
    {
        if (Form == OutputForm.Plain)
            return (vector * Lanes) + lane is var channel && channel < Channels ? channel : -1;
        var half = Channels / 2;
        var within = (vector / 2 * Lanes) + lane;
        return within < half ? (vector % 2 * half) + within : -1;
    }

    private int Whole(int channels) => (channels + Lanes - 1) / Lanes;
}
