/// <summary>The settings of the program: arguments such as <c>--data UCF-101</c>, or environment variables.</summary>
internal sealed class ClusterSettings
{
    /// <summary>The folder of videos.</summary>
    public required string Data { get; set; }

    /// <summary>The checkpoint to prune.</summary>
    public required string Checkpoint { get; set; }

    /// <summary>Where trials and models go; all machines must see it.</summary>
    public required string Folder { get; set; }

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
}
