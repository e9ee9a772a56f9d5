using CsCheck;
using GardenerML.Samples.Curriculum;
using GardenerML.Samples.Motion;

namespace GardenerML.Tests.Curriculum;

[TestClass]
public sealed class ActionClipRendererTests
{
    private static readonly Gen<(int, MotionDifficulty, ulong)> AnyClip =
        Gen.Select(Gen.Int[0, ActionClass.All.Count - 1], Gen.Enum<MotionDifficulty>(), Gen.ULong);

    [TestMethod]
    public void The_same_seed_gives_the_same_bytes_whatever_was_rendered_before_and_another_seed_others()
    {
        var used = new ActionClipRenderer(32, 4);
        AnyClip.Sample((action, difficulty, seed) =>
        {
            var clip = Render(used, action, difficulty, seed);
            return clip.AsSpan().SequenceEqual(Render(new(32, 4), action, difficulty, seed))
                && !clip.AsSpan().SequenceEqual(Render(used, action, difficulty, seed + 1));
        }, iter: 100);
    }

    [TestMethod]
    public void Clips_of_one_seed_begin_alike_in_all_classes_and_then_all_differ() => AnyClip.Sample((_, difficulty, seed) =>
    {
        var renderer = new ActionClipRenderer(32, 8, 2);
        var clips = Enumerable.Range(0, ActionClass.All.Count).Select(i => Render(renderer, i, difficulty, seed)).ToArray();
        var frame = 32 * 32 * 3;
        var firstFrames = clips.Select(clip => Convert.ToHexString(clip.AsSpan(0, frame))).Distinct().Count();
        var others = clips.Select(clip => Convert.ToHexString(clip.AsSpan(frame))).Distinct().Count();
        return (firstFrames, others) == (1, clips.Length);
    }, iter: 10);

    [TestMethod]
    public void Every_second_frame_shows_what_all_frames_show() => AnyClip.Sample((action, difficulty, seed) =>
    {
        var every = Render(new(32, 16), action, difficulty, seed);
        var second = Render(new(32, 8, 2), action, difficulty, seed);
        var frame = 32 * 32 * 3;
        // The noise is another one and changes a channel by 7 at most.
        return Enumerable.Range(0, second.Length)
            .All(i => Math.Abs(second[i] - every[(2 * (i / frame) * frame) + (i % frame)]) <= 2 * 7);
    }, iter: 50);

    [TestMethod]
    public void Names_are_those_of_object_and_camera_and_none_comes_twice()
    {
        var names = ActionClass.All.Select(action => action.Name).ToArray();
        Assert.AreEqual(names.Length, names.Distinct().Count());
        Assert.AreEqual(54, names.Length);
        foreach (var name in new[] { "MoveUp", "CameraPanLeft", "MoveUp+CameraPanLeft", "Still" })
            CollectionAssert.Contains(names, name);
    }

    [TestMethod]
    [DataRow(15, 16, 1, DisplayName = "too small")]
    [DataRow(257, 16, 1, DisplayName = "too large")]
    [DataRow(64, 1, 1, DisplayName = "no motion")]
    [DataRow(64, 16, 0, DisplayName = "no step")]
    [DataRow(64, 16, 5, DisplayName = "too fast")]
    public void Sizes_outside_the_range_are_refused(int imageSize, int frameCount, int frameStep) =>
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new ActionClipRenderer(imageSize, frameCount, frameStep));

    [TestMethod]
    public void Unknown_classes_difficulties_and_wrong_spans_are_refused()
    {
        var renderer = new ActionClipRenderer(32, 2);
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Render(renderer, -1, MotionDifficulty.Hard, 1));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Render(renderer, ActionClass.All.Count, MotionDifficulty.Hard, 1));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Render(renderer, 0, (MotionDifficulty)4, 1));
        var wrong = Assert.ThrowsExactly<ArgumentException>(() => renderer.Render(0, 0, 1, new byte[5]));
        StringAssert.Contains(wrong.Message, "5");
        StringAssert.Contains(wrong.Message, "6144");
    }

    private static byte[] Render(ActionClipRenderer renderer, int action, MotionDifficulty difficulty, ulong seed)
    {
        var clip = new byte[renderer.ClipLength];
        renderer.Render(action, difficulty, seed, clip);
        return clip;
    }
}
