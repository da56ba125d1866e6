using IRConStyle.Abstractions;
using IRConStyle.Framework.Configuration;

namespace IRConStyle.Framework.Tests.Pipelines;

public class IRConStyleExceptionTests
{
    [Fact]
    public void Unhandled_it_shows_what_can_be_done_beside_what_happened()
    {
        var text = Thrown(new IRConStyleException("The file is gone.", "Put it back.", new InvalidOperationException("no such thing"))).ToString();

        text.ShouldStartWith("IRConStyle.Abstractions.IRConStyleException: The file is gone. Put it back.");
        text.ShouldContain("InvalidOperationException: no such thing");
        text.ShouldContain("   at ");
    }

    [Fact]
    public void Without_a_remedy_it_is_shown_as_any_exception()
    {
        Thrown(new IRConStyleException("The file is gone.")).ToString().Split('\n')[0].TrimEnd().ShouldBe("IRConStyle.Abstractions.IRConStyleException: The file is gone.");
        Thrown(new ConfigurationException("The key is wrong.")).ToString().ShouldContain("ConfigurationException: The key is wrong.");
    }

    private static Exception Thrown(Exception exception) => Should.Throw<IRConStyleException>(new Action(() => throw exception));
}
