using IRConStyle.Abstractions;
using IRConStyle.Framework;
using IRConStyle.Framework.Inference;

Directory.SetCurrentDirectory(AppContext.BaseDirectory);
var builder = WebApplication.CreateBuilder(args);
builder.Services
    .AddIRConStyle(builder.Configuration)
    .AddRestorer("denoise", options =>
    {
        options.MaxConcurrency = 2;
        options.MaxWaiting = 50;
        options.Warmup = true;
    });
var app = builder.Build();

app.MapGet("/restorers", (IImageRestorers restorers) => restorers.Names);

// curl --data-binary @noisy.png http://localhost:5000/restore/denoise -o restored.png
app.MapPost("/restore/{name}", async (string name, HttpRequest request, HttpResponse response, IImageRestorers restorers) =>
{
    try
    {
        using var restored = new MemoryStream();
        await restorers.Get(name).RestoreAsync(
            request.Body,
            restored,
            new StreamRestoration { Format = "png", Name = "The upload" },
            cancellation: request.HttpContext.RequestAborted);
        return Results.Bytes(restored.ToArray(), "image/png");
    }
    catch (RestorerBusyException busy)
    {
        response.Headers.RetryAfter = "1";
        return Results.Problem(busy.Message, statusCode: StatusCodes.Status503ServiceUnavailable);
    }
    catch (IRConStyleException wrong)
    {
        return Results.Problem(wrong.Message, statusCode: StatusCodes.Status400BadRequest);
    }
});
await app.RunAsync();
