using IRConStyle.Framework.Imaging;
using IRConStyle.Training.Telemetry;

namespace IRConStyle.Training.Tests.Telemetry;

public sealed class TrainingCurvesTests : IDisposable
{
    // The palette's first colours, which belong to the first curves of a panel.
    private static readonly (byte, byte, byte) FirstCurve = (31, 119, 180), SecondCurve = (255, 127, 14), ThirdCurve = (44, 160, 44);

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void The_picture_shows_every_loss_the_rate_and_validation()
    {
        using (var recorder = new TrainingCurves().Observe(FakeRun.In(_directory.Path)))
        {
            recorder.Report(FakeRun.Progress(1));
            File.Exists(_directory.File(TrainingCurves.FileName)).ShouldBeFalse("it is drawn at validations");
            for (var iteration = 20; iteration <= 200; iteration += 20)
                recorder.Report(FakeRun.Progress(iteration));
            recorder.Report(FakeRun.Validation(200, 30, isBest: true));
            recorder.Finished(FakeRun.Result(200));
        }

        var picture = Read();
        // Losses, PSNR, SSIM, learning rate.
        (picture.Width, picture.Height).ShouldBe((1200, 4 * 380));
        foreach (var colour in new[] { FirstCurve, SecondCurve, ThirdCurve })
            Count(picture, colour, 0, 380).ShouldBeGreaterThan(200);
        Count(picture, FirstCurve, 3 * 380, 4 * 380).ShouldBeGreaterThan(200);
    }

    [Fact]
    public void A_run_that_goes_on_draws_what_came_before_as_well()
    {
        Follow(startIteration: 0, [20, 40, 60, 80, 100], finish: false);
        Follow(startIteration: 50, [60], finish: true);

        var whole = TrainingHistory.Read(_directory.Path);
        whole.Loss.Select(point => point.Iteration).ShouldBe([20, 40, 60]);
        var expected = CurveSheet.Draw([whole]);
        File.ReadAllBytes(_directory.File(TrainingCurves.FileName)).ShouldBe(expected);
    }

    [Fact]
    public void Several_runs_share_one_picture()
    {
        var first = History("first", iteration => 1.0 / iteration);
        var second = History("second", iteration => 2.0 / iteration);

        File.WriteAllBytes(_directory.File(TrainingCurves.FileName), CurveSheet.Draw([first, second]));

        var picture = Read();
        picture.Height.ShouldBe(3 * 380);
        for (var panel = 0; panel < 3; panel++)
        {
            Count(picture, FirstCurve, panel * 380, (panel + 1) * 380).ShouldBeGreaterThan(100, $"panel {panel}");
            Count(picture, SecondCurve, panel * 380, (panel + 1) * 380).ShouldBeGreaterThan(100, $"panel {panel}");
        }
    }

    [Fact]
    public void Odd_histories_are_drawn_all_the_same()
    {
        Should.NotThrow(() => CurveSheet.Draw([new TrainingHistory("empty")]));
        var odd = new TrainingHistory("odd");
        odd.Add(new MetricsLine { Kind = MetricsKind.Report, Iteration = 1, Loss = double.NaN, LearningRate = 0 });
        odd.Add(new MetricsLine
        {
            Kind = MetricsKind.Validation, Iteration = 1, IsBest = true,
            Validation = new Dictionary<string, double> { ["psnr"] = double.PositiveInfinity },
        });
        Should.NotThrow(() => CurveSheet.Draw([odd]));
        Should.Throw<ArgumentException>(() => CurveSheet.Draw([]));
    }

    [Fact]
    public void The_best_is_the_last_validation_that_was_better_than_all_before()
    {
        var history = History("run", iteration => 1.0 / iteration);
        history.BestIteration.ShouldBe(300);
        history.Add(new MetricsLine { Kind = MetricsKind.Report, Iteration = 250, Loss = 1 });
        history.BestIteration.ShouldBe(200, "what was rolled back counts no more");
        history.ValidationOf("psnr").Select(point => point.Iteration).ShouldBe([100, 200]);
    }

    private static TrainingHistory History(string name, Func<int, double> loss)
    {
        var history = new TrainingHistory(name);
        for (var iteration = 1; iteration <= 400; iteration++)
        {
            history.Add(new MetricsLine { Kind = MetricsKind.Report, Iteration = iteration, Loss = loss(iteration), LearningRate = loss(iteration) / 10 });
            if (iteration % 100 == 0)
                history.Add(new MetricsLine
                {
                    Kind = MetricsKind.Validation, Iteration = iteration, IsBest = iteration < 400,
                    Validation = new Dictionary<string, double> { ["psnr"] = 30 - loss(iteration) * 100 },
                });
        }

        return history;
    }

    private void Follow(int startIteration, int[] iterations, bool finish)
    {
        using var log = new MetricsLog().Observe(FakeRun.In(_directory.Path, startIteration));
        using var curves = new TrainingCurves().Observe(FakeRun.In(_directory.Path, startIteration));
        foreach (var iteration in iterations)
        {
            log.Report(FakeRun.Progress(iteration));
            curves.Report(FakeRun.Progress(iteration));
        }

        if (finish)
            curves.Finished(FakeRun.Result(iterations[^1]));
    }

    private RasterImage Read() => new ImageCodec().Read(_directory.File(TrainingCurves.FileName));

    private static int Count(RasterImage picture, (byte R, byte G, byte B) colour, int top, int bottom)
    {
        var rgb = picture.RgbBytes();
        return Enumerable.Range(top * picture.Width, (bottom - top) * picture.Width)
            .Count(i => (rgb[3 * i], rgb[3 * i + 1], rgb[3 * i + 2]) == colour);
    }
}
