using IRConStyle.Abstractions;

namespace IRConStyle.Framework.Checks;

/// <summary>Where a component comes from, for messages.</summary>
/// <param name="Contract">What it is: <c>backbone</c>, <c>style encoder</c>.</param>
/// <param name="Name">The name it is registered under.</param>
/// <param name="Plugin">The plugin that brought it; null when nobody knows.</param>
/// <param name="Folder">The plugin's folder; null for a plugin of the program.</param>
internal sealed record ComponentOrigin(string Contract, string Name, string? Plugin, string? Folder)
{
    /// <summary>The error of a component that returned what cannot be used.</summary>
    /// <param name="deed">What it did, as the end of a sentence that begins with the component.</param>
    public ComponentFaultException Fault(string deed) => new($"{this} {deed}.", Remedy);

    /// <summary>Whether an exception of a component says nothing to users: its own errors do, as they are.</summary>
    /// <param name="exception">What it threw.</param>
    public static bool IsUnforeseen(Exception exception) => exception is not (IRConStyleException or OperationCanceledException);

    /// <summary>The error of a component that threw something unforeseen.</summary>
    /// <param name="exception">What it threw.</param>
    /// <param name="doing">What it was asked for: <c>restoring</c>.</param>
    public ComponentFaultException Failure(Exception exception, string doing)
    {
        // libtorch puts its own stack below the first line of a message.
        var problem = exception.Message.Split('\n')[0].TrimEnd().TrimEnd('.');
        return new ComponentFaultException(
            $"{this} failed when {doing}: {problem} ({exception.GetType().Name}).",
            MemoryShortage.Caused(exception) ? MemoryShortage.Remedy : Remedy,
            exception);
    }

    /// <summary>The beginning of a sentence: <c>The backbone 'x' of plugin P (/plugins/P)</c>.</summary>
    public override string ToString()
        => $"The {Contract} '{Name}'{(Plugin is null ? "" : $" of plugin {Plugin} ({Folder ?? "part of the program"})")}";

    private string Remedy => Plugin is null
        ? "This is a fault of the component; choose another one."
        : $"This is a fault of plugin {Plugin}: mend or update it, or choose another component.";
}
