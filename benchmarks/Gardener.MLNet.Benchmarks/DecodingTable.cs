using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using GardenerML.Training;
using GardenerML.Video;

namespace GardenerML.Benchmarks;

/// <summary>
/// Decoding of real videos to clips of 224 x 224 pixels on one thread, against the ffmpeg command line decoding all frames to raw
/// video at the same size (skipped where there is no ffmpeg). Argument: a folder with the subfolders "clips/mp4" and
/// "ucf101/videos" (../shared).
/// </summary>
internal static partial class DecodingTable
{
    private const int Files = 24;
    private const int Rounds = 3;
    private const int ClipsRead = 200;

    private static readonly VideoLoadingOptions Sixteen = new() { FrameCount = 16, SamplingRate = 4, Size = 224 };

    public static void Print(string[] arguments)
    {
        var root = arguments is [var given, ..] ? given : "../shared";
        Console.WriteLine($"At most {Files} files of each kind, one thread, shortest processor time of {Rounds} rounds or more");
        Console.WriteLine("| videos | what | ms a video | frames of the video/s | managed bytes a video | time of ffmpeg |");
        Console.WriteLine("| --- | --- | ---: | ---: | ---: | ---: |");
        Print("AVI, MPEG-4, 320 x 240", Path.Combine(root, "ucf101", "videos"), "*.avi");
        Print("MP4, H.264, 426 x 240 to 1280 x 720", Path.Combine(root, "clips", "mp4"), "*.mp4");
        PrintReaders(Path.Combine(root, "ucf101", "videos"));
    }

    /// <summary>Whether reading files side by side, as trainers and scorers do, costs more than reading one after the other.</summary>
    private static void PrintReaders(string folder)
    {
        if (!Directory.Exists(folder))
            return;
        VideoClip[] clips = [.. Directory.GetFiles(folder, "*.avi", SearchOption.AllDirectories)
            .Order(StringComparer.Ordinal).Take(ClipsRead).Select(file => VideoClip.FromFile(file, Sixteen))];
        int[] readers = [1, 2];
        var times = InTurn.Shortest(Rounds, true, [.. readers.Select<int, Action>(threads => () =>
        {
            foreach (var frames in OrderedPrefetch.Run(clips, (clip, stop) => clip.Read(stop), threads, 2 * threads, CancellationToken.None))
                frames.Dispose();
        })]);
        Console.WriteLine();
        Console.WriteLine($"{clips.Length} clips of 16 frames, every 4th");
        Console.WriteLine("| readers | processor ms a clip |");
        Console.WriteLine("| ---: | ---: |");
        for (var i = 0; i < readers.Length; i++)
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {readers[i]} | {1e3 * times[i] / clips.Length:F2} |"));
    }

    private static void Print(string name, string folder, string pattern)
    {
        if (!Directory.Exists(folder))
        {
            Console.WriteLine($"| {name} | skipped: no folder {folder} | | | | |");
            return;
        }
        string[] files = [.. Directory.GetFiles(folder, pattern, SearchOption.AllDirectories).Order(StringComparer.Ordinal).Take(Files)];
        var whole = Sixteen with { Sampling = FrameSampling.Uniform };
        var frames = files.Sum(FrameCount);
        (string Name, Action<string> Run)[] ways =
        [
            ("every frame, decoded only", SkipThrough),
            ("16 frames, every 4th", file => VideoClip.FromFile(file, Sixteen).Read().Dispose()),
            ("16 frames, from the whole video", file => VideoClip.FromFile(file, whole).Read().Dispose()),
            ("every frame, at 224 x 224", file => VideoClip.FromFile(file, Sixteen).ReadAll(int.MaxValue)!.Dispose()),
        ];
        var bytes = new long[ways.Length];
        var times = InTurn.Shortest(Rounds, true, [.. ways.Select<(string, Action<string> Run), Action>((way, i) => () =>
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            Array.ForEach(files, way.Run);
            bytes[i] = (GC.GetAllocatedBytesForCurrentThread() - before) / files.Length;
        })]);
        var ffmpeg = Seconds(files);
        for (var i = 0; i < ways.Length; i++)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"| {name} | {ways[i].Name} | {1e3 * times[i] / files.Length:F1} | {frames / times[i]:F0} | {bytes[i]:N0} "
                + $"| {(ffmpeg is { } seconds ? (times[i] / seconds).ToString("P0", CultureInfo.InvariantCulture) : "no ffmpeg")} |"));
        }
        if (ffmpeg is { } all)
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"| {name} | ffmpeg, every frame at 224 x 224 | {1e3 * all / files.Length:F1} | {frames / all:F0} | | 100% |"));
    }

    private static long FrameCount(string file)
    {
        using var frames = VideoClip.FromFile(file).ReadAll(int.MaxValue)!;
        return frames.FrameCount;
    }

    private static void SkipThrough(string file)
    {
        using var source = new CapturedFrames(file, file);
        source.SkipToEnd(CancellationToken.None);
    }

    /// <summary>What ffmpeg says it computed, without the start of its process; null where there is none.</summary>
    private static double? Seconds(string[] files)
    {
        try
        {
            return Enumerable.Range(0, Rounds).Min(_ => files.Sum(Seconds));
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    private static double Seconds(string file)
    {
        var start = new ProcessStartInfo("ffmpeg") { RedirectStandardError = true };
        string[] options =
        [
            "-nostdin", "-hide_banner", "-benchmark", "-threads", "1", "-filter_threads", "1", "-i", file, "-an",
            "-vf", "scale=224:224:flags=area", "-pix_fmt", "rgb24", "-f", "rawvideo", "-y", OperatingSystem.IsWindows() ? "NUL" : "/dev/null",
        ];
        foreach (var option in options)
            start.ArgumentList.Add(option);
        using var process = Process.Start(start)!;
        var said = process.StandardError.ReadToEnd();
        process.WaitForExit();
        var times = Times().Match(said).Groups;
        return double.Parse(times[1].Value, CultureInfo.InvariantCulture) + double.Parse(times[2].Value, CultureInfo.InvariantCulture);
    }

    [GeneratedRegex(@"utime=([0-9.]+)s stime=([0-9.]+)s")]
    private static partial Regex Times();
}
