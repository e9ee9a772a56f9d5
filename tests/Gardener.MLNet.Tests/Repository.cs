namespace GardenerML.Tests;

/// <summary>The repository that the tests were built in.</summary>
internal static class Repository
{
    public static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "Gardener.sln")))
            folder = folder.Parent;
        return folder.FullName;
    }

    /// <summary>The folder that a sample was built into, with the configuration of the tests.</summary>
    public static string SampleOutput(string name)
    {
        // .../tests/Gardener.MLNet.Tests/bin/<configuration>/<framework>/
        var built = new DirectoryInfo(AppContext.BaseDirectory);
        return Path.Combine(Root(), "samples", name, "bin", built.Parent!.Name, built.Name);
    }

    /// <summary>The program of a sample.</summary>
    public static string SampleProgram(string name) =>
        Path.Combine(SampleOutput(name), name + (OperatingSystem.IsWindows() ? ".exe" : ""));
}
