using System.Text;
using IRConStyle.Framework.Files;

namespace IRConStyle.Framework.Tests.Files;

public sealed class LongNameTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void A_file_with_the_longest_name_there_may_be_is_written()
    {
        var path = _directory.File(new string('n', 251) + ".png");
        AtomicFile.Write(path, stream => stream.WriteByte(1));
        File.ReadAllBytes(path).ShouldBe([1]);
        Directory.GetFiles(_directory.Path).Length.ShouldBe(1);
    }

    [Theory]
    [InlineData("n", 1, "n_2.png")]
    [InlineData("n", 300, null)]
    [InlineData("é", 200, null)]
    [InlineData("🌧", 100, null)]
    public void A_stem_that_is_too_long_loses_its_end(string letter, int count, string? expected)
    {
        var stem = string.Concat(Enumerable.Repeat(letter, count));
        var name = FileNames.Join(stem, "_2.png");
        Encoding.UTF8.GetByteCount(name).ShouldBeLessThanOrEqualTo(255);
        name.ShouldEndWith("_2.png");
        // No letter is cut in two.
        stem.ShouldStartWith(name[..^6]);
        (name.Length - 6).ShouldBe(expected is null ? (255 - 6) / Encoding.UTF8.GetByteCount(letter) * letter.Length : 1);
    }
}
