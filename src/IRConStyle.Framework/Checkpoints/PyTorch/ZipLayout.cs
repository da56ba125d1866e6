using System.Text;

namespace IRConStyle.Framework.Checkpoints.PyTorch;

/// <summary>The format of torch.save since 1.6: a zip archive with one pickle and a record for each storage.</summary>
internal static class ZipLayout
{
    private const string PickleName = "data.pkl";

    /// <summary>Reads the pickle and finds the storages.</summary>
    public static PyTorchContent Read(CheckpointData data)
    {
        var archive = ZipArchiveIndex.Read(data);
        var folder = FindFolder(archive);
        CheckByteOrder(archive, folder);

        var storages = new Dictionary<string, ByteRange>(StringComparer.Ordinal);
        var pickle = archive.Find(folder + PickleName)!;
        var input = PyTorchContent.Input(pickle.Source, pickle.Start, pickle.Start + pickle.Length);
        var root = new PickleMachine(input, identifier =>
        {
            var found = PyTorchContent.ParseIdentifier(identifier, out _);
            if (found is StorageRecord storage && !storages.ContainsKey(storage.Key))
                storages[storage.Key] = archive.Find($"{folder}data/{storage.Key}")
                    ?? throw CheckpointProblem.Malformed($"its record data/{storage.Key} is missing");
            return found;
        }).Run();
        return new PyTorchContent("PyTorch", root, storages);
    }

    /// <summary>The folder of the one pickle, with its slash. It is named after the file; packed anew it may be missing or lie deeper.</summary>
    private static string FindFolder(ZipArchiveIndex archive)
    {
        var pickles = archive.Names
            .Where(name => name == PickleName || name.EndsWith($"/{PickleName}", StringComparison.Ordinal))
            .Where(name => !name.StartsWith("__MACOSX/", StringComparison.Ordinal))
            .ToArray();
        var folder = pickles is [var pickle] ? pickle[..^PickleName.Length] : null;
        if (folder is not null && !archive.Names.Contains($"{folder}constants.pkl"))
            return folder;
        throw OtherArchives.Describe(archive.Names);
    }

    private static void CheckByteOrder(ZipArchiveIndex archive, string folder)
    {
        if (archive.Find($"{folder}byteorder") is not { } record)
            return;
        var text = new byte[Math.Min(record.Length, 16)];
        record.Source.ReadExactly(record.Start, text);
        if (Encoding.ASCII.GetString(text).Trim() != "little")
            throw new CheckpointProblem("was written with another byte order than little-endian, which is not read", CheckpointProblem.SaveAgain);
    }
}
