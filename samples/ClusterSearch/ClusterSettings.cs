using System.Net;

/// <summary>The settings of the program: arguments such as <c>--data UCF-101</c>, or environment variables.</summary>
internal sealed class ClusterSettings
{
    /// <summary>The folder of videos.</summary>
    public string Data { get; set; } = "";

    /// <summary>The checkpoint to prune.</summary>
    public string Checkpoint { get; set; } = "";

    /// <summary>Where trials and models go; all machines must see it.</summary>
    public string Folder { get; set; } = "";

    /// <summary>Frames of a clip.</summary>
    public int Frames { get; set; } = 16;

    /// <summary>Width and height of a clip.</summary>
    public int Size { get; set; } = 224;

    /// <summary>Passes over the training clips.</summary>
    public int Epochs { get; set; } = 4;

    /// <summary>Which silo of this machine a worker is, from 0.</summary>
    public int Silo { get; set; }

    /// <summary>How many workers there are: as many trials are in flight.</summary>
    public int Silos { get; set; } = 1;

    /// <summary>The first port of the silos of this machine; each has two.</summary>
    public int Port { get; set; } = 11111;

    /// <summary>After how many seconds a worker that is not heard of is given up.</summary>
    public int Lease { get; set; } = 60;

    /// <summary>What is missing or out of its range; null for nothing.</summary>
    public string? Fault => this switch
    {
        { Data: "" } => "Say where the videos are: --data FOLDER.",
        { Checkpoint: "" } => "Say what to prune: --checkpoint FILE, or the id of a Hugging Face model.",
        { Folder: "" } => "Say where trials and models go: --folder FOLDER.",
        { Silos: < 1 } => $"--silos is {Silos}; it must be at least 1.",
        { Silo: < 0 } => $"--silo is {Silo}; it must be at least 0.",
        { Lease: < 1 } => $"--lease is {Lease}; it must be at least 1.",
        { Epochs: < 1 } => $"--epochs is {Epochs}; it must be at least 1.",
        _ when Port < 1 || Port + (2L * Math.Max(Silo, Silos - 1)) + 1 > IPEndPoint.MaxPort => $"--port is {Port}; it and those after it, two a silo, must be from 1 to {IPEndPoint.MaxPort}.",
        _ => null,
    };
}
