namespace GardenerML.Samples.Motion;

/// <summary>
/// A small action data set of real, encoded video files in UCF101's layout, made by the computer: eight classes that only
/// motion can tell apart (<see cref="MotionClass"/>).
/// </summary>
/// <remarks>
/// <code>
/// folder/motion-dataset.json            the options it was made with
/// folder/videos/{class}/v_{class}_g01_c01.avi
/// folder/ucfTrainTestlist/              classInd.txt, trainlist01.txt, testlist01.txt, as UCF101's
/// </code>
/// The same group and clip number shows the same object on the same ground in all eight classes, from the same first
/// frame on, so looks cannot be learnt by heart in place of motion. Flipping a clip changes its class.
/// </remarks>
public sealed class MotionDataset
{
    private readonly string[] _classNames = Enum.GetNames<MotionClass>();

    private MotionDataset(string folder, MotionDatasetOptions options, bool isReused) =>
        (Folder, Options, IsReused) = (folder, options, isReused);

    /// <summary>The data set's folder, absolute.</summary>
    public string Folder { get; }

    /// <summary>The options it was made with.</summary>
    public MotionDatasetOptions Options { get; }

    /// <summary>Whether it was there already.</summary>
    public bool IsReused { get; }

    /// <summary>The folder of videos: the root of the lists' paths.</summary>
    public string VideoFolder => Path.Combine(Folder, MotionDatasetFiles.VideoFolder);

    /// <summary>The folder of the lists.</summary>
    public string ListFolder => Path.Combine(Folder, MotionDatasetFiles.ListFolder);

    /// <summary>The list of classes, <c>1 MoveDown</c> and so on.</summary>
    public string ClassListPath => Path.Combine(ListFolder, MotionDatasetFiles.ClassList);

    /// <summary>The list of training clips with their class numbers.</summary>
    public string TrainListPath => Path.Combine(ListFolder, MotionDatasetFiles.TrainList);

    /// <summary>The list of test clips.</summary>
    public string TestListPath => Path.Combine(ListFolder, MotionDatasetFiles.TestList);

    /// <summary>The classes by their numbers less one.</summary>
    public IReadOnlyList<string> ClassNames => _classNames;

    /// <summary>
    /// Makes the data set, or finds it made already with the same options. It appears whole or not at all: it is made in
    /// a folder beside the target, which is then renamed, and removed if anything fails.
    /// </summary>
    /// <param name="folder">Where it shall be: a folder that is absent, empty, or a data set with the same options.</param>
    /// <param name="options">What it shall hold; null for the defaults.</param>
    /// <param name="progress">Told the share of clips made, rising to 1.</param>
    /// <param name="cancellationToken">Stops the making; nothing is left behind.</param>
    /// <returns>The data set.</returns>
    /// <exception cref="ArgumentException">No folder is named, or an option is outside its range.</exception>
    /// <exception cref="IOException">
    /// The folder holds something else, or a data set with other options or with files missing; or a file cannot be written.
    /// </exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static MotionDataset Create(
        string folder,
        MotionDatasetOptions? options = null,
        IProgress<double>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        options ??= new();
        options.Validate();
        folder = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        if (File.Exists(folder))
            throw new IOException($"'{folder}' is a file; the made action data set needs a folder.");

        if (MotionDatasetFiles.IsAlreadyIn(folder, options))
        {
            progress?.Report(1);
            return new(folder, options, isReused: true);
        }

        var partial = $"{folder}.partial-{Guid.NewGuid():N}";
        try
        {
            Directory.CreateDirectory(partial);
            MotionDatasetWriter.WriteVideos(partial, options, progress, cancellationToken);
            MotionDatasetFiles.WriteLists(partial, options);
            MotionDatasetFiles.WriteOptions(partial, options);
            cancellationToken.ThrowIfCancellationRequested();
            if (Directory.Exists(folder))
                Directory.Delete(folder);
            Directory.Move(partial, folder);
        }
        catch (IOException) when (MotionDatasetFiles.IsAlreadyIn(folder, options))
        {
            // Someone else made the same data set in the meantime.
            return new(folder, options, isReused: true);
        }
        finally
        {
            if (Directory.Exists(partial))
                Directory.Delete(partial, recursive: true);
        }
        return new(folder, options, isReused: false);
    }

    /// <summary>The file of a clip.</summary>
    /// <param name="motion">Its class.</param>
    /// <param name="group">Its group, from 1.</param>
    /// <param name="clip">Its number in the group, from 1.</param>
    /// <returns>An absolute path.</returns>
    public string ClipPath(MotionClass motion, int group, int clip) =>
        Path.Combine(VideoFolder, MotionDatasetFiles.ClipPath(motion, group, clip));

    /// <summary>A clip as it was before it was encoded.</summary>
    /// <param name="motion">Its class.</param>
    /// <param name="group">Its group, from 1.</param>
    /// <param name="clip">Its number in the group, from 1.</param>
    /// <returns>uint8 [frames, height, width, 3], red, green, blue.</returns>
    public byte[] Render(MotionClass motion, int group, int clip) =>
        new MotionClipRenderer(Options.ImageSize, Options.FrameCount)
            .Render(motion, Options.Difficulty, MotionDatasetWriter.ClipSeed(Options, group, clip));
}
