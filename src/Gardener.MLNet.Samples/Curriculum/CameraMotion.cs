namespace GardenerML.Samples.Curriculum;

/// <summary>What the camera does: the ground, and all that is still on it, moves the other way.</summary>
public enum CameraMotion
{
    /// <summary>It stays.</summary>
    Still,

    /// <summary>It pans left, so the scene goes right.</summary>
    PanLeft,

    /// <summary>It pans right, so the scene goes left.</summary>
    PanRight,

    /// <summary>It tilts up, so the scene goes down.</summary>
    PanUp,

    /// <summary>It tilts down, so the scene goes up.</summary>
    PanDown,

    /// <summary>It zooms in on the object, so the scene grows.</summary>
    ZoomIn,

    /// <summary>It zooms out, so the scene shrinks.</summary>
    ZoomOut,

    /// <summary>It turns clockwise about its axis, so the scene turns anticlockwise.</summary>
    RollClockwise,

    /// <summary>It turns anticlockwise about its axis, so the scene turns clockwise.</summary>
    RollAnticlockwise,

    /// <summary>It shakes.</summary>
    Shake,
}
