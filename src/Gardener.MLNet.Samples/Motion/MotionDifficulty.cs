namespace GardenerML.Samples.Motion;

/// <summary>
/// How a clip of the made action data set looks, from what a small model learns from scratch in a minute to what it
/// learns only after the easier ones: the order is that of a curriculum.
/// </summary>
public enum MotionDifficulty
{
    /// <summary>A bright object on a dark ground, both mildly textured: the contrast has the same sign everywhere.</summary>
    Consistent,

    /// <summary>
    /// As <see cref="Consistent"/>, but about half of the clips are inverted: a dark object on a bright ground.
    /// </summary>
    Inverted,

    /// <summary>Object and ground of any two colours that differ, either may be the brighter, both mildly textured.</summary>
    AnyColour,

    /// <summary>Strong texture on object and ground, of any contrast: in a still frame the object is hard to find.</summary>
    Hard,
}
