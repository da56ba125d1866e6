using System.Text.Json;
using IRConStyle.Abstractions;
using IRConStyle.Framework.Plugins;
using TorchSharp;

namespace IRConStyle.Parity;

/// <summary>
/// Checks losses against values and gradients of the authors' losses. An entry's name begins with the authors' class; what is
/// behind it are arguments of its constructor. Differences are relative: to the value, and to the gradient's peak.
/// </summary>
/// <remarks>
/// A loss here takes two images, or what an encoder yields, and gives one number, so entries with weights for each element
/// (<c>_w1</c>, <c>_w3</c>), without reduction, or on other inputs are not checked.
/// </remarks>
internal sealed class LossParity(ComponentCatalogue catalogue, IServiceProvider services)
{
    public const string Kind = "losses";
    private const string Expected = "expected_f64/";
    private const string Gradient = ".grad";
    private const double Tolerance = 1e-6;

    private static readonly Dictionary<string, Golden> Known = new(StringComparer.Ordinal)
    {
        ["L1Loss_mean"] = new("L1Loss", """{ "reduction": "mean" }"""),
        ["L1Loss_sum"] = new("L1Loss", """{ "reduction": "sum" }"""),
        ["MSELoss_mean"] = new("MSELoss", """{ "reduction": "mean" }"""),
        ["MSELoss_sum"] = new("MSELoss", """{ "reduction": "sum" }"""),
        ["CharbonnierLoss_mean"] = new("CharbonnierLoss", """{ "reduction": "mean" }"""),
        ["CharbonnierLoss_sum"] = new("CharbonnierLoss", """{ "reduction": "sum" }"""),
        ["CharbonnierLoss_eps1e-3"] = new("CharbonnierLoss", """{ "eps": 1e-3 }"""),
        ["WeightedTVLoss_mean"] = new("WeightedTVLoss", """{ "reduction": "mean" }""", 0.7),
        ["WeightedTVLoss_sum"] = new("WeightedTVLoss", """{ "reduction": "sum" }""", 0.7),
        ["CrossEntropyLoss"] = new("CrossEntropyLoss", "{}"),
        ["ContentLoss"] = new("ContentLoss", "{}"),
        ["ContentLoss_lw0.3"] = new("ContentLoss", "{}", 0.3),
        // The authors' class takes the argument and ignores it.
        ["ContentLoss_reduction_sum"] = new("ContentLoss", "{}"),
        // The term of their training loop: similarities of two batches of latents, then StyleLoss.
        ["style_term_one_pair"] = new("StyleLoss", "{}"),
    };

    /// <summary>Checks a file of this kind.</summary>
    /// <exception cref="IRConStyleException">An input or a value is missing, or has another shape.</exception>
    public ParityFileResult Check(GoldenFile file)
    {
        var table = new ParityTable();
        foreach (var name in Entries(file))
            Check(file, name, table);
        return table.ToFileResult(file.FilePath, Kind);
    }

    /// <summary>Values of the float64 run, and of the float32 run where that alone is stored.</summary>
    private static IEnumerable<string> Entries(GoldenFile file)
        => file.Names(Expected).Concat(file.Names("expected/"))
            .Where(name => !name.EndsWith(Gradient, StringComparison.Ordinal))
            .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);

    private void Check(GoldenFile file, string name, ParityTable table)
    {
        using var scope = torch.NewDisposeScope();
        if (!Known.TryGetValue(name, out var golden))
            table.NotChecked(name);
        else if (catalogue.FindByReferenceName<IRestorationLoss>(golden.Class) is { } image)
            Compare(file, name, golden, image.Info.Name, Read(file, "pred"), table, restored => Create(image, golden).Compute(restored, Read(file, "target")));
        else if (catalogue.FindByReferenceName<IContrastiveLoss>(golden.Class) is { } contrast)
            CompareContrast(file, name, golden, contrast, table);
        else
            table.NotChecked($"{name} ({golden.Class} is not registered)");
    }

    private void CompareContrast(GoldenFile file, string name, Golden golden, IComponentFactory<IContrastiveLoss> component, ParityTable table)
    {
        var byLogits = golden.Class == "CrossEntropyLoss";
        var (latents, other, logits, labels) = (Read(file, "vec_a"), Read(file, "vec_b"), Read(file, "logits"), Read(file, "labels"));
        Compare(file, name, golden, component.Info.Name, byLogits ? logits : latents, table, input => Create(component, golden).Compute(
            new ContrastiveOutput(new StyleCode([byLogits ? latents : input], []), other, [other], byLogits ? input : logits, labels)));
    }

    private static void Compare(
        GoldenFile file, string name, Golden golden, string component, torch.Tensor input, ParityTable table, Func<torch.Tensor, torch.Tensor> compute)
    {
        input.requires_grad_(true);
        var loss = compute(input) * golden.Weight;
        loss.backward();
        Compare(file, name, $"{component}: {name}", loss, table);
        if (file.Has(Expected + name + Gradient))
            Compare(file, name + Gradient, $"{component}: {name}{Gradient}", input.grad ?? torch.zeros_like(input), table);
    }

    private static void Compare(GoldenFile file, string name, string group, torch.Tensor computed, ParityTable table)
    {
        var golden = file.Read((file.Has(Expected + name) ? Expected : "expected/") + name).to(torch.float64);
        if (!golden.shape.AsSpan().SequenceEqual(computed.shape))
            throw file.Bad($"has {name} as [{string.Join('×', golden.shape)}], computed is [{string.Join('×', computed.shape)}]");
        var difference = (computed.detach().to(torch.float64) - golden).abs().max().item<double>();
        table.Add(group, difference / Math.Max(golden.abs().max().item<double>(), 1e-30), Tolerance);
    }

    private static torch.Tensor Read(GoldenFile file, string input)
        => file.Has("input/" + input) ? file.Read("input/" + input) : throw file.Bad($"has no input/{input}");

    private TLoss Create<TLoss>(IComponentFactory<TLoss> component, Golden golden)
        where TLoss : class
        => component.Create(
            ReferenceOptions.Create(component.OptionsType, JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(golden.Arguments)!),
            new ComponentContext(services));

    /// <summary>The authors' class, its arguments, and the <c>loss_weight</c>, which here is the pipeline's business.</summary>
    private sealed record Golden(string Class, string Arguments, double Weight = 1);
}
