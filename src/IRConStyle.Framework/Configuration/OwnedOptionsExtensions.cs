using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace IRConStyle.Framework.Configuration;

/// <summary>How a room takes the keys it owns.</summary>
internal static class OwnedOptionsExtensions
{
    /// <summary>Binds keys of the section <c>IRConStyle</c> to an options class.</summary>
    /// <typeparam name="TOptions">The options class; every property has a default.</typeparam>
    /// <param name="services">The host's services.</param>
    /// <param name="configuration">The host's configuration, whose reloading changes the options.</param>
    /// <param name="key">The key of the part that holds them; empty where they stand in the section itself.</param>
    public static void AddOwnedOptions<TOptions>(this IServiceCollection services, IConfiguration configuration, string key)
        where TOptions : class
    {
        if (!services.TryOwn(new OwnedKeys(typeof(TOptions), key)))
            return;
        services.AddFactory<TOptions>(provider =>
        {
            var section = provider.GetRequiredService<FrameworkSection>();
            return _ => SectionBinding.Bind<TOptions>(section, key);
        });
        services.AddSingleton<IOptionsChangeTokenSource<TOptions>>(new ConfigurationChangeTokenSource<TOptions>(Options.DefaultName, configuration));
    }

    /// <summary>Binds a part of the section <c>IRConStyle</c> that holds options by name.</summary>
    /// <typeparam name="TOptions">The options class of an entry.</typeparam>
    /// <param name="services">The host's services.</param>
    /// <param name="key">The part's key.</param>
    /// <param name="noun">What one entry is called in messages.</param>
    /// <param name="own">Keys that an entry never takes from the one it is based on.</param>
    public static void AddNamedOptions<TOptions>(this IServiceCollection services, string key, string noun, params string[] own)
        where TOptions : class, new()
    {
        if (!services.TryOwn(new OwnedKeys(typeof(TOptions), key, IsByName: true)))
            return;
        services.AddSingleton(provider => new NamedSections<TOptions>(provider.GetRequiredService<FrameworkSection>(), key, noun, own));
        services.AddFactory<TOptions>(provider =>
        {
            var sections = provider.GetRequiredService<NamedSections<TOptions>>();
            return name => OptionsBinder.Bind<TOptions>(sections.Find(name) ?? new SectionNode(sections.PathOf(name)));
        });
    }

    private static bool TryOwn(this IServiceCollection services, OwnedKeys keys)
    {
        if (services.Any(service => service.ImplementationInstance is OwnedKeys known && known == keys))
            return false;
        services.AddSingleton(keys);
        services.AddOptions();
        return true;
    }

    private static void AddFactory<TOptions>(this IServiceCollection services, Func<IServiceProvider, Func<string, TOptions>> bind)
        where TOptions : class
    {
        services.TryAddSingleton<IOptionsFactory<TOptions>>(provider => new SectionOptionsFactory<TOptions>(
            bind(provider),
            provider.GetServices<IConfigureOptions<TOptions>>(),
            provider.GetServices<IPostConfigureOptions<TOptions>>(),
            provider.GetServices<IValidateOptions<TOptions>>()));
        services.TryAddSingleton<IOptionsMonitorCache<TOptions>, ReloadedOptionsCache<TOptions>>();
    }
}
