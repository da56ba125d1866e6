using IRConStyle.Evaluation.Networks;
using IRConStyle.Tests.Engine;
using Microsoft.Extensions.DependencyInjection;

namespace IRConStyle.Evaluation.Tests.Networks;

public class NetworkInspectorTests
{
    [Fact]
    public void Each_kind_of_layer_is_counted_as_by_hand()
    {
        using var services = EngineHost.Create("""{ "Pipelines": { "mixed": { "Backbone": { "Name": "mixed" } } } }""");
        var inspection = services.GetRequiredService<NetworkInspector>().Inspect("mixed", height: 16, width: 12);

        inspection.Parts.ShouldBe(
        [
            // 3→8 channels, 3×3, with bias; 8×6 outputs.
            new InspectedPart("backbone", "down", (3 * 8 * 9) + 8, 8 * 6 * 8 * 3 * 9),
            // Depthwise: one input channel per output.
            new InspectedPart("backbone", "grouped", 8 * 9, 8 * 6 * 8 * 9),
            new InspectedPart("backbone", "mix", (8 * 8) + 8, 8 * 6 * 8 * 8),
            // Transposed: each of the 8×6×8 inputs meets 3 channels of 2×2 weights.
            new InspectedPart("backbone", "up", 8 * 3 * 4, 8 * 6 * 8 * 3 * 4),
        ]);
        inspection.Parameters.ShouldBe(inspection.Parts.Sum(part => part.Parameters));
        inspection.MultiplyAccumulates.ShouldBe((8 * 6 * 8 * 27) + (8 * 6 * 8 * 9) + (8 * 6 * 8 * 8) + (8 * 6 * 8 * 12));
    }

    [Fact]
    public void Norms_are_parameters_without_cost_and_odd_sizes_are_padded()
    {
        using var services = EngineHost.Create("""
            { "Pipelines": { "tiny": { "Backbone": { "Name": "tiny", "Options": { "SizeMultiple": 4 } } } } }
            """);
        var inspection = services.GetRequiredService<NetworkInspector>().Inspect("tiny", height: 5, width: 7);
        (inspection.Height, inspection.Width).ShouldBe((5, 7));
        inspection.Parts.ShouldBe(
        [
            new InspectedPart("backbone", "head", (3 * 4 * 9) + 4, 8 * 8 * 4 * 27),
            new InspectedPart("backbone", "norm", 8, 0),
            new InspectedPart("backbone", "tail", 4 * 3 * 9, 8 * 8 * 3 * 36),
        ]);
    }

    [Fact]
    public void A_network_without_parameters_has_no_parts()
    {
        using var services = EngineHost.Create("""{ "Pipelines": { "copy": { "Backbone": { "Name": "copy" } } } }""");
        var inspection = services.GetRequiredService<NetworkInspector>().Inspect("copy", height: 1, width: 1);
        inspection.Parts.ShouldBeEmpty();
        inspection.MultiplyAccumulates.ShouldBe(0);
    }
}
