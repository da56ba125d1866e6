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
        => (TOptions)OptionsBinder.Bind(typeof(TOptions), key.Length == 0 ? section.Only(Keys(typeof(TOptions))) : section.Part(key));

    /// <summary>Binds them and adds what is wrong to a list; the result counts only when nothing was added.</summary>
    public static object TryBind(Type type, string key, FrameworkSection section, List<ConfigurationError> errors)
        => OptionsBinder.TryBind(type, key.Length == 0 ? section.UncheckedOnly(Keys(type)) : section.UncheckedPart(key), errors);

    private static IEnumerable<string> Keys(Type type) => OptionsShape.Of(type).ByName.Keys;
}
