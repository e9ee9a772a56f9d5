using GardenerML.Video;

namespace GardenerML.Tests.Video;

/// <summary>The decoder is silenced before the first video is written or read, whichever test does that.</summary>
[TestClass]
public static class DecoderSetup
{
    [AssemblyInitialize]
    public static void Silence(TestContext _) => VideoNative.Require();
}
