using System.Collections.Concurrent;
using System.ComponentModel.DataAnnotations;
using System.Reflection;

namespace IRConStyle.Framework.Configuration;

/// <summary>What an options class is made of; looked up once per class, since reflection is most of the time of binding.</summary>
internal sealed class OptionsShape
{
    private static readonly ConcurrentDictionary<Type, OptionsShape> Known = new();

    private readonly Dictionary<PropertyInfo, (bool AllowsNull, ValidationAttribute[] Bounds)> _details;

    private OptionsShape(Type type)
    {
        Properties = [.. PropertiesOf(type)];
        ByName = Properties.ToDictionary(property => property.Name, StringComparer.OrdinalIgnoreCase);
        var nullability = new NullabilityInfoContext();
        _details = Properties.ToDictionary(property => property, property => (
            nullability.Create(property).WriteState is NullabilityState.Nullable,
            property.GetCustomAttributes<ValidationAttribute>(inherit: true).ToArray()));
    }

    /// <summary>What the binder sets, the base class's properties first.</summary>
    public IReadOnlyList<PropertyInfo> Properties { get; }

    /// <summary>The same by name; case is ignored.</summary>
    public IReadOnlyDictionary<string, PropertyInfo> ByName { get; }

    /// <summary>The shape of a class.</summary>
    public static OptionsShape Of(Type type) => Known.GetOrAdd(type, key => new OptionsShape(key));

    /// <summary>Whether a property may be null.</summary>
    public bool AllowsNull(PropertyInfo property) => _details[property].AllowsNull;

    /// <summary>The bounds of a property's value.</summary>
    public IReadOnlyList<ValidationAttribute> BoundsOf(PropertyInfo property) => _details[property].Bounds;

    private static IEnumerable<PropertyInfo> PropertiesOf(Type type)
        => (type.BaseType is { } parent && parent != typeof(object) ? PropertiesOf(parent) : []).Concat(
            type.GetProperties(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
                .Where(property => property.SetMethod is { IsPublic: true } && property.GetIndexParameters().Length == 0));
}
