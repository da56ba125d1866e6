using IRConStyle.Abstractions;
using IRConStyle.Framework.Checkpoints;
using IRConStyle.Tests.Engine;
using Microsoft.Extensions.DependencyInjection;
using TorchSharp;

namespace IRConStyle.Parity.Tests;

/// <summary>Golden files made of the tiny network itself, right and wrong in known ways.</summary>
public sealed class ParityRunnerTests : IDisposable
{
    private const string Forward = "architecture forward";
    private readonly TemporaryDirectory _directory = new();
    private readonly ServiceProvider _services = EngineHost.Create();

    public void Dispose()
    {
        _services.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public void A_network_that_computes_the_golden_values_passes()
    {
        var result = Check(Write());
        result.Reason.ShouldBeNull();
        result.Status.ShouldBe(ParityStatus.Passed);
        result.Component.ShouldBe("tiny");
        var group = result.Groups.ShouldHaveSingleItem();
        group.Name.ShouldBe("out");
        group.Difference.ShouldBeLessThanOrEqualTo(group.Tolerance);
    }

    /// <summary>The golden float32 and float64 runs differ by 5e-5, so 5e-4 is allowed.</summary>
    [Theory]
    [InlineData(4e-4, ParityStatus.Passed)]
    [InlineData(6e-4, ParityStatus.Failed)]
    public void Ten_times_the_golden_rounding_is_allowed(double offset, ParityStatus expected)
    {
        var result = Check(Write(offset: offset, offset32: offset - 5e-5));
        result.Status.ShouldBe(expected);
        result.Groups.Single().Tolerance.ShouldBe(5e-4, 1e-5);
        result.Groups.Single().Difference.ShouldBe(offset, 1e-6);
    }

    [Fact]
    public void A_damaged_golden_value_does_not_widen_its_own_tolerance()
        => Check(Write(offset: 0.1, offset32: 0.2)).Status.ShouldBe(ParityStatus.Failed);

    [Fact]
    public void Without_rounding_two_millionths_of_the_peak_are_allowed()
        => Check(Write(offset: 1e-4, offset32: 1e-4)).Groups.Single().ShouldSatisfyAllConditions(
            group => group.Passed.ShouldBeFalse(),
            group => group.Tolerance.ShouldBeInRange(1e-7, 1e-5));

    [Fact]
    public void A_golden_tensor_that_nothing_is_compared_with_fails()
    {
        var result = Check(Write(tensors => tensors.Add(("expected/other", torch.zeros(2)))));
        result.Status.ShouldBe(ParityStatus.Failed);
        result.Groups.Single(group => group.Name == "other").Difference.ShouldBe(double.NaN);
    }

    [Fact]
    public void Another_shape_fails()
    {
        var result = Check(Write(tensors =>
        {
            Replace(tensors, "expected/out_0", torch.zeros(1, 3, 2, 2));
            Replace(tensors, "expected_f64/out_0", torch.zeros(1, 3, 2, 2));
        }));
        result.Status.ShouldBe(ParityStatus.Failed);
        result.Groups.Single().Difference.ShouldBe(double.NaN);
        Check(Write(tensors => Replace(tensors, "expected/out_0", torch.zeros(1, 3, 2, 2))))
            .Reason.ShouldNotBeNull().ShouldContain("has out_0 in two shapes");
    }

    [Fact]
    public void A_golden_value_that_is_no_number_fails()
        => Check(Write(offset: double.NaN, offset32: double.NaN)).Status.ShouldBe(ParityStatus.Failed);

    [Fact]
    public void Weights_that_do_not_fit_fail_with_their_names()
    {
        var missing = Check(Write(tensors => tensors.RemoveAll(entry => entry.Name == "weights/head.bias")));
        missing.Status.ShouldBe(ParityStatus.Failed);
        missing.Reason.ShouldNotBeNull().ShouldContain("missing head.bias");
        Check(Write(tensors => tensors.Add(("weights/more", torch.zeros(1))))).Reason.ShouldNotBeNull().ShouldContain("unexpected more");
        Check(Write(tensors => Replace(tensors, "weights/head.bias", torch.zeros(5)))).Reason.ShouldNotBeNull().ShouldContain("head.bias as [5]");
    }

    [Fact]
    public void A_constructor_argument_without_an_option_fails()
        => Check(Write(constructor: """{ "depth": 3 }""")).Reason.ShouldNotBeNull().ShouldContain("depth");

    [Fact]
    public void Inputs_the_network_cannot_take_fail_in_one_line()
    {
        var reason = Check(Write(tensors => Replace(tensors, "input/x0", torch.zeros(1, 2, 8, 8)))).Reason.ShouldNotBeNull();
        reason.ShouldContain("golden.safetensors cannot be computed");
        reason.ShouldNotContain("\n");
    }

    [Theory]
    [InlineData(Forward, "Elsewhere", "Elsewhere is not registered")]
    [InlineData("metrics", "TinyNet", "'metrics' are not checked here")]
    [InlineData(null, "TinyNet", "no kind")]
    public void Files_for_what_is_not_here_are_skipped(string? kind, string architecture, string reason)
    {
        var result = Check(Write(kind: kind, architecture: architecture));
        result.Status.ShouldBe(ParityStatus.Skipped);
        result.Reason.ShouldNotBeNull().ShouldContain(reason);
    }

    [Fact]
    public void A_file_that_is_no_safetensors_file_fails()
    {
        File.WriteAllText(_directory.File("bad.safetensors"), "bad");
        var result = Check(_directory.File("bad.safetensors"));
        result.Status.ShouldBe(ParityStatus.Failed);
        result.Reason.ShouldNotBeNull().ShouldContain("bad.safetensors");
    }

    [Fact]
    public void Files_are_found_in_folders_and_by_name()
    {
        Write();
        Directory.CreateDirectory(_directory.File("sub"));
        File.Copy(_directory.File("golden.safetensors"), _directory.File("sub", "b.safetensors"));
        ParityRunner.Find([_directory.Path]).ShouldBe([_directory.File("golden.safetensors"), _directory.File("sub", "b.safetensors")]);
        ParityRunner.Find([_directory.File("golden.safetensors")]).Count.ShouldBe(1);
        Should.Throw<IRConStyleException>(() => ParityRunner.Find([_directory.File("nothing")])).Message.ShouldContain("does not exist");
        Directory.CreateDirectory(_directory.File("empty"));
        Should.Throw<IRConStyleException>(() => ParityRunner.Find([_directory.File("empty")]));
    }

    private ParityFileResult Check(string path) => _services.GetRequiredService<ParityRunner>().Check(path);

    /// <summary>A golden file of the tiny network, its values moved by an offset.</summary>
    private string Write(
        Action<List<(string Name, torch.Tensor Value)>>? change = null,
        double offset = 0,
        double offset32 = 0,
        string? kind = Forward,
        string architecture = "TinyNet",
        string constructor = """{ "width": 4 }""")
    {
        using var scope = torch.NewDisposeScope();
        using var noGrad = torch.no_grad();
        using var network = _services.Network("tiny");
        var input = torch.rand(1, 3, 8, 8);
        var output = network.Restore(input);
        var tensors = network.State().Select(entry => ("weights/" + entry.Name, entry.Value)).ToList();
        tensors.AddRange([("input/x0", input), ("expected/out_0", output + offset32), ("expected_f64/out_0", output + offset)]);
        change?.Invoke(tensors);
        var metadata = new Dictionary<string, string> { ["architecture"] = architecture, ["constructor"] = constructor };
        if (kind is not null)
            metadata["kind"] = kind;
        var path = _directory.File("golden.safetensors");
        SafeTensorsWriter.Write(path, tensors, metadata);
        return path;
    }

    private static void Replace(List<(string Name, torch.Tensor Value)> tensors, string name, torch.Tensor value)
        => tensors[tensors.FindIndex(entry => entry.Name == name)] = (name, value);
}
