using System.Buffers;
using OpenCvSharp;

namespace GardenerML.Video;

/// <summary>Frames that are in memory already, red, green, blue, [frame, row, column, channel].</summary>
internal sealed unsafe class HeldFrames : FrameSource
{
    private readonly MemoryHandle _pin;
    private readonly int _height;
    private readonly int _width;
    private int _position = -1;
    private Mat? _frame;

    public HeldFrames(ReadOnlyMemory<byte> pixels, int frameCount, int height, int width)
    {
        _pin = pixels.Pin();
        StatedCount = frameCount;
        _height = height;
        _width = width;
    }

    public override int StatedCount { get; }

    public override bool IsRgb => true;

    public override bool Grab() => ++_position < StatedCount;

    public override Mat? Retrieve()
    {
        _frame?.Dispose();
        long offset = 3L * _height * _width * _position;
        return _frame = Mat.FromPixelData(_height, _width, MatType.CV_8UC3, (nint)((byte*)_pin.Pointer + offset));
    }

    public override void Dispose()
    {
        _frame?.Dispose();
        _pin.Dispose();
    }
}
