using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using OpenCvSharp;

namespace GardenerML.Video;

/// <summary>Gets the native decoder ready once: quiet, and with a clear error where it is missing.</summary>
internal static partial class VideoNative
{
    private static readonly Lock Gate = new();
    private static bool _ready;

    /// <summary>Loads OpenCV and its FFmpeg backend.</summary>
    /// <exception cref="DllNotFoundException">The native part of OpenCvSharp, or a library that it needs, is not
    /// there.</exception>
    public static void Require()
    {
        if (Volatile.Read(ref _ready))
            return;
        lock (Gate)
        {
            if (_ready)
                return;
            try
            {
                Silence();
            }
            catch (Exception e) when (e is TypeInitializationException or DllNotFoundException
                or BadImageFormatException or EntryPointNotFoundException)
            {
                throw new DllNotFoundException(Explain(e.GetBaseException().Message), e);
            }
            _ready = true;
        }
    }

    // FFmpeg and OpenCV write to the process's standard error, where it hides real messages. Faults come back as
    // exceptions here,
    // so both are silenced unless the user has set their variables.
    private static void Silence()
    {
        if (Environment.GetEnvironmentVariable("OPENCV_FFMPEG_LOGLEVEL") is null
            && Environment.GetEnvironmentVariable("OPENCV_FFMPEG_DEBUG") is null)
            SetNativeVariable("OPENCV_FFMPEG_LOGLEVEL", "-8");
        if (Environment.GetEnvironmentVariable("OPENCV_LOG_LEVEL") is null)
            Cv2.SetLogLevel(LogLevel.SILENT);
        else
            Cv2.GetLogLevel();
    }

    // .NET keeps its own copy of the environment; native code reads the C library's, at the first video that it opens.
    private static void SetNativeVariable(string name, string value)
    {
        try
        {
            if (!OperatingSystem.IsWindows())
            {
                _ = SetVariable(name, value, 0);
                return;
            }
            Environment.SetEnvironmentVariable(name, value);
            _ = PutVariable(name, value);
            _ = PutVariableOld(name, value);
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            // A C library of another name: the decoder is noisy then, and works.
        }
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetVariable(string name, string value, int overwrite);

    [LibraryImport("ucrtbase", EntryPoint = "_putenv_s", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int PutVariable(string name, string value);

    [LibraryImport("msvcrt", EntryPoint = "_putenv_s", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int PutVariableOld(string name, string value);

    /// <summary>Says what is missing, from what the loader said.</summary>
    internal static string Explain(string loaderMessage)
    {
        const string Subject = "The native part of OpenCvSharp, which decodes video, ";
        // The library's own file is looked for in several folders; a library that it needs is named without one.
        var needed = NeededLibrary().Match(loaderMessage);
        if (needed.Success)
            return $"{Subject}is there, but needs {needed.Groups[1].Value}, which this machine lacks. "
                + "OpenCvSharp4.official.runtime.linux-x64 needs GTK 3 even where there is no screen: "
                + "on Debian and Ubuntu, apt-get install libgtk-3-0.";
        string package = OperatingSystem.IsWindows() ? "OpenCvSharp4.runtime.win"
            : OperatingSystem.IsMacOS() ? "OpenCvSharp4.runtime.osx_arm64"
            : "OpenCvSharp4.official.runtime.linux-x64";
        return $"{Subject}cannot be loaded. Add the package {package} to the application "
            + $"(the slim and mini variants have no video decoder). The loader said: {loaderMessage}";
    }

    [GeneratedRegex(@"^(lib[^/\s:]+\.so[^/\s:]*): cannot open shared object file", RegexOptions.Multiline)]
    private static partial Regex NeededLibrary();
}
