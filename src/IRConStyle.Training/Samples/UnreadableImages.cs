using IRConStyle.Abstractions;
using Microsoft.Extensions.Logging;

namespace IRConStyle.Training.Samples;

/// <summary>Counts the images a run leaves out because they cannot be read. Safe to use from several threads at once.</summary>
/// <param name="limit">How many different ones are tolerated.</param>
/// <param name="logger">Is told of each once.</param>
internal sealed partial class UnreadableImages(int limit, ILogger logger)
{
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);

    /// <summary>How many different images were left out.</summary>
    public int Count
    {
        get
        {
            lock (_names)
                return _names.Count;
        }
    }

    /// <summary>Notes an image.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="error">Why it cannot be read.</param>
    /// <exception cref="IRConStyleException">It is one too many.</exception>
    public void Add(string name, IRConStyleException error)
    {
        lock (_names)
        {
            if (!_names.Add(name))
                return;
            if (_names.Count > limit)
                throw new IRConStyleException(
                    limit == 0 ? error.Message : $"{error.Message} It is unreadable image {_names.Count}, and Training:MaxUnreadableImages is {limit}.",
                    error.Remedy,
                    error);
            LogLeftOut(logger, error.Message, _names.Count, limit);
        }
    }

    [LoggerMessage(LogLevel.Warning, "{Problem} Another image stands in for it ({Count} of at most {Limit}).")]
    private static partial void LogLeftOut(ILogger logger, string problem, int count, int limit);
}
