using System.Globalization;

namespace GardenerML.Reporting;

/// <summary>The rows of a file of comma-separated values without quotes, as this library and its samples write them.</summary>
internal static class CsvRows
{
    /// <summary>Longer files are no tables of ours.</summary>
    private const long MostBytes = 1 << 24;

    /// <summary>Reads a file.</summary>
    /// <typeparam name="T">What a row becomes.</typeparam>
    /// <param name="path">The file.</param>
    /// <param name="header">Its first line.</param>
    /// <param name="row">Makes a row of its values, which are as many as the header's.</param>
    /// <exception cref="FormatException">The file is not of that form; the message names it and the line.</exception>
    public static T[] Read<T>(string path, string header, Func<string[], T> row)
    {
        if (new FileInfo(path) is { Exists: true, Length: > MostBytes } file)
            throw new FormatException($"{path}: no such table is {file.Length:N0} bytes long.");
        var lines = File.ReadAllLines(path);
        if (lines.Length == 0 || lines[0] != header)
            throw new FormatException($"{path}: the first line must be '{header}'.");
        var columns = header.Split(',').Length;
        var rows = new T[lines.Length - 1];
        for (var i = 1; i < lines.Length; i++)
        {
            var values = lines[i].Split(',');
            if (values.Length != columns)
                throw new FormatException($"{path}, line {i + 1}: there are {values.Length} values; {columns} are expected.");
            try
            {
                rows[i - 1] = row(values);
            }
            catch (Exception e) when (e is FormatException or OverflowException)
            {
                throw new FormatException($"{path}, line {i + 1}: {e.Message}", e);
            }
        }
        return rows;
    }

    /// <summary>A number; NaN where there is none.</summary>
    public static double Number(string text) => text.Length == 0 ? double.NaN : double.Parse(text, CultureInfo.InvariantCulture);

    /// <summary>A whole number.</summary>
    public static int Whole(string text) => int.Parse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
}
