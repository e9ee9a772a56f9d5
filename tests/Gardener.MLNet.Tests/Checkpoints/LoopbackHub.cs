using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace GardenerML.Tests.Checkpoints;

/// <summary>
/// A server on this machine that answers as the Hugging Face Hub does: HEAD describes a file, GET of a large one redirects to a
/// second server, the storage. A test says how it misbehaves.
/// </summary>
internal sealed class LoopbackHub : IDisposable
{
    public const string Commit = "0123456789abcdef0123456789abcdef01234567";

    private readonly TcpListener _hub = new(IPAddress.Loopback, 0);
    private readonly TcpListener _storage = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();

    public LoopbackHub()
    {
        _hub.Start();
        _storage.Start();
        _ = AcceptAsync(_hub, false);
        _ = AcceptAsync(_storage, true);
    }

    public Uri Endpoint => new($"http://{_hub.LocalEndpoint}");

    /// <summary>The files of the repository.</summary>
    public Dictionary<string, byte[]> Files { get; } = [];

    /// <summary>Files that are redirected to the storage and named by SHA-256.</summary>
    public HashSet<string> Large { get; } = [];

    /// <summary>Every request: "hub GET name", with range and token where sent.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    /// <summary>Called for each GET of a file's bytes with its count so far; what it returns is done instead of the right answer.</summary>
    public Func<string, int, Fault> Misbehave { get; set; } = (_, _) => Fault.None;

    /// <summary>A hash that is stated in place of the right one.</summary>
    public string? WrongHash { get; set; }

    /// <summary>The status of all answers, if not 0.</summary>
    public int Status { get; set; }

    internal enum Fault
    {
        None,

        /// <summary>500.</summary>
        Error,

        /// <summary>Half of the bytes, then the connection ends.</summary>
        Truncate,

        /// <summary>Half of the bytes, then silence.</summary>
        Stall,

        /// <summary>A byte is changed.</summary>
        Corrupt,

        /// <summary>The range is ignored and everything is sent.</summary>
        IgnoreRange,
    }

    public void Dispose()
    {
        if (_stop.IsCancellationRequested)
            return;
        _stop.Cancel();
        _hub.Stop();
        _storage.Stop();
        _stop.Dispose();
    }

    private async Task AcceptAsync(TcpListener listener, bool storage)
    {
        var counts = new ConcurrentDictionary<string, int>();
        while (true)
        {
            TcpClient client;
            try
            {
                client = await listener.AcceptTcpClientAsync(_stop.Token);
            }
            catch (Exception error) when (error is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                return;
            }
            _ = Task.Run(async () =>
            {
                using (client)
                {
                    try
                    {
                        await AnswerAsync(client.GetStream(), storage, counts);
                    }
                    catch (Exception error) when (error is IOException or OperationCanceledException)
                    {
                        // The client went away, or the test is over.
                    }
                }
            });
        }
    }

    private async Task AnswerAsync(NetworkStream stream, bool storage, ConcurrentDictionary<string, int> counts)
    {
        using var reader = new StreamReader(stream, Encoding.ASCII, leaveOpen: true);
        var request = (await reader.ReadLineAsync(_stop.Token) ?? "").Split(' ');
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        while (await reader.ReadLineAsync(_stop.Token) is { Length: > 0 } line)
            headers[line[..line.IndexOf(':')]] = line[(line.IndexOf(':') + 1)..].Trim();
        if (request.Length < 2)
            return;
        var name = request[1][(request[1].LastIndexOf('/') + 1)..];
        Requests.Enqueue($"{(storage ? "storage" : "hub")} {request[0]} {name}" +
            (headers.TryGetValue("Range", out var range) ? $" {range}" : "") +
            (headers.TryGetValue("Authorization", out var token) ? $" {token}" : ""));
        if (Status != 0 || !Files.TryGetValue(name, out var bytes))
        {
            await SendAsync(stream, $"HTTP/1.1 {(Status != 0 ? Status : 404)} No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            return;
        }
        var large = Large.Contains(name);
        if (!storage && (large || request[0] == "HEAD"))
        {
            var hash = WrongHash ?? (large ? Convert.ToHexStringLower(SHA256.HashData(bytes)) : GitHash(bytes));
            await SendAsync(stream, large
                ? $"HTTP/1.1 302 Found\r\nLocation: http://{_storage.LocalEndpoint}/blob/{name}\r\nX-Repo-Commit: {Commit}\r\n" +
                  $"X-Linked-Etag: \"{hash}\"\r\nX-Linked-Size: {bytes.Length}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
                : $"HTTP/1.1 200 OK\r\nETag: W/\"{hash}\"\r\nX-Repo-Commit: {Commit}\r\nContent-Length: {bytes.Length}\r\nConnection: close\r\n\r\n");
            return;
        }
        await SendFileAsync(stream, bytes, range, Misbehave(name, counts.AddOrUpdate(name, 0, (_, count) => count + 1)));
    }

    private static string GitHash(byte[] bytes)
    {
#pragma warning disable CA5350 // Git names files by SHA-1.
        return Convert.ToHexStringLower(SHA1.HashData([.. Encoding.ASCII.GetBytes($"blob {bytes.Length}\0"), .. bytes]));
#pragma warning restore CA5350
    }

    private async Task SendFileAsync(NetworkStream stream, byte[] bytes, string? range, Fault fault)
    {
        if (fault == Fault.Error)
        {
            await SendAsync(stream, "HTTP/1.1 500 Error\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            return;
        }
        var from = range is null || fault == Fault.IgnoreRange ? 0 : int.Parse(range["bytes=".Length..].TrimEnd('-'));
        var body = bytes[from..];
        await SendAsync(stream, from > 0
            ? $"HTTP/1.1 206 Partial\r\nContent-Range: bytes {from}-{bytes.Length - 1}/{bytes.Length}\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n"
            : $"HTTP/1.1 200 OK\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n");
        if (fault == Fault.Corrupt)
            body[^1] ^= 1;
        await stream.WriteAsync(fault is Fault.Truncate or Fault.Stall ? body.AsMemory(0, body.Length / 2) : body, _stop.Token);
        if (fault == Fault.Stall)
            await Task.Delay(Timeout.Infinite, _stop.Token);
    }

    private async Task SendAsync(NetworkStream stream, string text) => await stream.WriteAsync(Encoding.ASCII.GetBytes(text), _stop.Token);
}
