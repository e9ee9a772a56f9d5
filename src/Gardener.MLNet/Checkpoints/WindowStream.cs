namespace GardenerML.Checkpoints;

/// <summary>
/// A stream for writing that passes on a window of what is written to it and drops the rest; <see cref="Position"/> counts
/// everything. Bytes after the window are an error of the writer, unless they are to be dropped too.
/// </summary>
internal sealed class WindowStream(Stream destination, long start, long length, bool dropAfter = false) : Stream
{
    private long _position;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => _position;

    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (!dropAfter && _position + buffer.Length > start + length)
            throw new ArgumentException(
                $"More bytes are written than the {start + length:N0} announced.", nameof(buffer));
        var from = Math.Clamp(start - _position, 0, buffer.Length);
        var to = Math.Clamp(start + length - _position, 0, buffer.Length);
        if (from < to)
            destination.Write(buffer[(int)from..(int)to]);
        _position += buffer.Length;
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void WriteByte(byte value) => Write([value]);

    public override void Flush() => destination.Flush();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
