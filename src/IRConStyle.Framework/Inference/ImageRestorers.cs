using IRConStyle.Abstractions;
using IRConStyle.Framework.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace IRConStyle.Framework.Inference;

/// <summary>A restorer that a program added.</summary>
/// <param name="Name">Its pipeline.</param>
internal sealed record RestorerName(string Name);

/// <summary>Finds restorers by name among a host's services.</summary>
/// <param name="services">The host's services.</param>
/// <param name="added">Those there are.</param>
internal sealed class ImageRestorers(IServiceProvider services, IEnumerable<RestorerName> added) : IImageRestorers
{
    /// <inheritdoc/>
    public IReadOnlyList<string> Names { get; } = [.. added.Select(restorer => restorer.Name).Order(StringComparer.OrdinalIgnoreCase)];

    /// <inheritdoc/>
    public IImageRestorer Get(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return services.GetRequiredKeyedService<IImageRestorer>(
            Names.FirstOrDefault(known => known.Equals(name, StringComparison.OrdinalIgnoreCase)) ?? throw Unknown(name));
    }

    /// <summary>The error for a name that nobody added.</summary>
    public IRConStyleException Unknown(string name)
        => new($"There is no restorer '{name}'; {NearestName.Hint(name, Names)}.", $"Add it to the host: AddIRConStyle(…).AddRestorer(\"{name}\").");
}
