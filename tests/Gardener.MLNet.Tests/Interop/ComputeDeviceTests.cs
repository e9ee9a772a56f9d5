namespace GardenerML.Tests.Interop;

[TestClass]
public sealed class ComputeDeviceTests
{
    [TestMethod]
    [DataRow("auto", "auto")]
    [DataRow("CPU", "cpu")]
    [DataRow("cuda", "cuda:0")]
    [DataRow("Cuda:3", "cuda:3")]
    public void Devices_are_read_and_written(string text, string expected)
    {
        var device = ComputeDevice.Parse(text);
        Assert.AreEqual(expected, device.ToString());
        Assert.AreEqual(device, ComputeDevice.Parse(device.ToString()));
        Assert.AreEqual(text.StartsWith('C') && text.Length > 3 || text == "cuda", device.IsCuda);
        Assert.AreEqual(text == "auto", device.IsAuto);
    }

    [TestMethod]
    [DataRow("")]
    [DataRow("gpu")]
    [DataRow("cuda:")]
    [DataRow("cuda:-1")]
    [DataRow("cuda: 1")]
    [DataRow("cuda:1.5")]
    [DataRow("cuda:99999999999")]
    public void Other_texts_are_refused_with_what_is_allowed(string text)
    {
        var error = Assert.ThrowsExactly<FormatException>(() => ComputeDevice.Parse(text));
        StringAssert.Contains(error.Message, $"'{text}'");
        StringAssert.Contains(error.Message, "auto, cpu, cuda or cuda:N");
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => ComputeDevice.Cuda(-1));
    }

    [TestMethod]
    public void The_default_is_auto() => Assert.AreEqual(ComputeDevice.Auto, default);
}
