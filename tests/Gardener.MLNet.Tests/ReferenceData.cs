namespace GardenerML.Tests;

/// <summary>Where tests find their data: golden data that is committed, and real clips that are not.</summary>
internal static class ReferenceData
{
    public static string Golden(params string[] parts) => Path.Combine([AppContext.BaseDirectory, "Data", .. parts]);

    /// <summary>The folder of six real UCF101 classes; the test is skipped where it is absent.</summary>
    public static string RealUcf101() => Shared("ucf101");

    /// <summary>The folder of odd clips; the test is skipped where it is absent.</summary>
    public static string OddClips() => Shared("clips");

    private static string Shared(string name)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var shared = Path.Combine(folder.FullName, "shared", name);
            if (Directory.Exists(shared))
                return shared;
        }
        Assert.Inconclusive($"The folder shared/{name} of real clips is not beside the repository; this test needs it.");
        throw new InvalidOperationException();
    }
}
