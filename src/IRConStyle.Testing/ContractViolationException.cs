using IRConStyle.Abstractions;

namespace IRConStyle.Testing;

/// <summary>
/// A component does not do what its contract asks: <see cref="Exception.Message"/> says what is wrong, and
/// <see cref="IRConStyleException.Remedy"/> what would be right.
/// </summary>
public sealed class ContractViolationException : IRConStyleException
{
    /// <summary>Creates the finding.</summary>
    /// <param name="message">What is wrong, with the numbers at hand.</param>
    /// <param name="remedy">What would be right.</param>
    /// <param name="innerException">What the component threw; null when it returned something wrong.</param>
    public ContractViolationException(string message, string? remedy, Exception? innerException = null)
        : base(message, remedy, innerException)
    {
    }

    /// <summary>Creates a finding without text; for serializers and analyzers only.</summary>
    public ContractViolationException()
    {
    }

    /// <summary>Creates a finding without a remedy.</summary>
    /// <param name="message">What is wrong.</param>
    public ContractViolationException(string message)
        : base(message)
    {
    }

    /// <summary>Creates a finding with its cause.</summary>
    /// <param name="message">What is wrong.</param>
    /// <param name="innerException">What the component threw.</param>
    public ContractViolationException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
