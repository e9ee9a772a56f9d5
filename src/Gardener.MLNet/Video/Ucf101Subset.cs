namespace GardenerML.Video;

/// <summary>
/// A part of a data set. No group of videos is in two of <see cref="Train"/>, <see cref="Validation"/> and <see
/// cref="Test"/>.
/// </summary>
public enum Ucf101Subset
{
    /// <summary>What to train with: the split's training videos without those held out for validation.</summary>
    Train,

    /// <summary>Training videos held out to choose by; see <see cref="Ucf101Options.ValidationFraction"/>.</summary>
    Validation,

    /// <summary>The split's test videos.</summary>
    Test,

    /// <summary>All of them.</summary>
    All,
}
