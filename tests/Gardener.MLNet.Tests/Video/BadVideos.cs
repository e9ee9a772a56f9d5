using GardenerML.Video;

namespace GardenerML.Tests.Video;

/// <summary>Files that are no good videos, and what must be said of each.</summary>
internal static class BadVideos
{
    public static readonly string[] Names =
        ["missing", "folder", "empty", "text", "playlist", "header-cut", "header-only", "noise", "no-frames", "audio", "cut-mp4"];

    public static (string Path, VideoReadFailure Reason) Make(MadeVideos made, string name)
    {
        switch (name)
        {
            case "missing":
                return (made.At("nothing.avi"), VideoReadFailure.NotFound);
            case "folder":
                return (Directory.CreateDirectory(made.At("folder.avi")).FullName, VideoReadFailure.Folder);
            case "empty":
                return (made.Save("empty.avi", []), VideoReadFailure.Empty);
            case "text":
                return (made.Save("text.avi", "404 Not Found\r\n"u8), VideoReadFailure.NotAVideo);
            case "playlist":
                return (made.Save("playlist.mp4", "#EXTM3U\n#EXTINF:1,\nother.ts\n\0"u8), VideoReadFailure.NotAVideo);
            case "header-cut":
                return (made.Save("header-cut.avi", File.ReadAllBytes(made.Numbered(20)).AsSpan(0, 120)), VideoReadFailure.NotAVideo);
            case "header-only":
                var whole = File.ReadAllBytes(made.Numbered(20));
                return (made.Save("header-only.avi", whole.AsSpan(0, whole.AsSpan().IndexOf("movi"u8) + 4)), VideoReadFailure.NoFrames);
            case "noise":
                var noise = new byte[20_000];
                new Random(3).NextBytes(noise);
                return (made.Save("noise.avi", noise), VideoReadFailure.NotAVideo);
            case "no-frames":
                var frames = File.ReadAllBytes(made.Numbered(20));
                var content = frames.AsSpan(frames.AsSpan().IndexOf("movi"u8) + 4);
                // Every frame keeps its chunk header (00dc and a length) and loses its picture.
                for (int at = content.IndexOf("00dc"u8); at >= 0 && at + 8 < content.Length;)
                {
                    int length = BitConverter.ToInt32(content.Slice(at + 4, 4));
                    if (length <= 0 || at + 8 + length > content.Length)
                        break;
                    content.Slice(at + 8, length).Clear();
                    int next = content[(at + 8 + length)..].IndexOf("00dc"u8);
                    at = next < 0 ? -1 : at + 8 + length + next;
                }
                return (made.Save("no-frames.avi", frames), VideoReadFailure.NoFrames);
            case "audio":
                return (made.Save("audio.wav", Wave()), VideoReadFailure.NotAVideo);
            case "cut-mp4":
                var mp4 = File.ReadAllBytes(made.Corners("whole.mp4"));
                return (made.Save("cut.mp4", mp4.AsSpan(0, mp4.Length / 2)), VideoReadFailure.NotAVideo);
            default:
                throw new ArgumentException(name, nameof(name));
        }
    }

    private static byte[] Wave()
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        writer.Write("RIFF"u8);
        writer.Write(36 + 8000);
        writer.Write("WAVEfmt "u8);
        writer.Write(16);
        writer.Write((short)1);
        writer.Write((short)1);
        writer.Write(8000);
        writer.Write(8000);
        writer.Write((short)1);
        writer.Write((short)8);
        writer.Write("data"u8);
        writer.Write(8000);
        writer.Write(new byte[8000]);
        return stream.ToArray();
    }
}
