using IRConStyle.Abstractions;
using IRConStyle.Framework.Native;
using TorchSharp;

namespace IRConStyle.Framework.Tests.Native;

public sealed class TorchNativeTests
{
    [Fact]
    public void A_tensor_can_be_made_after_loading()
    {
        using var ones = torch.ones(2, 3);
        ones.sum().item<float>().ShouldBe(6f);
        TorchNative.Info.ShouldNotBeNull();
    }

    [Fact]
    public void No_copy_of_libtorch_lies_in_the_output()
        => Directory.GetFiles(AppContext.BaseDirectory, "*torch_cpu*", SearchOption.AllDirectories).ShouldBeEmpty();

    [Fact]
    public void A_missing_library_is_named_with_the_places_searched_and_the_remedy()
    {
        var error = Should.Throw<IRConStyleException>(() => TorchNativeFiles.Find(["/nowhere/a", "/nowhere/b"]));
        error.Message.ShouldContain("LibTorchSharp");
        error.Message.ShouldContain("/nowhere/a, /nowhere/b");
        error.Remedy.ShouldNotBeNull().ShouldContain("IRCONSTYLE_LIBTORCH");
    }

    [SkippableFact]
    public void Cuda_wins_over_cpu_and_dependencies_come_before_their_users()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "The file names are those of Linux.");
        using var directory = new TemporaryDirectory();
        foreach (var name in new[] { "libLibTorchSharp.so", "libtorch_cpu.so", "libtorch_cuda.so", "libc10.so", "libc10_cuda.so", "libcudart-1234.so.12", "libtorch.so" })
            File.WriteAllText(Path.Combine(directory.Path, name), "");
        var files = TorchNativeFiles.Find([directory.Path]);

        Path.GetFileName(files.TorchLibrary).ShouldBe("libtorch_cuda.so");
        files.Dependencies.Select(Path.GetFileName).ShouldBe(
            ["libc10.so", "libcudart-1234.so.12", "libc10_cuda.so", "libtorch_cpu.so", "libtorch.so"]);
    }
}
