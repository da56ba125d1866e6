namespace IRConStyle.Abstractions;

/// <summary>
/// A problem the user can solve: a bad file, option, plugin or path. Hosts show <see cref="Exception.Message"/> and
/// <see cref="Remedy"/> without a stack trace.
/// </summary>
public class IRConStyleException : Exception
{
    /// <summary>Creates the error.</summary>
    /// <param name="message">Which file or option, and what is wrong with it.</param>
    /// <param name="remedy">What would be right, as one sentence.</param>
    /// <param name="innerException">The technical cause, shown only on request.</param>
    public IRConStyleException(string message, string? remedy = null, Exception? innerException = null)
        : base(message, innerException) => Remedy = remedy;

    /// <summary>Creates an error without text; for serializers and analyzers only.</summary>
    public IRConStyleException()
    {
    }

    /// <summary>Creates the error without a remedy.</summary>
    /// <param name="message">Which file or option, and what is wrong with it.</param>
    public IRConStyleException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the error with its technical cause.</summary>
    /// <param name="message">Which file or option, and what is wrong with it.</param>
    /// <param name="innerException">The technical cause.</param>
    public IRConStyleException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>What the user can do about it; null when the message says everything.</summary>
    public string? Remedy { get; }

    /// <summary>Message, remedy, cause and stack trace: what a program that does not handle the error shows.</summary>
    public override string ToString()
    {
        var text = base.ToString();
        if (Remedy is null)
            return text;
        // The remedy belongs to the message, not below a stack of calls.
        var head = $"{GetType()}: {Message}";
        return text.StartsWith(head, StringComparison.Ordinal) ? text.Insert(head.Length, $" {Remedy}") : $"{text}{Environment.NewLine}{Remedy}";
    }
}
