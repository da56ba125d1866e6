using IRConStyle.Abstractions;

namespace IRConStyle.Framework.Inference;

/// <summary>As many callers wait for a restorer as may (<see cref="RestorerOptions.MaxWaiting"/>): the same call may succeed later.</summary>
public sealed class RestorerBusyException : IRConStyleException
{
    /// <summary>Creates the error.</summary>
    /// <param name="message">Which restorer, and how many wait.</param>
    /// <param name="remedy">What would be right, as one sentence.</param>
    /// <param name="innerException">The technical cause.</param>
    public RestorerBusyException(string message, string? remedy = null, Exception? innerException = null)
        : base(message, remedy, innerException)
    {
    }

    /// <summary>Creates an error without text; for serializers and analyzers only.</summary>
    public RestorerBusyException()
    {
    }

    /// <summary>Creates the error without a remedy.</summary>
    /// <param name="message">Which restorer, and how many wait.</param>
    public RestorerBusyException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the error with its technical cause.</summary>
    /// <param name="message">Which restorer, and how many wait.</param>
    /// <param name="innerException">The technical cause.</param>
    public RestorerBusyException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
