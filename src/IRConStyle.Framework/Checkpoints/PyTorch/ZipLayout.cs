using System.Text;

namespace IRConStyle.Framework.Checkpoints.PyTorch;

/// <summary>The format of torch.save since 1.6: a zip archive with one pickle and a record for each storage.</summary>
internal static class ZipLayout
{
    private const string PickleName = "/data.pkl";

    /// <summary>Reads the pickle and finds the storages.</summary>
    public static PyTorchContent Read(CheckpointData data)
    {
        var archive = ZipArchiveIndex.Read(data);
        var folder = FindFolder(archive);
        CheckByteOrder(data, archive, folder);

        var storages = new Dictionary<string, (long Start, long Length)>(StringComparer.Ordinal);
        var (start, length) = archive.Find(folder + PickleName)!.Value;
        var input = PyTorchContent.Input(data, start, start + length);
        var root = new PickleMachine(input, identifier =>
        {
            var storage = PyTorchContent.ParseStorage(identifier, out _);
            if (!storages.ContainsKey(storage.Key))
                storages[storage.Key] = archive.Find($"{folder}/data/{storage.Key}")
                    ?? throw CheckpointProblem.Malformed($"its record data/{storage.Key} is missing");
            return storage;
        }).Run();
        return new PyTorchContent("PyTorch", root, storages);
    }

    private static string FindFolder(ZipArchiveIndex archive)
    {
        var pickles = archive.Names
            .Where(name => name.EndsWith(PickleName, StringComparison.Ordinal) && name.IndexOf('/', StringComparison.Ordinal) == name.Length - PickleName.Length)
            .ToArray();
        if (pickles is not [var pickle])
            throw new CheckpointProblem("is a zip archive, but not one of torch.save: it has no data.pkl of its own", CheckpointProblem.SaveAgain);
        var folder = pickle[..^PickleName.Length];
        return !archive.Names.Contains($"{folder}/constants.pkl")
            ? folder
            : throw new CheckpointProblem("is a TorchScript archive (torch.jit.save), a program rather than weights", CheckpointProblem.SaveAgain);
    }

    private static void CheckByteOrder(CheckpointData data, ZipArchiveIndex archive, string folder)
    {
        if (archive.Find($"{folder}/byteorder") is not { } record)
            return;
        var text = new byte[Math.Min(record.Length, 16)];
        data.ReadExactly(record.Start, text);
        if (Encoding.ASCII.GetString(text).Trim() != "little")
            throw new CheckpointProblem("was written with another byte order than little-endian, which is not read", CheckpointProblem.SaveAgain);
    }
}
