using GardenerML.Search;
using GardenerML.Tests.Search.OtherAutoML;
using Microsoft.ML;

namespace GardenerML.Tests.Search
{
    /// <summary>
    /// This file uses a namespace with an <c>Auto()</c> on <see cref="MLContext"/>, as that of Microsoft.ML.AutoML is: it compiles, and
    /// calls that one.
    /// </summary>
    [TestClass]
    public sealed class AutoCatalogTests
    {
        [TestMethod]
        public void Beside_AutoML_its_Auto_is_called_and_experiments_are_made_by_the_catalog_of_classification()
        {
            var context = new MLContext();
            Assert.IsInstanceOfType<OtherCatalog>(context.Auto());
            Assert.IsInstanceOfType<GardenerExperiment>(context.MulticlassClassification.CreateGardenerExperiment(
                new GardenerExperimentOptions { Checkpoint = "checkpoint", Folder = "folder" }));
        }
    }
}

namespace GardenerML.Tests.Search.OtherAutoML
{
    internal sealed class OtherCatalog;

    internal static class OtherExtension
    {
        public static OtherCatalog Auto(this MLContext context)
        {
            ArgumentNullException.ThrowIfNull(context);
            return new OtherCatalog();
        }
    }
}
