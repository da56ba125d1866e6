using IRConStyle.Abstractions;
using IRConStyle.Framework.Checks;

namespace IRConStyle.Framework.Inference;

/// <summary>Whatever a single image provokes, memory running out included, is that image's failure.</summary>
internal static class RestoreFailure
{
    /// <summary>The error of an image.</summary>
    /// <param name="name">What the image is called.</param>
    /// <param name="exception">What happened.</param>
    public static IRConStyleException Of(string name, Exception exception) => exception as IRConStyleException ?? new IRConStyleException(
        $"{name} could not be restored: {exception.Message.Split('\n')[0].TrimEnd()}",
        MemoryShortage.Caused(exception) ? MemoryShortage.Remedy : "--verbose shows the details.",
        exception);
}
