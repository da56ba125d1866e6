using System.Reflection;
using System.Text.Json;
using IRConStyle.Abstractions;

namespace IRConStyle.Parity;

/// <summary>Makes a component's options from the constructor arguments of the authors' class.</summary>
internal static class ReferenceOptions
{
    /// <summary>The argument that decides between the training and the inference side; the engine's business, not an option.</summary>
    private const string TrainArgument = "Train";

    /// <summary>Fills an options class through its <see cref="ReferenceArgumentAttribute"/>s.</summary>
    /// <param name="type">The options class.</param>
    /// <param name="arguments">Arguments by name.</param>
    /// <exception cref="IRConStyleException">An argument has no option, or its value does not convert.</exception>
    public static object Create(Type type, IReadOnlyDictionary<string, JsonElement> arguments)
    {
        var options = Activator.CreateInstance(type)!;
        var properties = type.GetProperties()
            .Select(property => (Property: property, property.GetCustomAttribute<ReferenceArgumentAttribute>()?.Name))
            .Where(pair => pair.Name is not null)
            .ToDictionary(pair => pair.Name!, pair => pair.Property, StringComparer.Ordinal);
        foreach (var (name, value) in arguments.Where(argument => argument.Key != TrainArgument))
        {
            if (!properties.TryGetValue(name, out var property))
                throw new IRConStyleException(
                    $"The constructor argument {name} has no option in {type.Name}; known are {string.Join(", ", properties.Keys)}.");
            try
            {
                property.SetValue(options, value.Deserialize(property.PropertyType));
            }
            catch (JsonException exception)
            {
                throw new IRConStyleException(
                    $"The constructor argument {name} = {value} does not fit {type.Name}.{property.Name}: {exception.Message}", null, exception);
            }
        }

        return options;
    }
}
