using System.Text.RegularExpressions;

namespace GardenerML.Training;

/// <summary>What differs between the settings of a run whose state is kept and those of one that is to go on from it, in words.</summary>
internal static partial class SettingsDifference
{
    /// <summary>Finds it.</summary>
    /// <param name="before">The settings of the state, by name.</param>
    /// <param name="now">Those of the run.</param>
    /// <returns>First what was set otherwise, then what is only known not to be the same; null where all is the same.</returns>
    public static string? Find(IReadOnlyDictionary<string, string> before, IReadOnlyDictionary<string, string> now)
    {
        string[] differences =
        [
            // What the state of an earlier version does not tell is not known to differ.
            .. before.Keys
                .Where(name => before[name] != now.GetValueOrDefault(name))
                .Select(name => (Name: name, Was: Text(before[name]), Is: Text(now.GetValueOrDefault(name))))
                .OrderBy(setting => setting.Was == setting.Is).ThenBy(setting => setting.Name, StringComparer.Ordinal)
                .Select(setting => setting.Was == setting.Is
                    ? $"{setting.Name}: not the same"
                    : $"{setting.Name} was {setting.Was} and is {setting.Is}"),
        ];
        return differences.Length == 0 ? null : string.Join("; ", differences);
    }

    /// <summary>A value without the hash in it, which says nothing to people.</summary>
    private static string Text(string? value) => value is null ? "absent" : Hash().Replace(value, "");

    [GeneratedRegex(@" ?\b[0-9a-f]{32,}\b")]
    private static partial Regex Hash();
}
