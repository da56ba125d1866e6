using System.ComponentModel.DataAnnotations;
using System.Globalization;

namespace IRConStyle.Plugins.Degradations;

/// <summary>Says that an option is a lower bound: at most the value of another option of the same class.</summary>
/// <param name="other">The other option.</param>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class AtMostAttribute(string other) : ValidationAttribute
{
    /// <inheritdoc/>
    protected override ValidationResult? IsValid(object? value, ValidationContext validationContext)
    {
        var instance = validationContext.ObjectInstance;
        var limit = Convert.ToDouble(instance.GetType().GetProperty(other)!.GetValue(instance), CultureInfo.InvariantCulture);
        return value is null || Convert.ToDouble(value, CultureInfo.InvariantCulture) <= limit
            ? ValidationResult.Success
            : new ValidationResult(string.Create(CultureInfo.InvariantCulture, $"accepted is at most {other} ({limit})"), [validationContext.MemberName!]);
    }
}
