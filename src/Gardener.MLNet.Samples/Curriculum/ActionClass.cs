using static GardenerML.Samples.Curriculum.ObjectMotion;

namespace GardenerML.Samples.Curriculum;

/// <summary>A class of the labelled pretraining clips: what the object and the camera do.</summary>
/// <param name="Object">What the object does on the ground.</param>
/// <param name="Camera">What the camera does.</param>
public sealed record ActionClass(ObjectMotion Object, CameraMotion Camera)
{
    /// <summary>
    /// All classes; a class is known by its place here. Every motion of the object before a camera that stays, every
    /// motion of the camera over a scene that stays, then pairs of the two. In a pair as
    /// <see cref="MoveRight"/> and <see cref="CameraMotion.PanRight"/> the camera follows the object.
    /// </summary>
    public static IReadOnlyList<ActionClass> All { get; } =
    [
        .. Enum.GetValues<ObjectMotion>().Select(motion => new ActionClass(motion, CameraMotion.Still)),
        .. Enum.GetValues<CameraMotion>().Skip(1).Select(camera => new ActionClass(ObjectMotion.Still, camera)),
        new(MoveLeft, CameraMotion.PanLeft),
        new(MoveRight, CameraMotion.PanRight),
        new(MoveUp, CameraMotion.PanUp),
        new(MoveDown, CameraMotion.PanDown),
        .. Pairs([MoveUp, MoveDown, RotateClockwise, RotateAnticlockwise, ZoomIn, ZoomOut], CameraMotion.PanLeft, CameraMotion.PanRight),
        .. Pairs([MoveLeft, MoveRight], CameraMotion.ZoomIn, CameraMotion.ZoomOut),
    ];

    /// <summary>The name: <c>MoveUp</c>, <c>CameraPanLeft</c> or <c>MoveUp+CameraPanLeft</c>.</summary>
    public string Name => (Object, Camera) switch
    {
        (_, CameraMotion.Still) => $"{Object}",
        (ObjectMotion.Still, _) => $"Camera{Camera}",
        _ => $"{Object}+Camera{Camera}",
    };

    private static IEnumerable<ActionClass> Pairs(ObjectMotion[] motions, params CameraMotion[] cameras) =>
        motions.SelectMany(motion => cameras.Select(camera => new ActionClass(motion, camera)));
}
