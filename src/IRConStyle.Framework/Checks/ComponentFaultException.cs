using IRConStyle.Abstractions;

namespace IRConStyle.Framework.Checks;

/// <summary>
/// A component did not do what its contract says: it threw something unforeseen, or returned what cannot be used. Not a
/// fault of the image or the setting at hand, so another image is no way out.
/// </summary>
public sealed class ComponentFaultException : IRConStyleException
{
    /// <summary>Creates the error.</summary>
    /// <param name="message">Which component of which plugin, and what it did.</param>
    /// <param name="remedy">What would be right.</param>
    /// <param name="innerException">What it threw; null when it returned something wrong.</param>
    public ComponentFaultException(string message, string? remedy = null, Exception? innerException = null)
        : base(message, remedy, innerException)
    {
    }

    /// <summary>Creates an error without text; for serializers and analyzers only.</summary>
    public ComponentFaultException()
    {
    }

    /// <summary>Creates the error without a remedy.</summary>
    /// <param name="message">Which component of which plugin, and what it did.</param>
    public ComponentFaultException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the error with its technical cause.</summary>
    /// <param name="message">Which component of which plugin, and what it did.</param>
    /// <param name="innerException">What it threw.</param>
    public ComponentFaultException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
