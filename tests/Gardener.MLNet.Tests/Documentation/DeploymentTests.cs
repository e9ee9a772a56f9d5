namespace GardenerML.Tests.Documentation;

/// <summary>The code of docs/deployment.md is that of the samples, which are built and run by other tests.</summary>
[TestClass]
public sealed class DeploymentTests
{
    [TestMethod]
    public void The_code_shown_is_that_of_the_samples()
    {
        var shown = Read("docs", "deployment.md").Split("```csharp\n").Skip(1).Select(block => block.Split("```")[0]).ToArray();
        Assert.HasCount(2, shown);
        StringAssert.Contains(Read("src", "Gardener.MLNet.Samples", "Onnx", "ScoringPipeline.cs"), shown[0]);
        Assert.AreEqual(Read("samples", "OnnxScoring", "Program.cs"), shown[1]);
    }

    private static string Read(params string[] path) => File.ReadAllText(Path.Combine([Repository.Root(), .. path]));
}
