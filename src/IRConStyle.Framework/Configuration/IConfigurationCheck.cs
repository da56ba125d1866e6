namespace IRConStyle.Framework.Configuration;

/// <summary>Checks what one room owns of the section <c>IRConStyle</c>; all of them together check the whole.</summary>
internal interface IConfigurationCheck
{
    /// <summary>Adds everything that is wrong.</summary>
    /// <param name="errors">Receives it.</param>
    void Check(List<ConfigurationError> errors);
}

/// <summary>Checks the keys that nobody owns, and those bound to one options class each.</summary>
/// <param name="section">The section.</param>
/// <param name="owned">Who owns what.</param>
internal sealed class OwnedKeysCheck(FrameworkSection section, IEnumerable<OwnedKeys> owned) : IConfigurationCheck
{
    public void Check(List<ConfigurationError> errors)
    {
        errors.AddRange(section.UnknownKeys);
        foreach (var keys in owned.Where(keys => !keys.IsByName))
            SectionBinding.TryBind(keys.Type, keys.Key, section, errors);
    }
}
