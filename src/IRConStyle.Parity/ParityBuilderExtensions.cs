using IRConStyle.Framework.Hosting;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace IRConStyle.Parity;

/// <summary>Adds the checks against golden vectors to a host.</summary>
public static class ParityBuilderExtensions
{
    /// <summary>Adds the <see cref="ParityRunner"/>.</summary>
    /// <param name="builder">The framework's builder.</param>
    public static IIRConStyleBuilder AddParity(this IIRConStyleBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.TryAddSingleton<ParityRunner>();
        return builder;
    }
}
