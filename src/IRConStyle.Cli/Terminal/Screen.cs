using System.Text;
using IRConStyle.Abstractions;
using Spectre.Console;

namespace IRConStyle.Cli.Terminal;

/// <summary>
/// The only way to the terminal. Results go to standard output, problems and notes to standard error. Where an output is
/// redirected, or colours are not wanted, it is plain text whose lines are never wrapped or cropped.
/// </summary>
internal sealed class Screen
{
    private const int Unbounded = 100_000;

    private readonly IAnsiConsole _error;

    private Screen(IAnsiConsole output, IAnsiConsole error, bool isLive) => (Output, _error, IsLive) = (output, error, isLive);

    /// <summary>Standard output.</summary>
    public IAnsiConsole Output { get; }

    /// <summary>Whether standard output is a terminal that can redraw its lines.</summary>
    public bool IsLive { get; }

    /// <summary>Opens the process's terminal.</summary>
    public static Screen Open()
    {
        // Windows' own code pages lack arrows and bars.
        if (OperatingSystem.IsWindows())
            Console.OutputEncoding = Encoding.UTF8;
        var isPlain = IsSet("NO_COLOR") || IsSet("CI") || Environment.GetEnvironmentVariable("TERM") == "dumb";
        return new Screen(
            Open(Console.Out, isPlain || Console.IsOutputRedirected, Console.IsOutputRedirected),
            Open(Console.Error, isPlain || Console.IsErrorRedirected, Console.IsErrorRedirected),
            isLive: !isPlain && !Console.IsOutputRedirected);
    }

    /// <summary>Writes a line of results.</summary>
    public void WriteLine(string text = "") => Output.WriteLine(Visible(text));

    /// <summary>Writes what went wrong, in one line.</summary>
    public void WriteError(string message) => _error.MarkupLine($"[red]error: {Markup.Escape(Visible(message))}[/]");

    /// <summary>Writes what can be done about it.</summary>
    public void WriteRemedy(string remedy) => _error.WriteLine(Visible(remedy));

    /// <summary>Writes what the user should know beside the results.</summary>
    public void WriteNote(string note) => _error.WriteLine(Visible(note));

    /// <summary>Writes a warning of the engine.</summary>
    public void WriteWarning(string message) => _error.MarkupLine($"[yellow]warning: {Markup.Escape(Visible(message))}[/]");

    /// <summary>Writes an exception: what a user can solve with its remedy, everything else as a failure of the program.</summary>
    /// <param name="exception">What happened.</param>
    /// <param name="isVerbose">Whether the stack trace follows.</param>
    public void WriteException(Exception exception, bool isVerbose)
    {
        if (exception is IRConStyleException known)
        {
            WriteError(known.Message);
            if (known.Remedy is { } remedy)
                WriteRemedy(remedy);
        }
        else
        {
            // libtorch puts its own stack below the first line of a message.
            WriteError($"unexpected {exception.GetType().Name}: {exception.Message.Split('\n')[0].TrimEnd()}");
            if (!isVerbose)
                WriteRemedy("Run again with --verbose for the details.");
        }

        if (isVerbose)
            _error.WriteLine(exception.ToString());
    }

    /// <summary>Text without what steers terminals: names come from files, and files from anywhere.</summary>
    public static string Visible(string text)
        => text.Any(IsSteering) ? new string([.. text.Select(letter => IsSteering(letter) ? '?' : letter)]) : text;

    private static bool IsSteering(char letter) => char.IsControl(letter) && letter is not ('\n' or '\r' or '\t');

    /// <summary>Starts a table of results.</summary>
    /// <param name="columns">Headings; numbers stand to the right.</param>
    public Table CreateTable(params IEnumerable<(string Heading, bool IsNumber)> columns)
    {
        var table = new Table { Border = IsLive ? TableBorder.Rounded : TableBorder.None };
        foreach (var (heading, isNumber) in columns)
            table.AddColumn(new TableColumn(new Text(heading))
            {
                Alignment = isNumber ? Justify.Right : Justify.Left,
                // Without borders two spaces tell columns from words.
                Padding = IsLive ? new Padding(1, 0) : new Padding(0, 0, 2, 0),
            });
        return table;
    }

    private static IAnsiConsole Open(TextWriter writer, bool isPlain, bool isRedirected)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(writer),
            Ansi = isPlain ? AnsiSupport.No : AnsiSupport.Detect,
            ColorSystem = isPlain ? ColorSystemSupport.NoColors : ColorSystemSupport.Detect,
            Interactive = isPlain ? InteractionSupport.No : InteractionSupport.Detect,
            // Build servers' enrichers switch colours on for outputs that are redirected.
            Enrichment = new ProfileEnrichment { UseDefaultEnrichers = false },
        });
        if (isRedirected)
            console.Profile.Width = Unbounded;
        return console;
    }

    private static bool IsSet(string variable) => !string.IsNullOrEmpty(Environment.GetEnvironmentVariable(variable));
}
