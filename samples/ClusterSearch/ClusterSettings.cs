using System.Net;
using GardenerML.Checkpoints;
using GardenerML.Video;
using Microsoft.Extensions.Hosting;

/// <summary>The settings of the program: arguments such as <c>--data UCF-101</c>, or environment variables.</summary>
internal sealed class ClusterSettings
{
    /// <summary>The folder of videos.</summary>
    public string Data { get; set; } = "";

    /// <summary>The checkpoint to prune.</summary>
    public string Checkpoint { get; set; } = ShippedCheckpoints.VideoMaeTiny;

    /// <summary>What is done about videos that the lists name and that are not there.</summary>
    public MissingVideos MissingVideos { get; set; } = MissingVideos.Throw;

    /// <summary>Where trials and models go; all machines must see it.</summary>
    public string Folder { get; set; } = "";

    /// <summary>Frames of a clip.</summary>
    public int Frames { get; set; } = 8;

    /// <summary>Width and height of a clip.</summary>
    public int Size { get; set; } = 64;

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

    /// <summary>How many trials are trained at most, those of earlier runs included; 0 for all.</summary>
    public int Trials { get; set; }

    /// <summary>What the program can be told.</summary>
    public static string Usage { get; } = """
        Searches on a cluster for how much of a VideoMAE checkpoint can be pruned: workers prune and train, the search chooses and records.

          ClusterSearch --role worker --silo 0 --data UCF-101 --folder output/search
          ClusterSearch --role search --silos 1 --data UCF-101 --folder output/search

          --role worker|search  Which of the two it is.
          --data FOLDER         Videos in class folders, such as UCF101.
          --checkpoint NAME     What is pruned: a file, a folder, or the id of a Hugging Face model. [default: videomae-tiny]
          --missingVideos WHAT  Throw, or Skip: about videos that the lists name and that are not there. [default: Throw]
          --folder FOLDER       Where trials and models go, and best.zip at the end; all machines must see it.
          --frames N            Frames of a clip; those of the checkpoint. [default: 8]
          --size N              Width and height of a clip; those of the checkpoint. [default: 64]
          --epochs N            Passes over the training clips. [default: 4]
          --trials N            How many trials are trained at most, those of earlier runs included; all 8 unless it is given.
          --silo N              Which worker of this machine it is, from 0.
          --silos N             How many workers there are: as many trials are in flight. [default: 1]
          --port N              The first port of the workers of this machine; each has two. [default: 11111]
          --lease N             After how many seconds a worker that is not heard of is given up. [default: 60]
          --help                This.

        Data, checkpoint, frames, size and epochs are the same for the search and all of its workers. Without settings of a cluster
        (docs/cluster.md) it is one of this machine. Ends with 0 when there is a best model, 1 when the work failed, 2 after wrong
        arguments, and 130 after Ctrl+C, from where the same search goes on.
        """;

    private static readonly string[] HostOptions = [HostDefaults.EnvironmentKey, HostDefaults.ContentRootKey, HostDefaults.ApplicationKey];

    /// <summary>The first argument that is no option; null for none. Those with a colon are settings of Orleans, and the host has some.</summary>
    public static string? Unknown(string[] args) => args.FirstOrDefault(arg =>
        arg.StartsWith("--", StringComparison.Ordinal) && !arg.Contains(':')
        && !HostOptions.Contains(arg.Split('=')[0][2..], StringComparer.OrdinalIgnoreCase)
        && !Usage.Contains($"\n  {arg.Split('=')[0]} ", StringComparison.OrdinalIgnoreCase));

    /// <summary>What is missing or out of its range; null for nothing.</summary>
    public string? Fault => this switch
    {
        { Data: "" } => "Say where the videos are: --data FOLDER.",
        { Checkpoint: "" } => "Say what to prune: --checkpoint FILE, or the id of a Hugging Face model.",
        { Folder: "" } => "Say where trials and models go: --folder FOLDER.",
        { Silos: < 1 } => $"--silos is {Silos}; it must be at least 1.",
        { Silo: < 0 } => $"--silo is {Silo}; it must be at least 0.",
        { Lease: < 1 } => $"--lease is {Lease}; it must be at least 1.",
        { Lease: > 86400 } => $"--lease is {Lease}; it must be at most 86400, a day.",
        { Trials: < 0 } => $"--trials is {Trials}; it must be at least 1, or 0 for all.",
        { Frames: < 1 } => $"--frames is {Frames}; it must be at least 1.",
        { Size: < 1 } => $"--size is {Size}; it must be at least 1.",
        { Epochs: < 1 } => $"--epochs is {Epochs}; it must be at least 1.",
        _ when Port < 1 || Port + (2L * Math.Max(Silo, Silos - 1)) + 1 > IPEndPoint.MaxPort => $"--port is {Port}; it and those after it, two a silo, must be from 1 to {IPEndPoint.MaxPort}.",
        _ => null,
    };
}
