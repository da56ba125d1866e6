namespace IRConStyle.Testing;

/// <summary>What a plugin's author decides about the checks of its components.</summary>
public sealed class PluginTestSetup
{
    private readonly List<Action<object>> _changes = [];

    /// <summary>
    /// Sets options for the checks of every component that has this class of options: paths a dataset needs, or the widths of a
    /// network that would otherwise be checked in its full size.
    /// </summary>
    /// <typeparam name="TOptions">The options class.</typeparam>
    /// <param name="change">Changes what would be taken: the defaults, made small.</param>
    /// <returns>This setup.</returns>
    public PluginTestSetup Configure<TOptions>(Action<TOptions> change)
        where TOptions : class
    {
        ArgumentNullException.ThrowIfNull(change);
        _changes.Add(options =>
        {
            if (options is TOptions own)
                change(own);
        });
        return this;
    }

    internal void Apply(object options)
    {
        foreach (var change in _changes)
            change(options);
    }
}
