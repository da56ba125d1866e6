using System.Globalization;
using System.Text.RegularExpressions;
using IRConStyle.Abstractions;
using IRConStyle.Framework.Pipelines;
using IRConStyle.Framework.Plugins;
using IRConStyle.Training.Optimization;
using TorchSharp;

namespace IRConStyle.Parity;

/// <summary>
/// Repeats the first iterations of the authors' training loop with <see cref="TrainingStep"/> in its official behaviour:
/// losses, the first gradients, weights, averages, queue and pointer.
/// </summary>
/// <param name="file">Vectors of kind "training step parity".</param>
/// <param name="catalogue">Finds losses by their name in the authors' code.</param>
/// <param name="factory">Builds the losses.</param>
internal sealed partial class TrainingStepParity(GoldenFile file, ComponentCatalogue catalogue, IPipelineFactory factory)
{
    /// <summary>Runs the iterations and compares.</summary>
    /// <param name="network">The network, built for training with the file's options, with initial weights still.</param>
    /// <param name="start">The file with the initial weights and the batches.</param>
    /// <param name="load">Loads the golden weights into the network's state.</param>
    /// <param name="type">
    /// float64 to compare everything; float32 compares what training has not amplified yet: AdamW makes a full step of a
    /// gradient that is rounding alone, so that two float32 runs part company by chance.
    /// </param>
    /// <returns>The groups of tensors compared.</returns>
    public IReadOnlyList<ParityGroup> Run(RestorationNetwork network, GoldenFile start, Action load, torch.ScalarType type)
    {
        var options = Options(file.List("loss_columns"));
        network.Backbone.Module.to(type);
        network.Encoder?.Module.to(type);
        network.Train();
        using var step = new TrainingStep(network, new TrainingLosses(options, factory), options);
        load();
        // The authors copy the parameters into the averaged network; its buffers keep the start of a fresh network.
        step.Average.Restart();

        var comparison = new TrainingComparison(file, options.LearningRate, Number("iterations"), type);
        var learningRates = file.Has("expected/lr_trace")
            ? file.Read("expected/lr_trace").to(torch.float64).data<double>().ToArray()
            : [.. Enumerable.Repeat(options.LearningRate, Number("iterations"))];
        // A file that says nothing of freezing never freezes.
        var learning = file.Text("ConStyle_iter") is null ? int.MaxValue : Number("ConStyle_iter");
        var encoder = network.Encoder as IContrastiveStyleEncoder;
        var losses = new List<torch.Tensor>();
        var pointers = new List<torch.Tensor>();
        for (var iteration = 1; iteration <= Number("iterations"); iteration++)
        {
            using var scope = torch.NewDisposeScope();
            if (iteration > learning)
                step.FreezeEncoder();
            step.Computed = (restored, contrast) => Outputs(comparison, iteration, restored, contrast, network, step);
            var values = step.Run(start.Read($"input/lq_{iteration}").to(type), start.Read($"input/gt_{iteration}").to(type), learningRates[iteration - 1]);
            losses.Add(values.MoveToOuterDisposeScope());
            if (encoder is not null)
                pointers.Add(encoder.Module.named_buffers().Single(entry => entry.name == "queue_ptr").buffer.clone().MoveToOuterDisposeScope());
        }

        comparison.Losses(torch.stack(losses));
        if (pointers.Count > 0)
            comparison.Exact("queue_ptr_trace", torch.cat(pointers));
        // The rates are what the run was given.
        comparison.Skip("lr_trace");
        foreach (var (name, value, _) in network.State())
            comparison.Final(name, value);
        foreach (var (name, value) in step.Average.Averages)
            comparison.Average(name, value);
        step.Computed = null;
        return comparison.Finish();
    }

    private static void Outputs(
        TrainingComparison comparison, int iteration, torch.Tensor restored, ContrastiveOutput? contrast, RestorationNetwork network, TrainingStep step)
    {
        using var scope = torch.NewDisposeScope();
        comparison.Output($"output_{iteration}", restored);
        if (iteration > 1)
            return;
        if (contrast is not null)
        {
            for (var i = 0; i < contrast.Query.Latents.Count; i++)
                comparison.Output($"first_q{i}", contrast.Query.Latents[i]);
            comparison.Output($"first_k{contrast.Query.Latents.Count - 1}", contrast.PositiveKey);
            for (var i = 0; i < contrast.Negatives.Count; i++)
                comparison.Output($"first_neg{i}", contrast.Negatives[i]);
            comparison.Output("first_logits", contrast.Logits);
            comparison.Exact("first_labels", contrast.Labels);
        }

        var names = network.State().ToDictionary(entry => entry.Value.Handle, entry => entry.Name);
        foreach (var parameter in step.Parameters.Parameters)
            comparison.Gradient(names[parameter.Handle], parameter.grad!);
    }

    private TrainingOptions Options(IReadOnlyList<string> columns)
    {
        var optimizer = OptimizerRule().Match(file.Text("optimizer") ?? "");
        if (!optimizer.Success)
            throw file.Bad($"describes an optimizer that is not understood: {file.Text("optimizer")}");
        return new TrainingOptions
        {
            // Zeros or no gradients at all: what zero_grad leaves to a frozen encoder.
            Behaviour = file.Text("zero_grad")?.Contains("True", StringComparison.Ordinal) == true
                ? TrainingBehaviour.OfficialTorch2 : TrainingBehaviour.Official,
            LearningRate = Parse(optimizer.Groups["lr"].Value),
            Beta1 = Parse(optimizer.Groups["beta1"].Value),
            Beta2 = Parse(optimizer.Groups["beta2"].Value),
            WeightDecay = Parse(optimizer.Groups["decay"].Value),
            EmaDecay = Parse(file.Text("ema_decay") ?? throw file.Bad("has no ema_decay")),
            Losses = [new LossOptions { Name = Known<IRestorationLoss>("L1Loss") }],
            ContrastiveLosses = [.. columns.Skip(1).Select(column => new LossOptions { Name = Known<IContrastiveLoss>(column) })],
        };
    }

    private string Known<TComponent>(string referenceName)
        where TComponent : class
        => catalogue.FindByReferenceName<TComponent>(referenceName)?.Info.Name
            ?? throw file.Bad($"uses the loss {referenceName}, which no plugin knows");

    private int Number(string key)
        => int.TryParse(file.Text(key), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw file.Bad($"has no number {key}");

    private static double Parse(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^AdamW lr=(?<lr>[\d.e-]+) betas=\((?<beta1>[\d.]+), ?(?<beta2>[\d.]+)\) eps=1e-0?8 weight_decay=(?<decay>[\d.e-]+)$", RegexOptions.ExplicitCapture)]
    private static partial Regex OptimizerRule();
}
