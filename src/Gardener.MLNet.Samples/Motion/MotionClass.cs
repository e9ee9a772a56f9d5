namespace GardenerML.Samples.Motion;

/// <summary>
/// The eight classes of the made action data set, which only motion can tell apart. Their names in alphabetical order
/// are their numbers in <c>classInd.txt</c>, less one.
/// </summary>
public enum MotionClass
{
    /// <summary>The object falls.</summary>
    MoveDown,

    /// <summary>The object goes to the viewer's left.</summary>
    MoveLeft,

    /// <summary>The object goes to the viewer's right.</summary>
    MoveRight,

    /// <summary>The object rises.</summary>
    MoveUp,

    /// <summary>The object turns anticlockwise in place, as the viewer sees it.</summary>
    RotateAnticlockwise,

    /// <summary>The object turns clockwise in place, as the viewer sees it.</summary>
    RotateClockwise,

    /// <summary>The object comes nearer: it grows in place.</summary>
    ZoomIn,

    /// <summary>The object goes farther away: it shrinks in place.</summary>
    ZoomOut,
}
