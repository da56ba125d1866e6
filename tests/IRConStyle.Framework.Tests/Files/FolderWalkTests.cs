using IRConStyle.Abstractions;
using IRConStyle.Framework.Files;

namespace IRConStyle.Framework.Tests.Files;

public sealed class FolderWalkTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Loops_of_links_end_and_each_folder_is_entered_once_under_its_own_name()
    {
        Touch("a.png", "z/b.png");
        Directory.CreateSymbolicLink(In("z/loop"), _directory.Path);
        Directory.CreateSymbolicLink(In("again"), In("z"));

        var content = new FolderWalk().Walk(_directory.Path);

        content.Files.ShouldBe([In("a.png"), In("z/b.png")]);
        content.PassedOver.Select(entry => entry.Path).ShouldBe([In("again"), In("z/loop")], ignoreOrder: true);
        content.PassedOver.ShouldAllBe(entry => entry.Reason.StartsWith("is another name of ", StringComparison.Ordinal) && !entry.IsUnreadable);
    }

    [Fact]
    public void Folders_that_are_only_linked_to_are_entered()
    {
        using var elsewhere = new TemporaryDirectory();
        File.WriteAllBytes(elsewhere.File("a.png"), []);
        Directory.CreateSymbolicLink(In("link"), elsewhere.Path);
        new FolderWalk().Walk(_directory.Path).Files.ShouldBe([In("link/a.png")]);
    }

    [SkippableFact]
    public void A_pipe_is_passed_over()
    {
        Touch("a.png");
        Skip.IfNot(SpecialFiles.TryMakePipe(In("pipe.png")), "There are no pipes here.");

        var content = new FolderWalk().Walk(_directory.Path);

        content.Files.ShouldBe([In("a.png")]);
        content.PassedOver.ShouldHaveSingleItem().ShouldBe(new PassedOver(In("pipe.png"), "is a pipe, socket or device, no regular file"));
    }

    [Fact]
    public void An_unreadable_folder_does_not_hide_the_others()
    {
        Touch("a/1.png", "b/2.png", "c/3.png");
        var walk = new FolderWalk(folder => folder == In("b")
            ? throw new UnauthorizedAccessException("Access denied.")
            : new DirectoryInfo(folder).EnumerateFileSystemInfos());

        var content = walk.Walk(_directory.Path);

        content.Files.ShouldBe([In("a/1.png"), In("c/3.png")]);
        content.PassedOver.ShouldHaveSingleItem().ShouldBe(new PassedOver(In("b"), "cannot be listed: Access denied.", IsUnreadable: true));
    }

    [Fact]
    public void A_folder_that_cannot_be_listed_itself_is_an_error()
    {
        var walk = new FolderWalk(_ => throw new UnauthorizedAccessException("Access denied."));
        Should.Throw<IRConStyleException>(() => walk.Walk(_directory.Path)).Message.ShouldBe($"{_directory.Path} cannot be listed: Access denied.");
    }

    [Fact]
    public void What_file_managers_and_archives_leave_behind_is_passed_over_in_silence()
    {
        Touch("a.png", "._a.png", "Thumbs.db", ".DS_Store", "__MACOSX/a.png", "@eaDir/thumb.jpg", ".hidden.png", ".hidden/b.png");

        var content = new FolderWalk().Walk(_directory.Path);
        content.Files.ShouldBe([In(".hidden.png"), In(".hidden/b.png"), In("a.png")]);
        content.PassedOver.ShouldBeEmpty();
        if (!OperatingSystem.IsWindows())
            new FolderWalk { Hidden = false }.Walk(_directory.Path).Files.ShouldBe([In("a.png")]);
    }

    [Fact]
    public void Folders_below_and_one_of_them_may_be_left_out()
    {
        Touch("a.png", "out/b.png", "c/d.png");
        new FolderWalk { Recursive = false }.Walk(_directory.Path).Files.ShouldBe([In("a.png")]);
        new FolderWalk { Except = In("c/../out") }.Walk(_directory.Path).Files.ShouldBe([In("a.png"), In("c/d.png")]);
    }

    [Fact]
    public void A_link_to_nothing_is_kept_for_the_reader_to_complain_of()
    {
        File.CreateSymbolicLink(In("gone.png"), In("nowhere.png"));
        new FolderWalk().Walk(_directory.Path).Files.ShouldBe([In("gone.png")]);
    }

    private string In(string name) => _directory.File(name.Split('/'));

    private void Touch(params string[] names)
    {
        foreach (var name in names)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(In(name))!);
            File.WriteAllBytes(In(name), []);
        }
    }
}
