using System.Reflection;

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
    public IEnumerable<string> RootKeys => Key.Length > 0 ? [Key] : Properties(Type).Select(property => property.Name);

    /// <summary>What the binder sets of an options class, the base class's properties first.</summary>
    public static IEnumerable<PropertyInfo> Properties(Type type)
        => (type.BaseType is { } parent && parent != typeof(object) ? Properties(parent) : []).Concat(
            type.GetProperties(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
                .Where(property => property.SetMethod is { IsPublic: true } && property.GetIndexParameters().Length == 0));
}
