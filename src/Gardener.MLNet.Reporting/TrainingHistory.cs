using GardenerML.Training;

namespace GardenerML.Reporting;

/// <summary>Reads what a training wrote of its epochs.</summary>
public static class TrainingHistory
{
    /// <summary>Reads <c>history.csv</c> of a log folder.</summary>
    /// <param name="folder">The log folder of the training, or the file itself.</param>
    /// <returns>The epochs. How many clips were validated on is not in the file, and is 0.</returns>
    /// <exception cref="FileNotFoundException">There is no such file; the message names it.</exception>
    /// <exception cref="FormatException">The file is not of that form; the message names it and the line.</exception>
    public static IReadOnlyList<EpochMetrics> Load(string folder)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        var path = Directory.Exists(folder) ? Path.Combine(folder, TrainingLog.HistoryFile) : folder;
        if (!File.Exists(path))
            throw new FileNotFoundException($"There is no {path}; the log folder of a training is expected.", path);
        var epochs = CsvRows.Read(path, TrainingLog.HistoryHeader, row => new EpochMetrics(
            CsvRows.Whole(row[0]), 0, CsvRows.Number(row[1]), CsvRows.Number(row[2]), CsvRows.Number(row[3]),
            row[4].Length == 0 ? null : new ClipSetMetrics(0, CsvRows.Number(row[4]), CsvRows.Number(row[5]), CsvRows.Number(row[6])),
            CsvRows.Number(row[7])));
        return [.. epochs.Select(epoch => epoch with { EpochCount = epochs.Length })];
    }
}
