using System.Text.RegularExpressions;
using IRConStyle.Abstractions;

namespace IRConStyle.Testing;

/// <summary>One requirement of a contract, as something that can be run.</summary>
public abstract partial class ContractCheck
{
    private protected ContractCheck(Type contract, string name) => (Contract, Name) = (contract, name);

    /// <summary>The contract, for example <see cref="IBackbone"/>.</summary>
    public Type Contract { get; }

    /// <summary>The method's name: <c>KeepsTheSize</c>.</summary>
    public string Name { get; }

    /// <summary>The name as words: <c>keeps the size</c>.</summary>
    public string Words => NextWord().Replace(Name, match => $" {match.Value.ToLowerInvariant()}").Trim();

    /// <inheritdoc/>
    public override string ToString() => Words;

    /// <summary>The checks of a contract, in the order in which they are best read.</summary>
    internal static IReadOnlyList<ContractCheck> ListOf<TContract, TSubject>(params Action<TSubject>[] checks)
        => [.. checks.Select(check => new ContractCheck<TSubject>(typeof(TContract), check))];

    [GeneratedRegex("[A-Z]")]
    private static partial Regex NextWord();
}

/// <summary>One requirement of a contract.</summary>
/// <typeparam name="TSubject">What is checked, for example <see cref="BackboneUnderTest"/>.</typeparam>
public sealed class ContractCheck<TSubject> : ContractCheck
{
    private readonly Action<TSubject> _check;

    internal ContractCheck(Type contract, Action<TSubject> check)
        : base(contract, check.Method.Name) => _check = check;

    /// <summary>Checks a component.</summary>
    /// <param name="subject">Builds it.</param>
    /// <exception cref="ContractViolationException">It does not hold; whatever the component throws counts as that.</exception>
    public void Run(TSubject subject)
    {
        try
        {
            _check(subject);
        }
        catch (Exception exception) when (exception is not ContractViolationException)
        {
            // libtorch puts its own stack below the first line of a message.
            throw new ContractViolationException(
                $"throws {exception.GetType().Name}: {exception.Message.Split('\n')[0].TrimEnd()}",
                (exception as IRConStyleException)?.Remedy ?? "Nothing is to be thrown for what the engine gives here.",
                exception);
        }
    }
}
