using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;

namespace GardenerML.Checkpoints;

/// <summary>
/// Bytes at a fixed place in memory: a mapped file of any length, native memory filled from a stream, or pinned memory.
/// </summary>
internal sealed unsafe class ByteSource : IDisposable
{
    private readonly Action _release;
    private byte* _start;
    private int _released;

    private ByteSource(byte* start, long length, Action release)
    {
        _start = start;
        Length = length;
        _release = release;
    }

    public long Length { get; }

    /// <summary>Maps a file; nothing is read yet.</summary>
    public static ByteSource Map(string path)
    {
        // The file may be renamed or deleted by others while it is mapped, but not changed.
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, 1);
        var length = file.Length;
        if (length == 0)
            throw new CheckpointException(path, "The file is empty.");
        using var map = MemoryMappedFile.CreateFromFile(
            file, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
        var view = map.CreateViewAccessor(0, length, MemoryMappedFileAccess.Read);
        byte* start = null;
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        return new ByteSource(start + view.PointerOffset, length, () =>
        {
            view.SafeMemoryMappedViewHandle.ReleasePointer();
            view.Dispose();
        });
    }

    /// <summary>
    /// Reads exactly <paramref name="length"/> bytes into native memory. The memory grows with what the stream really holds,
    /// so a length that lies costs nothing.
    /// </summary>
    public static ByteSource Read(Stream stream, long length, string name)
    {
        const int Step = 1 << 20;
        byte* memory = null;
        try
        {
            long filled = 0, capacity = 0;
            while (filled < length)
            {
                if (filled == capacity)
                {
                    capacity = Math.Min(length, Math.Max(Step, 2 * capacity));
                    memory = (byte*)NativeMemory.Realloc(memory, checked((nuint)capacity));
                }
                var read = stream.Read(new Span<byte>(memory + filled, (int)Math.Min(Step, capacity - filled)));
                if (read == 0)
                    throw new CheckpointException(name, $"The data ends after {filled:N0} of {length:N0} bytes.");
                filled += read;
            }
        }
        catch
        {
            NativeMemory.Free(memory);
            throw;
        }
        var address = (nint)memory;
        return new ByteSource(memory, length, () => NativeMemory.Free((void*)address));
    }

    /// <summary>Takes the memory of a stream, such as a resource of an assembly, without a copy; disposes the stream.</summary>
    public static ByteSource Of(UnmanagedMemoryStream stream)
    {
        stream.Position = 0;
        return new ByteSource(stream.PositionPointer, stream.Length, stream.Dispose);
    }

    /// <summary>Pins memory that somebody else owns.</summary>
    public static ByteSource Pin(ReadOnlyMemory<byte> memory)
    {
        var handle = memory.Pin();
        return new ByteSource((byte*)handle.Pointer, memory.Length, () => handle.Dispose());
    }

    public ReadOnlySpan<byte> Slice(long offset, int length)
    {
        ObjectDisposedException.ThrowIf(_released != 0, this);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, Length - length);
        return new ReadOnlySpan<byte>(_start + offset, length);
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _released, 1) != 0)
            return;
        _start = null;
        _release();
    }
}
