using System.Collections;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using Microsoft.Extensions.Configuration;

namespace IRConStyle.Framework.Configuration;

/// <summary>Checks data annotations and says in words what they accept.</summary>
internal static class OptionsBounds
{
    /// <summary>Adds an error for every property, and for the object as a whole, that is out of bounds.</summary>
    public static void Check(
        object instance, IEnumerable<PropertyInfo> properties, IConfigurationSection section, List<ConfigurationError> errors)
    {
        var before = errors.Count;
        foreach (var property in properties)
            CheckProperty(instance, property, section, errors);
        if (errors.Count > before)
            return;

        var context = new ValidationContext(instance);
        var results = instance.GetType().GetCustomAttributes<ValidationAttribute>(inherit: true)
            .Select(attribute => attribute.GetValidationResult(instance, context))
            .Concat((instance as IValidatableObject)?.Validate(context) ?? []);
        foreach (var result in results.OfType<ValidationResult>())
        {
            var member = result.MemberNames.FirstOrDefault();
            var path = member is null ? section.Path : ConfigurationPath.Combine(section.Path, member);
            errors.Add(new(path, null, (result.ErrorMessage ?? "the options contradict each other").TrimEnd('.')));
        }
    }

    /// <summary>Refuses options that were set by code and are out of bounds.</summary>
    /// <param name="options">The options.</param>
    /// <param name="path">Where they stand in the configuration.</param>
    /// <exception cref="ConfigurationException">Lists everything wrong with them.</exception>
    public static void Require(object options, string path)
    {
        var errors = new List<ConfigurationError>();
        Check(options, OptionsShape.Of(options.GetType()).Properties, new SectionNode(path), errors);
        if (errors.Count > 0)
            throw new ConfigurationException(errors);
    }

    /// <summary>What a property of this type accepts, as in "accepted is …".</summary>
    public static string Accepted(Type type, PropertyInfo? property)
    {
        var words = ScalarBinding.Describe(type);
        foreach (var attribute in property?.GetCustomAttributes<ValidationAttribute>(inherit: true) ?? [])
        {
            if (attribute is RangeAttribute range && ScalarBinding.IsNumber(type))
                words = $"{(words.StartsWith("a whole", StringComparison.Ordinal) ? "a whole number" : words)} {Bounds(range)}";
            else if (attribute is AllowedValuesAttribute allowed)
                words = string.Join(", ", allowed.Values);
        }

        return words;
    }

    private static void CheckProperty(object instance, PropertyInfo property, IConfigurationSection section, List<ConfigurationError> errors)
    {
        var value = property.GetValue(instance);
        var path = ConfigurationPath.Combine(section.Path, property.Name);
        foreach (var attribute in OptionsShape.Of(instance.GetType()).BoundsOf(property))
        {
            if (attribute is RangeAttribute or AllowedValuesAttribute && value is IEnumerable elements and not string)
            {
                var index = 0;
                foreach (var element in elements)
                    CheckValue(attribute, element, instance, property, ConfigurationPath.Combine(path, (index++).ToString(CultureInfo.InvariantCulture)), errors);
            }
            else
            {
                CheckValue(attribute, value, instance, property, path, errors);
            }
        }
    }

    private static void CheckValue(
        ValidationAttribute attribute, object? value, object instance, PropertyInfo property, string path, List<ConfigurationError> errors)
    {
        var problem = attribute switch
        {
            RequiredAttribute => attribute.IsValid(value) ? null : "a value is required",
            RangeAttribute range when value is not null && ScalarBinding.IsNumber(value.GetType())
                => IsWithin(range, value) ? null : $"accepted is {Accepted(value.GetType(), property)}",
            AllowedValuesAttribute => attribute.IsValid(value) ? null : $"accepted is {Accepted(value?.GetType() ?? typeof(string), property)}",
            _ => attribute.GetValidationResult(value, new ValidationContext(instance) { MemberName = property.Name })?.ErrorMessage,
        };
        if (problem is null)
            return;
        var shown = value switch
        {
            null or "" => null,
            string text => text,
            IEnumerable => null,
            _ => Convert.ToString(value, CultureInfo.InvariantCulture),
        };
        errors.Add(new(path, shown, problem.TrimEnd('.')));
    }

    // Compared as doubles: RangeAttribute itself rounds a fraction to its own operand type first.
    private static bool IsWithin(RangeAttribute range, object value)
    {
        var number = Convert.ToDouble(value, CultureInfo.InvariantCulture);
        var (minimum, maximum) = (ToDouble(range.Minimum), ToDouble(range.Maximum));
        return (range.MinimumIsExclusive ? number > minimum : number >= minimum)
            && (range.MaximumIsExclusive ? number < maximum : number <= maximum);
    }

    private static string Bounds(RangeAttribute range)
    {
        var from = $"{(range.MinimumIsExclusive ? "above" : "from")} {Text(range.Minimum)}";
        var isOpen = ToDouble(range.Maximum) is var maximum && (maximum >= int.MaxValue || double.IsPositiveInfinity(maximum));
        return isOpen ? from : $"{from} {(range.MaximumIsExclusive ? "to below" : "to")} {Text(range.Maximum)}";
    }

    private static double ToDouble(object bound) => Convert.ToDouble(bound, CultureInfo.InvariantCulture);

    private static string? Text(object bound) => Convert.ToString(bound, CultureInfo.InvariantCulture);
}
