using Microsoft.ML;
using Microsoft.ML.Runtime;

namespace GardenerML.Video;

/// <summary>Loads UCF101, or any folder of videos with one subfolder a class.</summary>
public static class Ucf101
{
    /// <summary>Lists the videos of a data set. No video is opened.</summary>
    /// <param name="mlContext">Makes the data view and takes the warnings.</param>
    /// <param name="root">
    /// The folder with one subfolder a class, directly or under <c>videos</c> or <c>UCF-101</c>.
    /// </param>
    /// <param name="split">
    /// Which of UCF101's splits, 1 to 3: it says which lists are read. Where there are no lists, it says which groups
    /// are tested with.
    /// </param>
    /// <param name="subset">Which part of the split.</param>
    /// <param name="options">Where the lists are, what is held out, and what happens to videos that are
    /// missing.</param>
    /// <returns>
    /// A view with the text columns VideoPath (full path), Label (class) and Group (see <see cref="Ucf101Video"/>), in
    /// the order of class
    /// and file name.
    /// </returns>
    /// <exception cref="ArgumentException">An argument or option is out of range.</exception>
    /// <exception cref="DirectoryNotFoundException">There is no such root or lists folder, or the root has no class
    /// folders.</exception>
    /// <exception cref="FileNotFoundException">A list is missing, or videos that it names are.</exception>
    /// <exception cref="InvalidDataException">A list is malformed, or nothing is in the subset.</exception>
    public static IDataView Load(
        MLContext mlContext,
        string root,
        int split = 1,
        Ucf101Subset subset = Ucf101Subset.Train,
        Ucf101Options? options = null)
    {
        ArgumentNullException.ThrowIfNull(mlContext);
        ArgumentException.ThrowIfNullOrWhiteSpace(root);
        if (split is < 1 or > 3)
            throw new ArgumentOutOfRangeException(
                nameof(split), split, $"The split is {split}; UCF101 has the splits 1, 2 and 3.");
        if (!Enum.IsDefined(subset))
            throw new ArgumentOutOfRangeException(nameof(subset), subset,
                $"The subset is {subset}; it must be one of {string.Join(", ", Enum.GetNames<Ucf101Subset>())}.");
        options ??= new Ucf101Options();
        options.Validate();
        if (subset == Ucf101Subset.Validation && options.ValidationFraction == 0)
            throw new ArgumentException(
                "The validation subset is empty: set ValidationFraction above 0, for Train and Validation alike.",
                nameof(options));

        var classes = Ucf101Folder.FindClasses(root);
        var lists = Ucf101Lists.Find(root, split, options.ListsFolder, classes.Names);
        var (train, test) = lists is not null
            ? (lists.Read(classes.Folder, test: false), lists.Read(classes.Folder, test: true))
            : GroupSplit.Divide(classes.Videos(), options.TestFraction, options.Seed, $"test {split}");
        bool holdsOut = options.ValidationFraction > 0 && subset is Ucf101Subset.Train or Ucf101Subset.Validation;
        var (learn, validate) = holdsOut
            ? GroupSplit.Divide(train, options.ValidationFraction, options.Seed, "validation")
            : (train, []);
        var wanted = subset switch
        {
            Ucf101Subset.Train => learn,
            Ucf101Subset.Validation => validate,
            Ucf101Subset.Test => test,
            _ => [.. train, .. test],
        };
        if (lists is not null && options.MissingVideos != MissingVideos.Keep)
            wanted = Present(mlContext, wanted, options.MissingVideos);
        if (wanted.Count == 0)
            throw new InvalidDataException($"No video of '{root}' is in the subset {subset} of split {split}" + subset switch
            {
                Ucf101Subset.Validation when learn.Count > 0 =>
                    ": each class has one training group only, and groups stay whole, so that none can be held out. Take the subset Test, or more groups.",
                Ucf101Subset.Test when lists is null && train.Count > 0 =>
                    ": each class has one group only, and groups stay whole, so that none can be held out. Take more groups, or lists.",
                _ => ".",
            });
        return mlContext.Data.LoadFromEnumerable(wanted
            .OrderBy(video => video.Label, StringComparer.Ordinal)
            .ThenBy(video => video.VideoPath, StringComparer.Ordinal)
            .ToList());
    }

    private static List<Ucf101Video> Present(
        MLContext mlContext, List<Ucf101Video> videos, MissingVideos policy)
    {
        List<Ucf101Video> missing = [.. videos.Where(video => !File.Exists(video.VideoPath))];
        if (missing.Count == 0)
            return videos;
        string count = $"{missing.Count} of the {videos.Count} videos that the lists name cannot be read: there is no such file. "
            + $"The first is '{missing[0].VideoPath}'.";
        if (policy == MissingVideos.Throw || missing.Count == videos.Count)
            throw new FileNotFoundException(
                count + (policy == MissingVideos.Throw ? " To leave them out, set MissingVideos to Skip." : ""),
                missing[0].VideoPath);
        var host = ((IHostEnvironment)mlContext).Register(nameof(Ucf101));
        using var channel = host.Start(nameof(Load));
        channel.Warning(count + " They are left out.");
        var absent = missing.Select(video => video.VideoPath).ToHashSet();
        return [.. videos.Where(video => !absent.Contains(video.VideoPath))];
    }
}
