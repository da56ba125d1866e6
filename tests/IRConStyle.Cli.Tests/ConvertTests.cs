namespace IRConStyle.Cli.Tests;

public sealed class ConvertTests : IDisposable
{
    private static readonly string Input = SharedData.Golden("pth", "trainer_state.pth");

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Weights_go_to_safetensors_and_back()
    {
        var middle = _directory.File("net.safetensors");
        var there = Program.Run("convert", Input, middle);
        there.ExitCode.ShouldBe(0, there.Error);
        there.Lines.ShouldHaveSingleItem().ShouldBe($"7 tensors, 13 values (PyTorch, section state_dict) → {middle}");

        var back = Program.Run("convert", middle, _directory.File("net.pth"), "--wrap", "params");
        back.ExitCode.ShouldBe(0, back.Error);
        var again = Program.Run("convert", _directory.File("net.pth"), _directory.File("again.safetensors"), "--section", "params");
        again.ExitCode.ShouldBe(0, again.Error);
        again.Lines.ShouldHaveSingleItem().ShouldContain("section params");
    }

    [Fact]
    public void An_existing_file_is_replaced_only_on_request_and_the_input_never()
    {
        var output = _directory.File("net.pth");
        File.Copy(Input, output);

        Program.Run("convert", Input, output).Error.ShouldContain("exists already");
        Program.Run("convert", output, output, "--force").Error.ShouldContain("is the input itself");
        File.ReadAllBytes(output).ShouldBe(File.ReadAllBytes(Input));
        Program.Run("convert", Input, output, "--force").ExitCode.ShouldBe(0);
        File.ReadAllBytes(output).ShouldNotBe(File.ReadAllBytes(Input));
    }

    [Fact]
    public void What_cannot_be_converted_is_one_error_and_its_remedy()
    {
        var result = Program.Run("convert", Input, _directory.File("net.safetensors"), "--section", "params");

        result.ExitCode.ShouldBe(1);
        result.Output.ShouldBeEmpty();
        result.Error.ShouldContain("no section params");
        result.Error.ShouldContain("state_dict");
        File.Exists(_directory.File("net.safetensors")).ShouldBeFalse();
    }
}
