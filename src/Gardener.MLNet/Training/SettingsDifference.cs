namespace GardenerML.Training;

/// <summary>Tells whether what is kept in a folder belongs to the same settings.</summary>
internal static class SettingsDifference
{
    /// <summary>What differs, by name; null for nothing.</summary>
    /// <param name="before">The settings that are kept.</param>
    /// <param name="now">Those that are asked for.</param>
    public static string? Describe(IReadOnlyDictionary<string, string> before, IReadOnlyDictionary<string, string> now)
    {
        var differences = now.Keys.Union(before.Keys).Order(StringComparer.Ordinal)
            .Where(name => before.GetValueOrDefault(name) != now.GetValueOrDefault(name))
            .Select(name => $"{name} was {before.GetValueOrDefault(name) ?? "absent"} and is {now.GetValueOrDefault(name) ?? "absent"}")
            .ToArray();
        return differences.Length == 0 ? null : string.Join("; ", differences);
    }
}
