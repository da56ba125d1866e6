using Microsoft.Extensions.Options;

namespace IRConStyle.Framework.Configuration;

/// <summary>
/// Makes options from the section <c>IRConStyle</c>, strictly, wherever the host asks for them: <c>IOptions</c>, <c>IOptionsMonitor</c>
/// and <c>IOptionsSnapshot</c> all build on this. What the program itself configures (<c>services.Configure</c>) comes on top.
/// </summary>
/// <typeparam name="TOptions">The options class.</typeparam>
/// <param name="bind">Makes an instance of this name from the configuration.</param>
/// <param name="setups">The program's own settings.</param>
/// <param name="postConfigures">Those that come last.</param>
/// <param name="validations">The program's own checks.</param>
internal sealed class SectionOptionsFactory<TOptions>(
    Func<string, TOptions> bind,
    IEnumerable<IConfigureOptions<TOptions>> setups,
    IEnumerable<IPostConfigureOptions<TOptions>> postConfigures,
    IEnumerable<IValidateOptions<TOptions>> validations)
    : OptionsFactory<TOptions>(setups, postConfigures, validations)
    where TOptions : class
{
    protected override TOptions CreateInstance(string name) => bind(name);
}

/// <summary>Keeps what <c>IOptionsMonitor</c> handed out until the configuration is reloaded, under whatever name.</summary>
/// <typeparam name="TOptions">The options class.</typeparam>
/// <param name="section">Known to be another reading after a reload.</param>
internal sealed class ReloadedOptionsCache<TOptions>(FrameworkSection section) : OptionsCache<TOptions>
    where TOptions : class
{
    private readonly Lock _gate = new();
    private object? _version;

    public override TOptions GetOrAdd(string? name, Func<TOptions> createOptions)
    {
        lock (_gate)
        {
            if (!ReferenceEquals(_version, section.Version))
            {
                Clear();
                _version = section.Version;
            }
        }

        return base.GetOrAdd(name, createOptions);
    }
}
