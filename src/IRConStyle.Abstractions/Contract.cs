namespace IRConStyle.Abstractions;

/// <summary>The version of the contracts in this assembly.</summary>
public static class Contract
{
    /// <summary>
    /// Raised when a contract changes so that older hosts cannot run newer plugins. It is a constant on purpose:
    /// the compiler copies it into a plugin, so a plugin reports the version it was <em>built</em> against.
    /// </summary>
    public const int Version = 1;
}
