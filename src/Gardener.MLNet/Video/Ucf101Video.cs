namespace GardenerML.Video;

/// <summary>A video of a data set: a row of what <see cref="Ucf101"/> loads.</summary>
public sealed class Ucf101Video
{
    /// <summary>The full path of the file.</summary>
    public string VideoPath { get; set; } = "";

    /// <summary>The name of the class.</summary>
    public string Label { get; set; } = "";

    /// <summary>
    /// The class and the group of clips cut from one recording, as in <c>Archery/g01</c>; the class and the file's name
    /// where the name
    /// has no group. Clips of one group look alike, so they belong in one subset: use this as ML.NET's sampling key
    /// column.
    /// </summary>
    public string Group { get; set; } = "";
}
