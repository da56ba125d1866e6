using Microsoft.Extensions.Configuration;

namespace IRConStyle.Framework.Configuration;

/// <summary>
/// Binds configuration sections to options classes, strictly: unknown keys, values that do not convert and values out of
/// bounds are errors, all of them reported at once with their full path and what is accepted.
/// </summary>
/// <remarks>
/// Unlike the stock binder, an array in the configuration replaces the default array. Elements of plain types may also be
/// given as one comma-separated value, which suits a command line. Property bounds are data annotations; bounds on
/// an array of numbers hold for each element.
/// </remarks>
public static class OptionsBinder
{
    /// <summary>Binds a section to a new instance.</summary>
    /// <typeparam name="T">An options class whose properties have defaults.</typeparam>
    /// <param name="section">The section; an absent one gives the defaults.</param>
    /// <param name="otherKeys">Keys of the section that belong to others and are passed over.</param>
    /// <exception cref="ConfigurationException">Lists everything wrong in the section.</exception>
    public static T Bind<T>(IConfigurationSection section, IEnumerable<string>? otherKeys = null)
        where T : class, new() => (T)Bind(typeof(T), section, otherKeys);

    /// <summary>Binds a section to a new instance.</summary>
    /// <param name="type">An options class with a parameterless constructor whose properties have defaults.</param>
    /// <param name="section">The section; an absent one gives the defaults.</param>
    /// <param name="otherKeys">Keys of the section that belong to others and are passed over.</param>
    /// <exception cref="ConfigurationException">Lists everything wrong in the section.</exception>
    public static object Bind(Type type, IConfigurationSection section, IEnumerable<string>? otherKeys = null)
    {
        var errors = new List<ConfigurationError>();
        var options = TryBind(type, section, errors, otherKeys);
        return errors.Count == 0 ? options : throw new ConfigurationException(errors);
    }

    /// <summary>Binds a section and adds what is wrong to a list; the result counts only when nothing was added.</summary>
    internal static object TryBind(
        Type type, IConfigurationSection section, List<ConfigurationError> errors, IEnumerable<string>? otherKeys = null)
    {
        ArgumentNullException.ThrowIfNull(type);
        ArgumentNullException.ThrowIfNull(section);
        return new ObjectBinding(errors).Bind(type, section, Activator.CreateInstance(type)!, otherKeys);
    }
}
