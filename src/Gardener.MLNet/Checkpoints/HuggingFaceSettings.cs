namespace GardenerML.Checkpoints;

/// <summary>
/// Where checkpoints named by a Hugging Face id come from and where they are kept. The defaults are those of the
/// <c>huggingface_hub</c> Python package, so both share one cache.
/// </summary>
public sealed record HuggingFaceSettings
{
    /// <summary>The cache folder, which holds a folder <c>models--owner--name</c> for each model.</summary>
    public required string CacheFolder { get; init; }

    /// <summary>The server.</summary>
    public Uri Endpoint { get; init; } = new("https://huggingface.co");

    /// <summary>
    /// The access token; sent to <see cref="Endpoint"/> only, never to where it redirects. Null for none.
    /// </summary>
    public string? Token { get; init; }

    /// <summary>Whether the network must not be used.</summary>
    public bool Offline { get; init; }

    /// <summary>Branch, tag or commit.</summary>
    public string Revision { get; init; } = "main";

    /// <summary>How long the server may be silent before the connection is given up and tried again; above 0.</summary>
    public TimeSpan StallTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How often a request is tried before it counts as failed; at least 1. Downloaded bytes are kept between tries.
    /// </summary>
    public int Attempts { get; init; } = 5;

    /// <summary>The wait before the second try; it doubles with each further one.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// The settings of this process: HF_HUB_CACHE, HF_HOME and XDG_CACHE_HOME (cache), HF_ENDPOINT, HF_TOKEN and HF_TOKEN_PATH or
    /// the file <c>token</c> in HF_HOME, and HF_HUB_OFFLINE.
    /// </summary>
    public static HuggingFaceSettings FromEnvironment() => FromEnvironment(Environment.GetEnvironmentVariable);

    /// <summary>The settings that variables give.</summary>
    /// <param name="variable">Value of an environment variable; null if it is not set.</param>
    internal static HuggingFaceSettings FromEnvironment(Func<string, string?> variable)
    {
        var profile = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        var home = Value("HF_HOME") ?? Path.Combine(Value("XDG_CACHE_HOME") ?? Path.Combine(profile, ".cache"), "huggingface");
        var endpoint = Value("HF_ENDPOINT");
        if (endpoint is not null
            && !(Uri.TryCreate(endpoint, UriKind.Absolute, out var uri)
            && uri.Scheme is "http" or "https"))
            throw new ArgumentException($"HF_ENDPOINT is \"{endpoint}\"; expected an http or https address.");
        return new HuggingFaceSettings
        {
            CacheFolder = Value("HF_HUB_CACHE") ?? Value("HUGGINGFACE_HUB_CACHE") ?? Path.Combine(home, "hub"),
            Endpoint = new Uri(endpoint ?? "https://huggingface.co"),
            Token = Value("HF_TOKEN")
                ?? Value("HUGGING_FACE_HUB_TOKEN")
                ?? ReadToken(Value("HF_TOKEN_PATH") ?? Path.Combine(home, "token")),
            Offline = Value("HF_HUB_OFFLINE")?.ToUpperInvariant() is "1" or "ON" or "YES" or "TRUE",
        };

        string? Value(string name) => variable(name)?.Trim() is { Length: > 0 } value ? value : null;
    }

    /// <summary>The settings without the token, which must not get into a log.</summary>
    public override string ToString() => $"{Endpoint} ({Revision}), cache {CacheFolder}{(Offline ? ", offline" : "")}";

    private static string? ReadToken(string path)
    {
        try
        {
            return File.Exists(path) && File.ReadAllText(path).Trim() is { Length: > 0 } token ? token : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
