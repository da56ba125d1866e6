namespace IRConStyle.Framework.Configuration;

/// <summary>Keys of the section <c>IRConStyle</c> that one room owns.</summary>
/// <param name="Type">The options class they are bound to.</param>
/// <param name="Key">
/// The key of the part that holds them; empty where they stand in the section itself.
/// </param>
/// <param name="IsByName">Whether the part holds any number of such options, each under a name of its own.</param>
internal sealed record OwnedKeys(Type Type, string Key, bool IsByName = false)
{
    /// <summary>The keys directly below the section.</summary>
    public IEnumerable<string> RootKeys => Key.Length > 0 ? [Key] : OptionsShape.Of(Type).ByName.Keys;
}
