namespace IRConStyle.Testing.Support;

/// <summary>A folder that goes when it is not needed any more.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    /// <summary>Its full path.</summary>
    public string Path { get; } = Directory.CreateTempSubdirectory("irconstyle-testing-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
