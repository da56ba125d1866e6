using IRConStyle.Framework.Imaging;
using IRConStyle.Training.Loop;
using IRConStyle.Training.Telemetry;

namespace IRConStyle.Training.Tests.Telemetry;

public sealed class ValidationSheetsTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Samples_stand_below_each_other()
    {
        using (var recorder = Observe())
            recorder.Report(FakeRun.Validation(
                1000, 30, isBest: true, FakeRun.Sample("a.png", 10, 20, 30), FakeRun.Sample("b.png", 110, 120, 130)));

        var sheet = new ImageCodec().Read(_directory.File("validation", "iteration-00001000.png"));
        var one = ComparisonSheet.Draw([.. new byte[] { 10, 20, 30 }.Select(value => new SheetPanel("x", Flat(value)))]);
        (sheet.Width, sheet.Height).ShouldBe((one.Width, 2 * one.Height));
        var column = sheet.Width / 3;
        Values(sheet, 0, sheet.Height / 2, 0, column).ShouldContain(10);
        Values(sheet, 0, sheet.Height / 2, column, 2 * column).ShouldContain(20);
        Values(sheet, 0, sheet.Height / 2, 2 * column, sheet.Width).ShouldContain(30);
        Values(sheet, sheet.Height / 2, sheet.Height, column, 2 * column).ShouldContain(120);
        Values(sheet, sheet.Height / 2, sheet.Height, 0, column).ShouldNotContain(10);
    }

    [Fact]
    public void The_newest_twenty_and_the_best_are_kept()
    {
        using (var recorder = Observe())
            for (var iteration = 1; iteration <= 30; iteration++)
                recorder.Report(FakeRun.Validation(iteration, 30, isBest: iteration is 1 or 4, FakeRun.Sample("a.png", 1, 2, 3)));

        Iterations().ShouldBe([4, .. Enumerable.Range(11, 20)]);
    }

    [Fact]
    public void A_run_that_goes_on_knows_the_best_and_drops_what_lies_beyond()
    {
        using (var log = new MetricsLog().Observe(FakeRun.In(_directory.Path)))
        using (var recorder = Observe())
            for (var iteration = 1; iteration <= 25; iteration++)
            {
                var validation = FakeRun.Validation(iteration, 30, isBest: iteration is 2 or 24, FakeRun.Sample("a.png", 1, 2, 3));
                log.Report(validation);
                recorder.Report(validation);
            }

        // The sheet of iteration 2 went when 24 became the best; what the run goes on from is older.
        File.Copy(_directory.File("validation", "iteration-00000020.png"), _directory.File("validation", "iteration-00000002.png"));
        using (var recorder = Observe(startIteration: 22))
        {
            Iterations().ShouldBe([2, .. Enumerable.Range(6, 17)]);
            for (var iteration = 23; iteration <= 40; iteration++)
                recorder.Report(FakeRun.Validation(iteration, 30, isBest: false, FakeRun.Sample("a.png", 1, 2, 3)));
        }

        Iterations().ShouldBe([2, .. Enumerable.Range(21, 20)]);
    }

    [Fact]
    public void A_new_run_keeps_earlier_sheets_in_another_folder()
    {
        for (var i = 0; i < 2; i++)
            using (var recorder = Observe())
                recorder.Report(FakeRun.Validation(10, 30, isBest: true, FakeRun.Sample("a.png", 1, 2, 3)));

        Directory.GetDirectories(_directory.Path, "validation*").Length.ShouldBe(2);
    }

    private ITrainingRecorder Observe(int startIteration = 0)
        => new ValidationSheets(new ImageCodec()).Observe(FakeRun.In(_directory.Path, startIteration));

    private int[] Iterations() =>
        [.. Directory.GetFiles(_directory.File("validation")).Select(file => int.Parse(Path.GetFileNameWithoutExtension(file)[10..], null)).Order()];

    private static RasterImage Flat(byte value) => new(48, 40, 3, 8, [.. Enumerable.Repeat(value, 48 * 40 * 3)]);

    private static HashSet<int> Values(RasterImage image, int top, int bottom, int left, int right)
    {
        var values = new HashSet<int>();
        for (var y = top; y < bottom; y++)
            for (var x = left; x < right; x++)
                values.Add(image.Samples[(y * image.Width + x) * 3]);
        return values;
    }
}
