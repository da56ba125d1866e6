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
    public void Of_several_runs_only_losses_of_one_name_share_a_panel()
    {
        var baseline = History("baseline", iteration => 1.0 / iteration);
        var styled = History("styled", iteration => 2.0 / iteration, "infonce");

        File.WriteAllBytes(_directory.File(TrainingCurves.FileName), CurveSheet.Draw([baseline, styled]));

        var picture = Read();
        // Their own loss each, which says nothing of the other; PSNR; learning rate. No panel compares the sums.
        picture.Height.ShouldBe(4 * 380);
        (Count(picture, FirstCurve, 0, 380) > 100, Count(picture, SecondCurve, 0, 380) > 100).ShouldBe((true, false));
        (Count(picture, FirstCurve, 380, 760) > 100, Count(picture, SecondCurve, 380, 760) > 100).ShouldBe((false, true));
        Count(picture, FirstCurve, 760, 1140).ShouldBeGreaterThan(100);
        Count(picture, SecondCurve, 760, 1140).ShouldBeGreaterThan(100);
    }

    [Fact]
    public void Runs_of_the_same_folder_name_are_told_apart_and_one_given_twice_is_read_once()
    {
        foreach (var run in new[] { "a/x/nafnet", "b/x/nafnet", "other" })
        {
            Directory.CreateDirectory(_directory.File(run));
            File.WriteAllText(_directory.File(run, MetricsFile.Name), $"{new MetricsLine { Kind = MetricsKind.Report, Iteration = 1, Loss = 1 }}\n");
        }

        TrainingHistory.ReadAll(
        [
            _directory.File("a/x/nafnet"), _directory.File("b/x/nafnet", MetricsFile.Name), _directory.File("other"), _directory.File("a/x/nafnet/"),
        ]).Select(run => run.Name).ShouldBe(["a/x/nafnet", "b/x/nafnet", "other"]);
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
        Should.NotThrow(() => CurveSheet.Draw([odd, History("even", iteration => 1.0 / iteration)]));
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

    private static TrainingHistory History(string name, Func<int, double> loss, string lossName = "l1")
    {
        var history = new TrainingHistory(name);
        for (var iteration = 1; iteration <= 400; iteration++)
        {
            history.Add(new MetricsLine { Kind = MetricsKind.Report, Iteration = iteration, Loss = loss(iteration), Losses = new Dictionary<string, double> { [lossName] = loss(iteration) }, LearningRate = loss(iteration) / 10 });
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
