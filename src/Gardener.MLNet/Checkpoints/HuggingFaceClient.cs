using System.Globalization;
using System.Net;
using System.Net.Http.Headers;

namespace GardenerML.Checkpoints;

/// <summary>Requests to the Hub for the files of one repository.</summary>
internal sealed class HuggingFaceClient : IDisposable
{
    private const int MaxRedirects = 8;

    private readonly HuggingFaceSettings _settings;
    private readonly HttpClient _http;

    /// <summary>Whether the server has answered before: one that never has is not tried again.</summary>
    private bool _answered;

    public HuggingFaceClient(HuggingFaceSettings settings, string id)
    {
        _settings = settings;
        Id = id;
        // Redirects are followed here, because the token must not go with them.
        _http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, ConnectTimeout = settings.StallTimeout })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
        _http.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("Gardener.MLNet", null));
        // Compressed answers would hide the true length.
        _http.DefaultRequestHeaders.AcceptEncoding.Add(new StringWithQualityHeaderValue("identity"));
    }

    /// <summary>The repository.</summary>
    public string Id { get; }

    /// <summary>Asks for the description of a file; null if the repository does not have it.</summary>
    public Task<RemoteFile?> FindAsync(string revision, string name, CancellationToken cancellationToken) =>
        RetryAsync(name, async () =>
        {
            using var watch = new StallWatch(_settings.StallTimeout, cancellationToken);
            var address = Address(revision, name);
            for (var redirects = 0; redirects <= MaxRedirects; redirects++)
            {
                using var response = await SendAsync(HttpMethod.Head, address, null, watch).ConfigureAwait(false);
                // The answer that redirects to the storage of large files describes the file already.
                if (Header(response, "X-Linked-Etag") is null && Redirect(response, address) is { } next)
                {
                    address = next;
                    continue;
                }
                if (response.StatusCode == HttpStatusCode.NotFound)
                    return null;
                if ((int)response.StatusCode >= 400)
                    throw Refused(response.StatusCode, name);
                return Describe(response, revision, name);
            }
            throw Fail(name, "the server redirects without end");
        }, cancellationToken);

    /// <summary>Downloads a file, continuing an earlier download, and verifies it before it gets its name.</summary>
    public async Task DownloadAsync(
        RemoteFile file, string path, IProgress<DownloadProgress>? progress, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var partial = path + ".incomplete";
        await RetryAsync(file.Name, async () =>
        {
            using (var target = OpenPartial(partial, file))
            {
                await ReceiveAsync(file, target, progress, cancellationToken).ConfigureAwait(false);
                if (!await BlobHash.MatchesAsync(target, file.Hash, cancellationToken).ConfigureAwait(false))
                {
                    target.SetLength(0);
                    throw Transient(file.Name, "the bytes received do not have the hash that the server stated");
                }
                target.Flush(flushToDisk: true);
            }
            File.Move(partial, path, overwrite: true);
            return true;
        }, cancellationToken).ConfigureAwait(false);
    }

    public void Dispose() => _http.Dispose();

    private async Task ReceiveAsync(
        RemoteFile file,
        FileStream target,
        IProgress<DownloadProgress>? progress,
        CancellationToken cancellationToken)
    {
        if (target.Length > file.Length)
            target.SetLength(0);
        target.Seek(0, SeekOrigin.End);
        progress?.Report(new DownloadProgress(file.Name, target.Length, file.Length));
        if (target.Length == file.Length)
            return;
        using var watch = new StallWatch(_settings.StallTimeout, cancellationToken);
        using var response = await GetAsync(file, target.Length, watch).ConfigureAwait(false);
        if (response.StatusCode != HttpStatusCode.PartialContent
            || response.Content.Headers.ContentRange?.From != target.Length)
        {
            // The server sends everything again, or something else than was asked for.
            target.SetLength(0);
            if (response.StatusCode == HttpStatusCode.PartialContent)
                throw Transient(file.Name, "the server sent another range than was asked for");
        }
        var body = await response.Content.ReadAsStreamAsync(watch.Token).ConfigureAwait(false);
        await using (body.ConfigureAwait(false))
        {
            var buffer = new byte[1 << 16];
            while (true)
            {
                watch.Restart();
                var read = await ReadAsync(body, buffer, file.Name, watch.Token).ConfigureAwait(false);
                if (read == 0)
                    break;
                if (target.Length + read > file.Length)
                {
                    target.SetLength(0);
                    throw Transient(file.Name, $"the server sent more than the {file.Length:N0} bytes that it stated");
                }
                await target.WriteAsync(buffer.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
                progress?.Report(new DownloadProgress(file.Name, target.Position, file.Length));
            }
        }
        if (target.Length < file.Length)
            throw Transient(file.Name, $"the connection ended after {target.Length:N0} of {file.Length:N0} bytes");
    }

    /// <summary>Tells faults of the connection, which another try may mend, from faults of the disk.</summary>
    private static async Task<int> ReadAsync(
        Stream body, byte[] buffer, string name, CancellationToken cancellationToken)
    {
        try
        {
            return await body.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        }
        catch (IOException error)
        {
            throw Transient(name, $"the connection broke: {error.Message}", error);
        }
    }

    private async Task<HttpResponseMessage> GetAsync(RemoteFile file, long from, StallWatch watch)
    {
        var address = Address(file.Commit, file.Name);
        for (var redirects = 0; redirects <= MaxRedirects; redirects++)
        {
            var response = await SendAsync(HttpMethod.Get, address, from, watch).ConfigureAwait(false);
            if (Redirect(response, address) is not { } next)
            {
                if (response.IsSuccessStatusCode)
                    return response;
                using (response)
                    throw Refused(response.StatusCode, file.Name);
            }
            response.Dispose();
            address = next;
        }
        throw Fail(file.Name, "the server redirects without end");
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, Uri address, long? from, StallWatch watch)
    {
        using var request = new HttpRequestMessage(method, address);
        if (_settings.Token is { } token && IsEndpoint(address))
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        if (from > 0)
            request.Headers.Range = new RangeHeaderValue(from, null);
        var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, watch.Token).ConfigureAwait(false);
        _answered = true;
        return response;
    }

    private bool IsEndpoint(Uri address) =>
        Uri.Compare(
            address,
            _settings.Endpoint,
            UriComponents.SchemeAndServer,
            UriFormat.Unescaped,
            StringComparison.OrdinalIgnoreCase) == 0;

    private Uri Address(string revision, string name) => new(
        $"{_settings.Endpoint.ToString().TrimEnd('/')}/{Id}/resolve/" +
        $"{Uri.EscapeDataString(revision)}/{Uri.EscapeDataString(name)}");

    /// <summary>Where a redirect leads; null if the answer is none.</summary>
    private Uri? Redirect(HttpResponseMessage response, Uri from)
    {
        if ((int)response.StatusCode is < 300 or >= 400 || response.Headers.Location is not { } location)
            return null;
        var to = location.IsAbsoluteUri ? location : new Uri(from, location);
        if (to.Scheme != "https" && to.Scheme != _settings.Endpoint.Scheme)
            throw Fail(from.AbsolutePath, $"the server redirects to the unsafe address {to.GetLeftPart(UriPartial.Authority)}");
        return to;
    }

    private RemoteFile Describe(HttpResponseMessage response, string revision, string name)
    {
        var hash = (Header(response, "X-Linked-Etag") ?? Header(response, "ETag") ?? "")
            .Replace("W/", "", StringComparison.Ordinal)
            .Trim('"');
        var length = Header(response, "X-Linked-Size") is { } size
            && long.TryParse(size, NumberStyles.None, CultureInfo.InvariantCulture, out var linked)
            ? linked
            : response.Content.Headers.ContentLength ?? -1;
        var commit = Header(response, "X-Repo-Commit") ?? revision;
        if (!HuggingFaceCache.IsHash(hash, 64) && !HuggingFaceCache.IsHash(hash, 40))
            throw Fail(name, $"the server states no hash that the file could be verified by (ETag \"{hash}\")");
        if (!HuggingFaceCache.IsHash(commit, 40) || length < 0)
            throw Fail(name, "the server does not state commit and length of the file");
        return new RemoteFile(name, commit, hash, length);
    }

    private static string? Header(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out var values) ? values.FirstOrDefault() : null;

    private static FileStream OpenPartial(string path, RemoteFile file)
    {
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException error) when (File.Exists(path))
        {
            throw Transient(file.Name, $"another process is downloading it to {path}", error);
        }
    }

    private async Task<T> RetryAsync<T>(string name, Func<Task<T>> action, CancellationToken cancellationToken)
    {
        var delay = _settings.RetryDelay;
        for (var attempt = 1; ; attempt++)
        {
            Exception fault;
            try
            {
                return await action().ConfigureAwait(false);
            }
            catch (Exception error) when (error is TransientException or HttpRequestException)
            {
                fault = error;
            }
            catch (OperationCanceledException error) when (!cancellationToken.IsCancellationRequested)
            {
                fault = new TransientException(
                    $"the server was silent for {_settings.StallTimeout.TotalSeconds:0.#} seconds", error);
            }
            if (fault is HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError } && !_answered)
                throw new CheckpointException(
                    Id, $"{_settings.Endpoint} cannot be reached ({fault.Message}). Check the connection, or name a file or folder.", fault);
            if (attempt >= _settings.Attempts)
                throw new CheckpointException(
                    Id,
                    $"{name} could not be downloaded from {_settings.Endpoint} in {attempt} tries: {fault.Message}",
                    fault);
            await Task.Delay(delay, cancellationToken).ConfigureAwait(false);
            delay *= 2;
        }
    }

    private Exception Refused(HttpStatusCode status, string name) => status switch
    {
        HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => Fail(name,
            $"the server answered {(int)status}: there is no such model, or it needs a token (HF_TOKEN) with access to it"),
        HttpStatusCode.NotFound => Fail(name, "the server answered 404: the file is gone"),
        HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError =>
            Transient(name, $"the server answered {(int)status}"),
        HttpStatusCode.RequestedRangeNotSatisfiable => Transient(name, "the server refused to resume"),
        _ => Fail(name, $"the server answered {(int)status}"),
    };

    private CheckpointException Fail(string name, string message) =>
        new(Id, $"{name} cannot be downloaded from {_settings.Endpoint}: {message}.");

    private static TransientException Transient(string name, string message, Exception? inner = null) =>
        new($"{name}: {message}", inner);

    /// <summary>A fault that another try may mend.</summary>
    private sealed class TransientException(string message, Exception? inner) : IOException(message, inner);

    /// <summary>Cancels when nothing has happened for a while.</summary>
    private sealed class StallWatch : IDisposable
    {
        private readonly CancellationTokenSource _source;
        private readonly TimeSpan _limit;

        public StallWatch(TimeSpan limit, CancellationToken cancellationToken)
        {
            _limit = limit;
            _source = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            Restart();
        }

        public CancellationToken Token => _source.Token;

        public void Restart() => _source.CancelAfter(_limit);

        public void Dispose() => _source.Dispose();
    }
}
