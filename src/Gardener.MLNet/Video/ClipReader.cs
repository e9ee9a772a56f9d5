namespace GardenerML.Video;

/// <summary>
/// Decodes the frames of a clip, or of all views of a video, in one sequential pass, as far as the last frame that is
/// needed.
/// </summary>
/// <remarks>
/// Seeking is not used: it lands on another frame in some files, and costs about as much (docs/performance.md). The number
/// of frames in a header is a
/// hint: where the video ends early, or a count makes it too short for the clip, the indices are taken anew from the
/// real count.
/// </remarks>
internal static class ClipReader
{
    /// <summary>Reads the views of a video; one view is its clip.</summary>
    /// <param name="open">Opens the video at its first frame; called a second time if the stated frame count was
    /// wrong.</param>
    /// <param name="options">Which frames.</param>
    /// <param name="views">How many clips and crops.</param>
    /// <param name="height">Height of the clip's frames.</param>
    /// <param name="width">Width of the clip's frames.</param>
    /// <param name="random">Draws what is random in the sampling.</param>
    /// <param name="cancellation">Stops between frames.</param>
    /// <returns>The frames of each view, one view after the other, in the order clip, crop.</returns>
    /// <exception cref="VideoReadException">The video cannot be read.</exception>
    public static VideoFrames Read(
        Func<FrameSource> open,
        VideoLoadingOptions options,
        VideoViews views,
        int height,
        int width,
        Random? random,
        CancellationToken cancellation)
    {
        VideoNative.Require();
        var resize = views.Spatial > 1 ? FrameResize.ShortSideCentreCrop : options.Resize;
        using var converter = new FrameConverter(height, width, resize, options.ApplyRotation);
        var frames = new VideoFrames(checked(views.Count * options.FrameCount), height, width);
        bool fromStart = options.Sampling == FrameSampling.First && views.Temporal == 1;
        try
        {
            int count = 0;
            string? path = null;
            for (int pass = 0; pass < 3; pass++)
            {
                using var source = open();
                path = source.Path;
                bool exact = count > 0;
                int available = exact ? count : source.StatedCount;
                if (available < 1 && !fromStart)
                {
                    count = NotZero(source.SkipToEnd(cancellation), source.Path);
                    continue;
                }
                // The first frames are the same whatever the count, so an unknown one matters only if the video ends
                // early.
                var indices = FrameSampler.SampleViews(
                    options, views.Temporal, available < 1 ? int.MaxValue : available, random);
                if (Decode(
                    source, converter, indices, options.FrameCount, views.Spatial, frames, cancellation, out int passed))
                {
                    if (exact || LongEnough(options, views, available))
                        return frames;
                    passed += source.SkipToEnd(cancellation);
                    if (passed == available)
                        return frames;
                }
                count = NotZero(passed, source.Path);
            }
            throw new VideoReadException(VideoReadFailure.NoFrames, path,
                $"{VideoFile.Describe(path)} gives a different number of frames each time it is read; "
                + "it may be in the middle of being written.");
        }
        catch
        {
            frames.Dispose();
            throw;
        }
    }

    /// <summary>Reads every frame, or null if there are more than <paramref name="most"/>.</summary>
    public static VideoFrames? ReadAll(
        Func<FrameSource> open,
        VideoLoadingOptions options,
        int height,
        int width,
        int most,
        CancellationToken cancellation)
    {
        const int FirstRoom = 256;
        ArgumentOutOfRangeException.ThrowIfLessThan(most, 1);
        most = (int)Math.Min(most, Array.MaxLength / (3L * height * width));

        VideoNative.Require();
        using var source = open();
        if (source.StatedCount > most)
            return null;
        using var converter = new FrameConverter(height, width, options.Resize, options.ApplyRotation);
        int room = source.StatedCount > 0 ? Math.Min(source.StatedCount, FirstRoom) : Math.Min(most, FirstRoom);
        var frames = new VideoFrames(room, height, width) { StatedCount = source.StatedCount };
        try
        {
            int count = 0;
            while (source.Grab() && source.Retrieve() is { } frame)
            {
                cancellation.ThrowIfCancellationRequested();
                if (count == most)
                {
                    frames.Dispose();
                    return null;
                }
                if (count == frames.FrameCount)
                    frames.Resize((int)Math.Min(most, 2L * count));
                converter.Convert(source, frame, frames.Writable(count++));
            }
            frames.Resize(NotZero(count, source.Path));
            return frames;
        }
        catch
        {
            frames.Dispose();
            throw;
        }
    }

    /// <summary>Which of all frames of a video make the clip that <see cref="Read"/> would decode.</summary>
    /// <param name="all">What <see cref="ReadAll"/> returned.</param>
    /// <param name="options">Which frames.</param>
    /// <param name="random">Draws the start, in the state that <see cref="Read"/> would have it in.</param>
    public static int[] Indices(VideoFrames all, VideoLoadingOptions options, Random? random)
    {
        int stated = all.StatedCount;
        if (stated >= 1)
        {
            int[] indices = FrameSampler.Sample(options, stated, random);
            if (indices.Max() < all.FrameCount
                && (stated == all.FrameCount || LongEnough(options, VideoViews.One, stated)))
                return indices;
        }
        return FrameSampler.Sample(options, all.FrameCount, random);
    }

    /// <summary>Opens a video and decodes its first frame, and no more.</summary>
    /// <exception cref="VideoReadException">The video cannot be read.</exception>
    public static void Probe(Func<FrameSource> open)
    {
        VideoNative.Require();
        using var source = open();
        if (!source.Grab() || source.Retrieve() is null)
            NotZero(0, source.Path);
    }

    // False if the video ended before the last index; passed is the number of frames gone through.
    private static bool Decode(
        FrameSource source,
        FrameConverter converter,
        int[] indices,
        int clipLength,
        int crops,
        VideoFrames frames,
        CancellationToken cancellation,
        out int passed)
    {
        passed = 0;
        int last = -1;
        int[] slots = [.. Enumerable.Range(0, indices.Length).OrderBy(slot => indices[slot])];
        foreach (int slot in slots)
        {
            if (last >= 0 && indices[slot] == indices[last])
            {
                for (int crop = 0; crop < crops; crop++)
                    frames.Frame(At(last, crop)).CopyTo(frames.Writable(At(slot, crop)));
                continue;
            }
            while (passed <= indices[slot])
            {
                cancellation.ThrowIfCancellationRequested();
                if (!source.Grab())
                    return false;
                passed++;
            }
            if (source.Retrieve() is not { } frame)
            {
                passed--;
                return false;
            }
            for (int crop = 0; crop < crops; crop++)
                converter.Convert(source, frame, frames.Writable(At(slot, crop)), crop, crops);
            last = slot;
        }
        return true;

        // Where the frame of a slot lies in the view of that crop: the views of a clip are next to each other.
        int At(int slot, int crop) => (slot / clipLength * crops + crop) * clipLength + slot % clipLength;
    }

    // Whether a stated count can be taken on trust: all indices were found, and more frames would not change them much.
    // Uniform
    // sampling is checked because its last frame is next to the end of the video anyway, and so is the last of several
    // clips.
    private static bool LongEnough(VideoLoadingOptions options, VideoViews views, int stated) =>
        views.Temporal == 1 && (options.Sampling == FrameSampling.First && stated < 1
        || options.Sampling != FrameSampling.Uniform
            && stated >= FrameSampler.Span(options.FrameCount, options.SamplingRate));

    private static int NotZero(int count, string? path) => count > 0
        ? count
        : throw new VideoReadException(VideoReadFailure.NoFrames, path,
            $"{VideoFile.Describe(path)} opens as a video, but no frame of it can be decoded: "
            + "it is damaged, cut off, or its codec is not supported. "
            + "Check that it plays, or convert it to H.264 in MP4.");
}
