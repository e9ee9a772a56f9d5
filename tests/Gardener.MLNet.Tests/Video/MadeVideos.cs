using System.Buffers.Binary;
using GardenerML.Video;
using OpenCvSharp;

namespace GardenerML.Tests.Video;

/// <summary>Small videos that tests write, in a folder of their own.</summary>
internal sealed class MadeVideos : IDisposable
{
    public MadeVideos() => Folder = Directory.CreateTempSubdirectory("gardener-video-").FullName;

    public string Folder { get; }

    /// <summary>
    /// Brightness of the frame with this number: 5 apart, so that compression cannot confuse neighbours.
    /// </summary>
    public static int Brightness(int frame) => 10 + 5 * frame;

    public string At(string name) => Path.Combine(Folder, name);

    /// <summary>Grey frames, each as bright as <see cref="Brightness"/> says; at most 49 of them.</summary>
    public string Numbered(int frames, string name = "numbered.avi", int width = 64, int height = 48) =>
        Write(name, frames, width, height, (frame, mat) => mat.SetTo(Scalar.All(Brightness(frame))));

    /// <summary>Frames of one colour.</summary>
    public string Coloured(byte red, byte green, byte blue, string name = "colour.avi") =>
        Write(name, 8, 64, 48, (_, mat) => mat.SetTo(new Scalar(blue, green, red)));

    /// <summary>
    /// Still frames whose four corners are red (top left), green (top right), blue (bottom left) and white.
    /// </summary>
    public string Corners(string name, int width = 96, int height = 64) => Write(name, 8, width, height, (_, mat) =>
    {
        Fill(new Rect(0, 0, width / 2, height / 2), new Scalar(0, 0, 255));
        Fill(new Rect(width / 2, 0, width / 2, height / 2), new Scalar(0, 255, 0));
        Fill(new Rect(0, height / 2, width / 2, height / 2), new Scalar(255, 0, 0));
        Fill(new Rect(width / 2, height / 2, width / 2, height / 2), new Scalar(255, 255, 255));
        void Fill(Rect part, Scalar colour)
        {
            using var roi = new Mat(mat, part);
            roi.SetTo(colour);
        }
    });

    /// <summary>
    /// Copies an MP4 file with another matrix in its track header, as a phone that was held sideways writes it.
    /// </summary>
    public string Turned(string mp4, int degrees)
    {
        var bytes = File.ReadAllBytes(mp4);
        int track = bytes.AsSpan().IndexOf("tkhd"u8);
        Assert.IsGreaterThan(0, track, "The file has no track header.");
        // Version 0: 4 bytes version and flags, 20 of times, id and duration, 16 of layer and volume, then nine 32-bit
        // numbers.
        var matrix = bytes.AsSpan(track + 4 + 4 + 20 + 16, 36);
        (int a, int b, int c, int d) = degrees switch
        {
            90 => (0, 1, -1, 0),
            180 => (-1, 0, 0, -1),
            270 => (0, -1, 1, 0),
            _ => (1, 0, 0, 1),
        };
        int[] values = [a << 16, b << 16, 0, c << 16, d << 16, 0, 0, 0, 1 << 30];
        for (int i = 0; i < values.Length; i++)
            BinaryPrimitives.WriteInt32BigEndian(matrix[(4 * i)..], values[i]);
        return Save($"turned{degrees}.mp4", bytes);
    }

    // Writes another number of frames into an AVI file's headers, and takes its index away so that nothing contradicts
    // it.
    public string Restated(string avi, int stated)
    {
        var bytes = File.ReadAllBytes(avi);
        int main = bytes.AsSpan().IndexOf("avih"u8), stream = bytes.AsSpan().IndexOf("strh"u8), index = bytes.AsSpan().LastIndexOf("idx1"u8);
        BitConverter.TryWriteBytes(bytes.AsSpan(main + 8 + 16), stated);
        BitConverter.TryWriteBytes(bytes.AsSpan(stream + 8 + 32), stated);
        return Save($"stated{stated}.avi", index > 0 ? bytes.AsSpan(0, index) : bytes);
    }

    public string Save(string name, ReadOnlySpan<byte> bytes)
    {
        File.WriteAllBytes(At(name), bytes);
        return At(name);
    }

    public string Write(string name, int frames, int width, int height, Action<int, Mat> draw)
    {
        VideoNative.Require();
        var path = At(name);
        int codec = name.EndsWith(".mp4", StringComparison.Ordinal) ? FourCC.FromString("mp4v") : FourCC.FromString("MJPG");
        using var writer = new VideoWriter(path, VideoCaptureAPIs.FFMPEG, codec, 25, new Size(width, height));
        Assert.IsTrue(writer.IsOpened(), $"The test cannot write {name}.");
        using var mat = new Mat(height, width, MatType.CV_8UC3);
        for (int frame = 0; frame < frames; frame++)
        {
            draw(frame, mat);
            writer.Write(mat);
        }
        return path;
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
