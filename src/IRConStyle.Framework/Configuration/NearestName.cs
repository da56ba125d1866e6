namespace IRConStyle.Framework.Configuration;

/// <summary>Guesses which known name a misspelt one stood for.</summary>
internal static class NearestName
{
    /// <summary>The known names as a sentence's end, with the likeliest first: for messages about unknown names.</summary>
    public static string Hint(string name, IReadOnlyCollection<string> known)
    {
        if (known.Count == 0)
            return "there are none";
        var list = string.Join(", ", known.Order(StringComparer.Ordinal));
        return Find(name, known) is { } nearest ? $"did you mean '{nearest}'? Known: {list}" : $"known: {list}";
    }

    /// <summary>The nearest name by edit distance; null when none is near enough to be a slip.</summary>
    public static string? Find(string name, IEnumerable<string> known)
    {
        var (nearest, distance) = known
            .Select(candidate => (Name: candidate, Distance: EditDistance(name.ToUpperInvariant(), candidate.ToUpperInvariant())))
            .OrderBy(pair => pair.Distance)
            .ThenBy(pair => pair.Name, StringComparer.Ordinal)
            .FirstOrDefault();
        // Two steps make a transposition, the commonest slip; in a name of three letters they would make any other name.
        var limit = name.Length < 4 ? 1 : Math.Max(2, name.Length / 3);
        return nearest is not null && distance <= limit ? nearest : null;
    }

    private static int EditDistance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var substitution = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(substitution, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[^1];
    }
}
