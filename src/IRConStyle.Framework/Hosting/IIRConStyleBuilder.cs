using IRConStyle.Abstractions;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace IRConStyle.Framework.Hosting;

/// <summary>Adds to the framework while a host is built. Adding the same twice changes nothing.</summary>
public interface IIRConStyleBuilder
{
    /// <summary>The host's services.</summary>
    IServiceCollection Services { get; }

    /// <summary>The host's configuration.</summary>
    IConfiguration Configuration { get; }

    /// <summary>Adds a plugin of the program itself, without a folder.</summary>
    /// <param name="plugin">The plugin.</param>
    /// <exception cref="IRConStyleException">The plugin throws, is too new, or uses a taken name; nothing of it is registered.</exception>
    IIRConStyleBuilder AddPlugin(IRestorationPlugin plugin);

    /// <summary>
    /// Adds an options class for a part of its own below <c>IRConStyle</c>: bound strictly when first asked for, as
    /// <see cref="Microsoft.Extensions.Options.IOptions{TOptions}"/> and its kin.
    /// </summary>
    /// <typeparam name="TOptions">The options class; every property has a default.</typeparam>
    /// <param name="key">The part's key, for example <c>Worker</c>.</param>
    IIRConStyleBuilder AddOptions<TOptions>(string key)
        where TOptions : class, new();

    /// <summary>Checks the whole configuration when the host starts, and refuses to start when something is wrong.</summary>
    IIRConStyleBuilder ValidateOnStart();
}
