using GardenerML.Tests.Training;
using GardenerML.Video;
using GardenerML.VideoMae;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace GardenerML.Tests.Video;

[TestClass]
public sealed class ClipTensorTests
{
    private readonly MLContext _ml = new(1);

    [TestMethod]
    public void Normalised_values_are_channel_first_and_follow_mean_and_deviation()
    {
        var options = new ClipTensorOptions { Mean = new(0.1f, 0.2f, 0.3f), StandardDeviation = new(0.5f, 0.25f, 2) };
        var data = _ml.View(TinyData.Rows(2));
        var view = Reloaded(_ml.Transforms.ExtractClipTensor(options: options).Fit(data)).Transform(data);
        Assert.AreEqual(new VectorDataViewType(NumberDataViewType.Single, 3, TinyData.Frames, TinyData.Side, TinyData.Side), view.Schema["Clip"].Type);
        var vectors = view.GetColumn<float[]>("Clip").ToArray();
        float[] mean = [0.1f, 0.2f, 0.3f], deviation = [0.5f, 0.25f, 2];
        for (var row = 0; row < 2; row++)
        {
            var pixels = TinyData.Pixels(row, 1000 + row);
            var plane = pixels.Length / 3;
            for (var i = 0; i < pixels.Length; i++)
                Assert.AreEqual((pixels[i] / 255.0 - mean[i % 3]) / deviation[i % 3], vectors[row][i % 3 * plane + i / 3], 1e-5);
        }
    }

    [TestMethod]
    public void Bytes_are_the_pixels_as_they_are()
    {
        var data = _ml.View(TinyData.Rows(2));
        var estimator = _ml.Transforms.ExtractClipTensor("Frames", options: new() { Layout = ClipTensorLayout.Bytes });
        var view = Reloaded(estimator.Fit(data)).Transform(data);
        Assert.AreEqual(new VectorDataViewType(NumberDataViewType.Byte, TinyData.Frames, TinyData.Side, TinyData.Side, 3), view.Schema["Frames"].Type);
        var vectors = view.GetColumn<byte[]>("Frames").ToArray();
        for (var row = 0; row < 2; row++)
            CollectionAssert.AreEqual(TinyData.Pixels(row, 1000 + row), vectors[row]);
    }

    [TestMethod]
    public void The_default_is_what_the_published_checkpoints_take()
    {
        var data = _ml.View(TinyData.Rows(1));
        var value = _ml.Transforms.ExtractClipTensor().Fit(data).Transform(data).GetColumn<float[]>("Clip").Single()[0];
        Assert.AreEqual((TinyData.Pixels(0, 1000)[0] / 255.0 - 0.485) / 0.229, value, 1e-5);
    }

    [TestMethod]
    public void Another_column_type_is_refused_before_and_while_fitting()
    {
        var data = _ml.View(TinyData.Rows(1));
        var estimator = _ml.Transforms.ExtractClipTensor("Clip", "Label");
        foreach (var action in (Action[])[() => estimator.Fit(data), () => estimator.GetOutputSchema(TinyData.Shape(data.Schema))])
        {
            var error = Assert.ThrowsExactly<ArgumentOutOfRangeException>(action);
            StringAssert.Contains(error.Message, "Label");
            StringAssert.Contains(error.Message, "VideoClip");
        }
        var absent = _ml.Transforms.ExtractClipTensor("Clip", "None");
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => absent.Fit(data));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => absent.GetOutputSchema(TinyData.Shape(data.Schema)));
    }

    [TestMethod]
    public void The_promised_schema_is_delivered()
    {
        var data = _ml.View(TinyData.Rows(1));
        var estimator = _ml.Transforms.ExtractClipTensor();
        var promised = estimator.GetOutputSchema(TinyData.Shape(data.Schema)).Single(column => column.Name == "Clip");
        Assert.AreEqual(SchemaShape.Column.VectorKind.Vector, promised.Kind);
        Assert.AreEqual(NumberDataViewType.Single, promised.ItemType);
    }

    [TestMethod]
    public void Values_out_of_range_are_named()
    {
        foreach (var (options, name) in ((ClipTensorOptions, string)[])[
            (new() { Layout = (ClipTensorLayout)5 }, "Layout"),
            (new() { Mean = new(float.NaN, 0, 0) }, "Mean"),
            (new() { StandardDeviation = ChannelValues.All(0) }, "StandardDeviation")])
        {
            StringAssert.StartsWith(
                Assert.ThrowsExactly<ArgumentException>(() => _ml.Transforms.ExtractClipTensor(options: options)).Message, name);
        }
    }

    private ITransformer Reloaded(ITransformer model)
    {
        using var zip = new MemoryStream();
        _ml.Model.Save(model, null, zip);
        zip.Position = 0;
        return new MLContext().Model.Load(zip, out _);
    }
}
