using GardenerML.Samples.Motion;
using GardenerML.Video;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace GardenerML.Samples.Curriculum;

/// <summary>Made clips of <see cref="ActionClass.All"/> as rows to train on; each is rendered when it is needed and not kept.</summary>
internal static class ActionClips
{
    /// <summary>The clips of a part of a curriculum.</summary>
    /// <param name="context">Makes the view.</param>
    /// <param name="renderer">Renders them.</param>
    /// <param name="curriculum">Says which.</param>
    /// <param name="first">Number of the first clip.</param>
    /// <param name="count">How many.</param>
    /// <param name="total">Clips of the whole curriculum.</param>
    /// <returns>A view with the columns Label (a key of all classes) and Video.</returns>
    public static IDataView Rows(
        MLContext context, ActionClipRenderer renderer, ActionCurriculum curriculum, long first, int count, long total) => View(
            context, renderer,
            Enumerable.Range(0, count).Select(i => curriculum.Draw(first + i, (first + i) / (double)total)));

    /// <summary>Clips of one difficulty, the classes in turn: for testing.</summary>
    /// <param name="context">Makes the view.</param>
    /// <param name="renderer">Renders them.</param>
    /// <param name="difficulty">How they look.</param>
    /// <param name="count">How many.</param>
    /// <param name="seed">Which.</param>
    public static IDataView Rows(MLContext context, ActionClipRenderer renderer, MotionDifficulty difficulty, int count, ulong seed) => View(
        context, renderer,
        Enumerable.Range(0, count).Select(i => new ActionSample(i % ActionClass.All.Count, difficulty, MotionRandom.Combine(seed, i, 0))));

    private static IDataView View(MLContext context, ActionClipRenderer renderer, IEnumerable<ActionSample> samples)
    {
        // The geometry is known at run time only, so the attribute that would state it is registered by hand.
        new VideoClipTypeAttribute(renderer.FrameCount, renderer.ImageSize, renderer.ImageSize).Register();
        var schema = SchemaDefinition.Create(typeof(Row));
        schema[nameof(Row.Video)].ColumnType = new VideoClipDataViewType(renderer.FrameCount, renderer.ImageSize, renderer.ImageSize);
        var rows = context.Data.LoadFromEnumerable(samples.Select(sample => new Row
        {
            Label = ActionClass.All[sample.ClassIndex].Name,
            Video = VideoClip.FromRenderer(() => Render(renderer, sample), renderer.FrameCount, renderer.ImageSize, renderer.ImageSize),
        }).ToList(), schema);
        var names = context.Data.LoadFromEnumerable(ActionClass.All.Select(action => new Row { Label = action.Name }).ToList(), schema);
        return context.Transforms.Conversion.MapValueToKey("Label").Fit(names).Transform(rows);
    }

    private static byte[] Render(ActionClipRenderer renderer, ActionSample sample)
    {
        var clip = new byte[renderer.ClipLength];
        renderer.Render(sample.ClassIndex, sample.Difficulty, sample.Seed, clip);
        if (sample.JpegQuality is { } quality)
            JpegArtefacts.AddTo(clip, renderer.ImageSize, quality);
        return clip;
    }

    private sealed class Row
    {
        public string Label { get; set; } = "";

        [VideoClipType(1, 1, 1)]
        public VideoClip? Video { get; set; }
    }
}
