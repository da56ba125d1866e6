using System.Text;
using IRConStyle.Abstractions;

namespace IRConStyle.Plugins.Datasets;

/// <summary>Gives each image of a test set a seed of its own.</summary>
internal static class NameHash
{
    /// <summary>
    /// A seed that depends on a name and a requested seed: FNV-1a (64 bits) over the name's UTF-8 bytes, xor the requested
    /// seed, then the finaliser of SplitMix64, so that seeds next to each other give unrelated ones.
    /// </summary>
    /// <param name="name">The image's name with '/' between folders.</param>
    /// <param name="seed">The requested seed.</param>
    public static ulong Mix(string name, ulong seed)
    {
        var hash = 0xCBF29CE484222325UL;
        foreach (var value in Encoding.UTF8.GetBytes(name))
            hash = (hash ^ value) * 0x100000001B3UL;
        return SplitMix64.Mix(hash ^ seed);
    }
}
