using IRConStyle.Framework.Files;

namespace IRConStyle.Framework.Tests.Files;

public sealed class FileIdentityTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Links_and_dots_are_other_names_of_one_file()
    {
        var file = Touch("in/a.png");
        Touch("in/b.png");
        Directory.CreateSymbolicLink(In("folder"), In("in"));
        File.CreateSymbolicLink(In("link.png"), file);

        foreach (var name in new[] { In("folder/a.png"), In("link.png"), In("in/../in/a.png"), Path.GetRelativePath(Environment.CurrentDirectory, file) })
            FileIdentity.AreSame(file, name).ShouldBeTrue(name);
        FileIdentity.AreSame(In("in"), In("folder") + Path.DirectorySeparatorChar).ShouldBeTrue();
        FileIdentity.AreSame(file, In("in/b.png")).ShouldBeFalse();
        FileIdentity.AreSame(file, In("in")).ShouldBeFalse();
    }

    [SkippableFact]
    public void A_hard_link_is_another_name_of_one_file()
    {
        var file = Touch("a.png");
        Skip.IfNot(SpecialFiles.TryHardLink(file, In("b.png")), "There are no hard links here.");
        FileIdentity.AreSame(file, In("b.png")).ShouldBeTrue();
    }

    [Fact]
    public void What_is_not_there_yet_is_one_place_under_all_names_of_its_folder()
    {
        Directory.CreateDirectory(In("in"));
        Directory.CreateSymbolicLink(In("folder"), In("in"));
        File.CreateSymbolicLink(In("dangling.png"), In("in/deep/new.png"));

        FileIdentity.AreSame(In("in/deep/new.png"), In("folder/deep/new.png")).ShouldBeTrue();
        FileIdentity.AreSame(In("in/deep/new.png"), In("dangling.png")).ShouldBeTrue();
        FileIdentity.AreSame(In("in/deep/new.png"), In("folder/deep/other.png")).ShouldBeFalse();
    }

    [Fact]
    public void Links_that_lead_to_each_other_end()
    {
        File.CreateSymbolicLink(In("a"), In("b"));
        File.CreateSymbolicLink(In("b"), In("a"));
        FileIdentity.AreSame(In("a"), In("c")).ShouldBeFalse();
    }

    [Fact]
    public void A_folder_holds_what_lies_below_it_whatever_the_names()
    {
        Directory.CreateDirectory(In("in/deep"));
        Directory.CreateDirectory(In("in2"));
        Directory.CreateSymbolicLink(In("folder"), In("in"));

        FileIdentity.IsWithin(In("folder/deep/new.png"), In("in")).ShouldBeTrue();
        FileIdentity.IsWithin(In("in/deep"), In("folder")).ShouldBeTrue();
        FileIdentity.IsWithin(In("in2"), In("in")).ShouldBeFalse();
        FileIdentity.IsWithin(In("in"), In("in")).ShouldBeFalse();
    }

    private string In(string name) => _directory.File(name.Split('/'));

    private string Touch(string name)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(In(name))!);
        File.WriteAllBytes(In(name), []);
        return In(name);
    }
}
