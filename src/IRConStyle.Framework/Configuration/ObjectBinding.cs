using System.Collections;
using System.Globalization;
using System.Reflection;
using Microsoft.Extensions.Configuration;

namespace IRConStyle.Framework.Configuration;

/// <summary>Walks a section and an options object in parallel and collects what does not fit.</summary>
internal sealed class ObjectBinding(List<ConfigurationError> errors)
{
    /// <summary>Overwrites an instance's properties with what the section holds, then checks the bounds.</summary>
    public object Bind(Type type, IConfigurationSection section, object instance, IEnumerable<string>? otherKeys = null)
    {
        if (!string.IsNullOrEmpty(section.Value))
        {
            errors.Add(new(section.Path, section.Value, $"a section with keys of its own is expected, not a value: {KnownKeys(type)}"));
            return instance;
        }

        var properties = OptionsShape.Of(type).ByName;
        var failed = new HashSet<string>(StringComparer.Ordinal);
        foreach (var child in section.GetChildren())
        {
            if (!properties.TryGetValue(child.Key, out var property))
            {
                if (otherKeys?.Contains(child.Key, StringComparer.OrdinalIgnoreCase) != true)
                    errors.Add(new(child.Path, null, $"this key is unknown; {NearestName.Hint(child.Key, [.. properties.Keys])}"));
                continue;
            }

            var before = errors.Count;
            var value = BindValue(property.PropertyType, child, property.GetValue(instance), property);
            if (errors.Count == before)
                property.SetValue(instance, value);
            else
                failed.Add(property.Name);
        }

        // Nested options that are not configured still have bounds: a required name, say.
        foreach (var property in properties.Values.Where(property => IsNested(property.PropertyType) && !section.GetSection(property.Name).Exists()))
            if (property.GetValue(instance) is { } nested)
                Bind(property.PropertyType, section.GetSection(property.Name), nested);

        // Sections that are bound later keep their path even where nothing is configured, for the messages of then.
        foreach (var property in properties.Values.Where(property => property.PropertyType == typeof(IConfigurationSection)))
            property.SetValue(instance, section.GetSection(property.Name));

        OptionsBounds.Check(instance, properties.Values.Where(property => !failed.Contains(property.Name)), section, errors);
        return instance;
    }

    private object? BindValue(Type type, IConfigurationSection section, object? current, PropertyInfo? property)
    {
        if (type == typeof(IConfigurationSection))
            return section;
        if (ScalarBinding.Handles(type))
            return BindScalar(type, section, property);
        if (DictionaryValueType(type) is { } valueType)
            return BindDictionary(valueType, section, current);
        if (ElementType(type) is { } elementType)
            return BindList(type, elementType, section, property);
        if (string.IsNullOrEmpty(section.Value) && !section.GetChildren().Any() && property is not null && AllowsNull(property))
            return null;
        return Bind(type, section, current ?? Activator.CreateInstance(type)!);
    }

    private object? BindScalar(Type type, IConfigurationSection section, PropertyInfo? property)
    {
        if (section.Value is { } text && ScalarBinding.TryConvert(type, text, out var value))
            return value;
        if (section.Value is null && !section.GetChildren().Any() && property is not null && AllowsNull(property))
            return null;
        errors.Add(new(section.Path, section.Value ?? (section.GetChildren().Any() ? "{…}" : "null"), $"accepted is {OptionsBounds.Accepted(type, property)}"));
        return null;
    }

    private object BindList(Type type, Type elementType, IConfigurationSection section, PropertyInfo? property)
    {
        var list = (IList)Activator.CreateInstance(typeof(List<>).MakeGenericType(elementType))!;
        var children = section.GetChildren().ToList();
        if (!string.IsNullOrEmpty(section.Value))
        {
            if (!ScalarBinding.Handles(elementType))
                errors.Add(new(section.Path, section.Value, "a list is expected"));
            else
                foreach (var text in section.Value.Split(',', StringSplitOptions.TrimEntries))
                    list.Add(BindScalar(elementType, new TextSection(section, text), property));
        }
        else
        {
            foreach (var child in children)
            {
                if (!int.TryParse(child.Key, NumberStyles.None, CultureInfo.InvariantCulture, out _))
                    errors.Add(new(child.Path, null, "a list is expected here, whose keys are 0, 1, 2 …"));
                else
                    list.Add(BindElement(elementType, child, property));
            }
        }

        if (!type.IsArray)
            return list;
        var array = Array.CreateInstance(elementType, list.Count);
        list.CopyTo(array, 0);
        return array;
    }

    private object? BindElement(Type elementType, IConfigurationSection child, PropertyInfo? property)
        => ScalarBinding.Handles(elementType) ? BindScalar(elementType, child, property) : BindValue(elementType, child, null, null);

    private object BindDictionary(Type valueType, IConfigurationSection section, object? current)
    {
        var dictionary = (IDictionary)Activator.CreateInstance(
            typeof(Dictionary<,>).MakeGenericType(typeof(string), valueType), StringComparer.OrdinalIgnoreCase)!;
        foreach (DictionaryEntry entry in current as IDictionary ?? dictionary)
            dictionary[entry.Key] = entry.Value;
        if (!string.IsNullOrEmpty(section.Value))
            errors.Add(new(section.Path, section.Value, "a section of names is expected, not a value"));
        foreach (var child in section.GetChildren())
            dictionary[child.Key] = BindValue(valueType, child, dictionary[child.Key], null);
        return dictionary;
    }

    private static bool AllowsNull(PropertyInfo property) => OptionsShape.Of(property.ReflectedType!).AllowsNull(property);

    private static bool IsNested(Type type)
        => type.IsClass && !ScalarBinding.Handles(type) && DictionaryValueType(type) is null && ElementType(type) is null;

    private static string KnownKeys(Type type) => string.Join(", ", OptionsShape.Of(type).ByName.Keys.Order(StringComparer.Ordinal));

    private static Type? ElementType(Type type)
    {
        if (type.IsArray)
            return type.GetElementType();
        return type.IsGenericType && type.IsAssignableFrom(typeof(List<>).MakeGenericType(type.GetGenericArguments()[0]))
            ? type.GetGenericArguments()[0]
            : null;
    }

    private static Type? DictionaryValueType(Type type)
        => type.IsGenericType && type.GetGenericArguments() is [var key, var value] && key == typeof(string)
            && type.IsAssignableFrom(typeof(Dictionary<,>).MakeGenericType(key, value))
            ? value
            : null;

    /// <summary>One element of a comma-separated list, at the list's own path.</summary>
    private sealed class TextSection(IConfigurationSection list, string text) : IConfigurationSection
    {
        public string Key => list.Key;

        public string Path => list.Path;

        public string? Value
        {
            get => text;
            set => throw new NotSupportedException();
        }

        public string? this[string key]
        {
            get => null;
            set => throw new NotSupportedException();
        }

        public IEnumerable<IConfigurationSection> GetChildren() => [];

        public Microsoft.Extensions.Primitives.IChangeToken GetReloadToken() => list.GetReloadToken();

        public IConfigurationSection GetSection(string key) => list.GetSection(key);
    }
}
