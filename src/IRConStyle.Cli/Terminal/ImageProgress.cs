using System.Diagnostics;
using Spectre.Console;

namespace IRConStyle.Cli.Terminal;

/// <summary>A bar with rate and time left while images, or other things, are worked on; nothing where standard output is not a live terminal.</summary>
internal sealed class ImageProgress
{
    private readonly ProgressTask? _task;
    private readonly string _noun;
    private readonly Stopwatch _clock = new();
    private int _total;
    private int _done;
    private readonly Dictionary<object, double> _begun = [];
    private string _what = "";

    private ImageProgress(ProgressTask? task, string noun) => (_task, _noun) = (task, noun);

    /// <summary>Runs work beneath a progress bar.</summary>
    /// <typeparam name="T">What the work yields.</typeparam>
    /// <param name="screen">Where to draw.</param>
    /// <param name="work">Tells the bar how far it is.</param>
    /// <param name="beginning">What is done before the number of images is known.</param>
    /// <param name="noun">What is worked on.</param>
    public static T Run<T>(Screen screen, Func<ImageProgress, T> work, string beginning = "loading the network", string noun = "image")
        => screen.IsLive
            ? screen.Output.Progress()
                .AutoClear(true)
                .Columns(new ProgressBarColumn(), new TaskDescriptionColumn { Alignment = Justify.Left })
                .Start(context => work(new ImageProgress(context.AddTask(beginning, new ProgressTaskSettings { MaxValue = 1 }), noun)))
            : work(new ImageProgress(null, noun));

    /// <summary>Tells how many images there are.</summary>
    public void Plan(int total)
    {
        _total = total;
        _clock.Restart();
        if (_task is not null)
        {
            _task.MaxValue = Math.Max(1, total);
            Describe();
        }
    }

    /// <summary>Tells what the next images belong to.</summary>
    public void Begin(string what)
    {
        _what = $"{Markup.Escape(what)}: ";
        Describe();
    }

    /// <summary>Tells how much of an image is done; from any thread.</summary>
    /// <param name="image">Which image.</param>
    /// <param name="share">From 0 to 1.</param>
    public void Advance(object image, double share)
    {
        lock (_begun)
        {
            _begun[image] = share;
            Describe();
        }
    }

    /// <summary>Tells that one more image is done.</summary>
    public void Step() => Finish(image: null);

    /// <summary>Tells that an image is done; from any thread.</summary>
    /// <param name="image">The one of <see cref="Advance"/>; null where nothing was told of it.</param>
    public void Finish(object? image)
    {
        lock (_begun)
        {
            if (image is not null)
                _begun.Remove(image);
            _done++;
            Describe();
        }
    }

    private void Describe()
    {
        if (_task is null)
            return;
        var done = _done + _begun.Values.Sum();
        _task.Value = done;
        var rate = done / Math.Max(_clock.Elapsed.TotalSeconds, 1e-9);
        _task.Description = done == 0
            ? $"{_what}0 of {Figures.Count(_total, _noun)}"
            : $"{_what}{Figures.Exact(_done)} of {Figures.Count(_total, _noun)}, {Figures.Rate(rate, _noun)}, "
                + $"{Figures.Clock(TimeSpan.FromSeconds((_total - done) / rate))} left";
    }
}
