namespace GardenerML.Samples.CommandLine;

/// <summary>Reports on the thread that reports: <see cref="Progress{T}"/> would do it later and out of order.</summary>
internal sealed class ImmediateProgress<T>(Action<T> report) : IProgress<T>
{
    public void Report(T value) => report(value);
}
