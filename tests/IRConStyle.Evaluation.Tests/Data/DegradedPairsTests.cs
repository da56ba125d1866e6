using IRConStyle.Abstractions;
using IRConStyle.Evaluation.Data;

namespace IRConStyle.Evaluation.Tests.Data;

public sealed class DegradedPairsTests
{
    private static readonly NamesOnly Names = new("A/photo.jpg", "a/PHOTO.png", "b.jpg");

    [Fact]
    public void Names_that_differ_by_case_alone_clash_where_files_do()
    {
        string[] files = ["A/photo.png", "a/PHOTO.png", "b.png"];
        Should.NotThrow(() => DegradedPairs.RefuseClashes(Names, files, StringComparer.Ordinal));
        var error = Should.Throw<IRConStyleException>(() => DegradedPairs.RefuseClashes(Names, files, StringComparer.OrdinalIgnoreCase));
        error.Message.ShouldContain("A/photo.jpg");
        error.Message.ShouldContain("a/PHOTO.png");
    }

    /// <summary>A dataset that has names and nothing else.</summary>
    private sealed class NamesOnly(params string[] names) : IRestorationDataset
    {
        public int Count => names.Length;

        public string NameOf(int index) => names[index];

        public RestorationSample Load(int index, SampleRequest request) => throw new NotSupportedException();
    }
}
