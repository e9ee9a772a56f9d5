using GardenerML.Samples.Motion;

namespace GardenerML.Samples.Curriculum;

/// <summary>What <see cref="ActionClipRenderer"/> needs for one clip.</summary>
/// <param name="ClassIndex">The class: a place in <see cref="ActionClass.All"/>.</param>
/// <param name="Difficulty">How the clip looks.</param>
/// <param name="Seed">The seed of its looks.</param>
/// <param name="JpegQuality">With which quality each frame is compressed, 1 to 100; null for none.</param>
public readonly record struct ActionSample(int ClassIndex, MotionDifficulty Difficulty, ulong Seed, int? JpegQuality = null);
