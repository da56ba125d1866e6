using System.Buffers.Binary;
using IRConStyle.Framework.Imaging;
using IRConStyle.Training.Telemetry;
using Tensorboard;

namespace IRConStyle.Training.Tests.Telemetry;

public sealed class TensorBoardLogTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Losses_rate_speed_and_validation_are_scalars()
    {
        using (var recorder = new TensorBoardLog().Observe(FakeRun.In(_directory.Path)))
        {
            recorder.Report(FakeRun.Progress(20));
            recorder.Report(FakeRun.Progress(40));
            recorder.Report(FakeRun.Validation(40, 30.25, isBest: true));
        }

        var scalars = Events().SelectMany(e => e.Summary?.Value.Select(value => (value.Tag, e.Step, value.SimpleValue)) ?? []).ToList();
        scalars.ShouldContain(("loss/l1", 20, 0.05f));
        scalars.ShouldContain(("loss/total", 20, 0.25f));
        scalars.ShouldContain(("loss/infonce", 40, 0.15f));
        scalars.ShouldContain(("learning_rate", 40, 2.5e-5f));
        scalars.ShouldContain(("speed/images_per_second", 40, 16f));
        scalars.ShouldContain(("speed/data_wait", 40, 0.25f));
        scalars.ShouldContain(("validation/psnr", 40, 30.25f));
    }

    [Fact]
    public void A_validation_shows_degraded_restored_and_clean_side_by_side()
    {
        using (var recorder = new TensorBoardLog().Observe(FakeRun.In(_directory.Path)))
            recorder.Report(FakeRun.Validation(40, 30, isBest: true, FakeRun.Sample("lake.png", 10, 100, 200)));

        var image = Events().SelectMany(e => e.Summary?.Value.AsEnumerable() ?? []).Single(value => value.Image is not null);
        image.Tag.ShouldBe("samples/lake.png");
        var path = _directory.File("event.png");
        File.WriteAllBytes(path, image.Image.EncodedImageString.ToByteArray());
        var picture = new ImageCodec().Read(path);
        (picture.Width, picture.Height).ShouldBe((3 * 48, 40));
        new[] { 0, 48, 96 }.Select(x => (int)picture.RgbBytes()[3 * (5 * picture.Width + x + 10)]).ShouldBe([10, 100, 200]);
    }

    [Fact]
    public void A_run_that_goes_on_tells_TensorBoard_what_to_forget()
    {
        using (var killed = new TensorBoardLog().Observe(FakeRun.In(_directory.Path)))
            killed.Report(FakeRun.Progress(80));
        using (var resumed = new TensorBoardLog().Observe(FakeRun.In(_directory.Path, startIteration: 50)))
            resumed.Report(FakeRun.Progress(60));

        var events = Events().ToList();
        var restart = events.FindIndex(e => e.SessionLog?.Status == SessionLog.Types.SessionStatus.Start);
        events[restart].Step.ShouldBe(51);
        events.FindIndex(e => e.Step == 80).ShouldBeLessThan(restart);
        events.FindIndex(e => e.Step == 60).ShouldBeGreaterThan(restart);
    }

    [Fact]
    public void A_new_run_keeps_earlier_events_in_another_folder()
    {
        for (var i = 0; i < 2; i++)
            using (var recorder = new TensorBoardLog().Observe(FakeRun.In(_directory.Path)))
                recorder.Report(FakeRun.Progress(20));

        Directory.GetFiles(_directory.File(TensorBoardLog.FolderName)).ShouldHaveSingleItem();
        Directory.GetDirectories(_directory.Path).Length.ShouldBe(2);
    }

    /// <summary>Reads the records of TensorFlow's event files: length, checksum, event, checksum.</summary>
    private IEnumerable<Event> Events()
    {
        foreach (var file in Directory.GetFiles(_directory.File(TensorBoardLog.FolderName)).OrderBy(File.GetCreationTimeUtc))
        {
            var bytes = File.ReadAllBytes(file);
            for (var at = 0; at < bytes.Length;)
            {
                var length = (int)BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(at));
                BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at + 8)).ShouldBe(TensorBoardLog.MaskedChecksum(bytes.AsSpan(at, 8)));
                var content = bytes.AsSpan(at + 12, length);
                BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at + 12 + length)).ShouldBe(TensorBoardLog.MaskedChecksum(content));
                yield return Event.Parser.ParseFrom(content.ToArray());
                at += length + 16;
            }
        }
    }
}
