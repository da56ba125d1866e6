using Microsoft.Extensions.Configuration;

namespace IRConStyle.Framework.Configuration;

/// <summary>Binds a room's keys of the section <c>IRConStyle</c>.</summary>
internal static class SectionBinding
{
    /// <summary>Binds the keys of an options class.</summary>
    /// <typeparam name="TOptions">The options class.</typeparam>
    /// <param name="section">The section.</param>
    /// <param name="key">The part that holds them; empty for the section itself.</param>
    /// <exception cref="ConfigurationException">Lists everything wrong with them.</exception>
    public static TOptions Bind<TOptions>(FrameworkSection section, string key)
        where TOptions : class
    {
        var errors = new List<ConfigurationError>();
        var options = (TOptions)TryBind(typeof(TOptions), key, section.Root(), errors);
        return errors.Count == 0 ? options : throw new ConfigurationException(errors);
    }

    /// <summary>Binds them and adds what is wrong to a list; the result counts only when nothing was added.</summary>
    public static object TryBind(Type type, string key, SectionNode root, List<ConfigurationError> errors)
    {
        // Others own other keys of the section itself.
        var others = key.Length == 0 ? root.Children.Select(child => child.Key) : null;
        IConfigurationSection part = key.Length == 0 ? root : root.GetSection(key);
        return OptionsBinder.TryBind(type, part, errors, others);
    }
}
