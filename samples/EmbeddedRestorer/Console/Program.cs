using IRConStyle.Abstractions;
using IRConStyle.Framework;
using IRConStyle.Framework.Inference;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

// Console INPUT OUTPUT: restores one image with the pipeline "denoise" of appsettings.json.
if (args is not [var from, var to])
{
    Console.Error.WriteLine("Usage: EmbeddedConsole INPUT OUTPUT");
    return 2;
}

// Paths in appsettings.json are meant from beside it, those of the user from where they are.
(from, to) = (Path.GetFullPath(from), Path.GetFullPath(to));
Directory.SetCurrentDirectory(AppContext.BaseDirectory);
var configuration = new ConfigurationBuilder().AddJsonFile("appsettings.json").Build();
var services = new ServiceCollection();
services.AddIRConStyle(configuration).AddRestorer("denoise");
await using var provider = services.BuildServiceProvider();
using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true;
    stop.Cancel();
};

try
{
    var restorer = provider.GetRequiredKeyedService<IImageRestorer>("denoise");
    await using var input = File.OpenRead(from);
    using var restored = new MemoryStream();
    var result = await restorer.RestoreAsync(
        input, restored, new StreamRestoration { Format = Path.GetExtension(to) }, cancellation: stop.Token);
    await File.WriteAllBytesAsync(to, restored.ToArray(), stop.Token);
    Console.WriteLine($"{to}: {result.Width}x{result.Height} {result.Format}");
    foreach (var note in result.Notes)
        Console.WriteLine($"{from} {note}.");
    return 0;
}
catch (IRConStyleException exception)
{
    Console.Error.WriteLine($"{exception.Message} {exception.Remedy}");
    return 1;
}
