using GardenerML.Video;

namespace GardenerML.Tests.Training;

/// <summary>Makes clips in memory that count how often they are decoded, and on which threads.</summary>
internal sealed class CountedClips
{
    private int _count;

    public int Decodes => Volatile.Read(ref _count);

    public TimeSpan Delay { get; set; }

    public Action? OnDecode { get; set; }

    /// <summary>As <see cref="TinyData.Rows"/>.</summary>
    public TinyRow[] Rows(int count, FrameSampling sampling = FrameSampling.First, int colours = 3)
    {
        var options = new VideoLoadingOptions
        {
            FrameCount = TinyData.Frames,
            SamplingRate = 1,
            Size = TinyData.Side,
            Sampling = sampling,
        };
        var rows = TinyData.Rows(count, colours: colours);
        foreach (var row in rows)
            row.Video = new VideoClip(new Source(this, TinyData.Pixels(row.Number % colours, row.Number)), options);
        return rows;
    }

    private sealed class Source(CountedClips owner, byte[] pixels) : ClipSource
    {
        public override string Key => throw new NotSupportedException();

        public override FrameSource Open()
        {
            Interlocked.Increment(ref owner._count);
            Thread.Sleep(owner.Delay);
            owner.OnDecode?.Invoke();
            return new HeldFrames(pixels, TinyData.Frames, TinyData.Side, TinyData.Side);
        }
    }
}
