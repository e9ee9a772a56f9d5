using GardenerML.Samples.CommandLine;
using GardenerML.Samples.Curriculum;
using GardenerML.Tests.Training;
using GardenerML.Training;
using GardenerML.Video;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace GardenerML.Tests.Curriculum;

[TestClass]
public sealed class CurriculumTrainingTests
{
    private readonly string _folder = Directory.CreateTempSubdirectory("gardener-curriculum-").FullName;

    [TestCleanup]
    public void Delete() => Directory.Delete(_folder, recursive: true);

    [TestMethod]
    public void Rows_are_the_clips_that_the_curriculum_draws_with_keys_of_all_classes()
    {
        var (ml, renderer, curriculum) = (new MLContext(1), new ActionClipRenderer(32, 8, 2), new ActionCurriculum(new() { Seed = 3 }));
        var rows = ActionClips.Rows(ml, renderer, curriculum, first: 100, count: 20, total: 200);
        Assert.AreEqual(new VideoClipDataViewType(8, 32, 32), rows.Schema["Video"].Type);
        Assert.AreEqual((ulong)ActionClass.All.Count, ((KeyDataViewType)rows.Schema["Label"].Type).Count);
        var labels = rows.GetColumn<uint>("Label").ToArray();
        var clips = rows.GetColumn<VideoClip>("Video").ToArray();
        for (var i = 0; i < 20; i++)
        {
            var sample = curriculum.Draw(100 + i, (100 + i) / 200.0);
            Assert.AreEqual(sample.ClassIndex + 1, (int)labels[i]);
            var expected = new byte[renderer.ClipLength];
            renderer.Render(sample.ClassIndex, sample.Difficulty, sample.Seed, expected);
            using var frames = clips[i].Read();
            CollectionAssert.AreEqual(expected, frames.Pixels.ToArray());
        }
    }

    [TestMethod]
    public void Stages_that_are_interrupted_end_with_the_weights_of_those_that_are_not()
    {
        using var model = new MLContext(1).Trainer(TinyData.Options with { Epochs = 1 }).Fit(new MLContext(1).Keyed(TinyData.Rows(4)));
        var start = Path.Combine(_folder, "start");
        model.SaveCheckpoint(start);
        var told = new List<(int, EpochMetrics)>();
        var whole = Run("whole", CancellationToken.None);
        using var source = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() => Run("parts", source.Token, source.Cancel));
        CollectionAssert.AreEqual(whole, Run("parts", CancellationToken.None));

        // Once more, nothing is trained: each stage tells what it gave. The state of the training is not kept.
        told.Clear();
        CollectionAssert.AreEqual(whole, Run("whole", new CancellationToken(canceled: true)));
        CollectionAssert.AreEqual(new[] { 1, 2, 3 }, told.Select(stage => stage.Item1).ToArray());
        Assert.IsTrue(told.All(stage => double.IsFinite(stage.Item2.TrainingLoss) && stage.Item2.Validation is { ClipCount: > 0 }));
        Assert.IsEmpty(Directory.GetDirectories(Path.Combine(_folder, "whole"), "state-*"));
        var other = Assert.ThrowsExactly<InvalidOperationException>(() => Run("whole", CancellationToken.None, seed: 2));
        StringAssert.Contains(other.Message, "seed was 1 and is 2");
        other = Assert.ThrowsExactly<InvalidOperationException>(() => Run("whole", CancellationToken.None, checkpoint: Path.Combine(_folder, "whole", "stage-1")));
        StringAssert.Contains(other.Message, "checkpoint was");
        other = Assert.ThrowsExactly<InvalidOperationException>(() => Run("start", CancellationToken.None));
        StringAssert.Contains(other.Message, "not empty");

        byte[] Run(string name, CancellationToken cancellation, Action? atSecondStage = null, ulong seed = 1, string? checkpoint = null)
        {
            var options = TinyData.Options with { NewModel = null, Cancellation = cancellation };
            var training = new CurriculumTraining(new MLContext(1), options, Path.Combine(_folder, name));
            var last = training.Run(checkpoint ?? start, clips: 60, stages: 3, new() { Seed = seed }, (stage, metrics) =>
            {
                Assert.IsNotNull(metrics.Validation);
                told.Add((stage, metrics));
                if (stage == 1)
                    atSecondStage?.Invoke();
            });
            return File.ReadAllBytes(Path.Combine(last, "model.safetensors"));
        }
    }

    [TestMethod]
    public void The_learning_rate_falls_along_one_cosine_over_all_stages_and_each_warms_up()
    {
        const int Stages = 4;
        const int Steps = 40;
        using var model = new MLContext(1).Trainer(TinyData.Options with { Epochs = 1 }).Fit(new MLContext(1).Keyed(TinyData.Rows(4)));
        var start = Path.Combine(_folder, "start");
        model.SaveCheckpoint(start);
        var told = new List<TrainingProgress>();
        var options = TinyData.Options with
        {
            NewModel = null,
            BatchSize = 2,
            MinimumLearningRate = 1e-4,
            Progress = new ImmediateProgress<TrainingProgress>(told.Add),
        };
        new CurriculumTraining(new MLContext(1), options, Path.Combine(_folder, "run"))
            .Run(start, clips: Stages * Steps * 2, Stages, new() { Looks = [0, 0, 0, 1], PlainShare = 1 }, (_, _) => { });

        CollectionAssert.AreEqual(Enumerable.Range(1, Stages * Steps).ToArray(), told.Select(step => step.Step).ToArray());
        for (var stage = 0; stage < Stages; stage++)
        {
            var rates = told.Skip(stage * Steps).Take(Steps).Select(step => step.LearningRate).ToArray();
            Assert.AreEqual(OnCosine(stage), rates.Max(), 1e-12);
            Assert.AreEqual(OnCosine(stage + 1), rates[^1], 0.005 * (OnCosine(stage) - OnCosine(stage + 1)));
            Assert.IsLessThan(rates.Max(), rates[0]);
        }

        double OnCosine(int done) => 1e-4 + (1.9e-3 * Math.Pow(Math.Cos(Math.PI * done / (2 * Stages)), 2));
    }
}
