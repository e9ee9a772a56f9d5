namespace GardenerML.Samples.Curriculum;

/// <summary>What the object does, apart from what the camera does. The first eight go clockwise round the directions.</summary>
public enum ObjectMotion
{
    /// <summary>It goes to the viewer's right.</summary>
    MoveRight,

    /// <summary>It goes down and right.</summary>
    MoveDownRight,

    /// <summary>It goes down.</summary>
    MoveDown,

    /// <summary>It goes down and left.</summary>
    MoveDownLeft,

    /// <summary>It goes to the viewer's left.</summary>
    MoveLeft,

    /// <summary>It goes up and left.</summary>
    MoveUpLeft,

    /// <summary>It goes up.</summary>
    MoveUp,

    /// <summary>It goes up and right.</summary>
    MoveUpRight,

    /// <summary>It stays where it is.</summary>
    Still,

    /// <summary>It turns clockwise in place, as the viewer sees it.</summary>
    RotateClockwise,

    /// <summary>It turns anticlockwise in place.</summary>
    RotateAnticlockwise,

    /// <summary>It grows in place.</summary>
    ZoomIn,

    /// <summary>It shrinks in place.</summary>
    ZoomOut,

    /// <summary>It goes right while it turns clockwise, as a wheel on the floor.</summary>
    RollRight,

    /// <summary>It goes left while it turns anticlockwise.</summary>
    RollLeft,

    /// <summary>It goes round a circle clockwise without turning.</summary>
    CircleClockwise,

    /// <summary>It goes round a circle anticlockwise without turning.</summary>
    CircleAnticlockwise,

    /// <summary>It goes to and fro between left and right.</summary>
    Sway,

    /// <summary>It goes up and down.</summary>
    Bob,

    /// <summary>It turns to and fro in place.</summary>
    Rock,

    /// <summary>It grows and shrinks in place.</summary>
    Pulse,

    /// <summary>It goes in any of the eight directions, then stays.</summary>
    MoveThenStop,

    /// <summary>It stays, then goes in any of the eight directions.</summary>
    StopThenMove,

    /// <summary>It becomes faint and clear again, several times.</summary>
    Flicker,

    /// <summary>It fades away.</summary>
    Vanish,
}
