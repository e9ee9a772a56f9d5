using System;
using System.IO;
using System.Text;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

/// <summary>
/// Copies a 64-bit little-endian ELF library and marks its requirement of one symbol version as weak (VER_FLG_WEAK), so that
/// the dynamic linker loads it where that version is absent. Any other file is copied as it is.
/// </summary>
public class WeakenElfVersionRequirement : Task
{
    private const uint VersionNeedSection = 0x6ffffffe;
    private const ushort WeakFlag = 2;

    [Required]
    public string Source { get; set; }

    [Required]
    public string Destination { get; set; }

    [Required]
    public string Version { get; set; }

    public override bool Execute()
    {
        var image = File.ReadAllBytes(Source);
        try
        {
            if (!Weaken(image))
                Log.LogMessage(MessageImportance.Low, Source + " does not ask for " + Version + "; copied as it is.");
        }
        catch (Exception e) when (e is ArgumentException || e is OverflowException)
        {
            Log.LogWarning(Source + " is not laid out as an ELF library is; copied as it is.");
            image = File.ReadAllBytes(Source);
        }
        Directory.CreateDirectory(Path.GetDirectoryName(Destination));
        // A new file each time: a running process may still map the old one.
        File.Delete(Destination);
        File.WriteAllBytes(Destination, image);
        return true;
    }

    private bool Weaken(byte[] image)
    {
        if (image.Length < 64 || image[0] != 0x7f || image[1] != 'E' || image[2] != 'L' || image[3] != 'F'
            || image[4] != 2 || image[5] != 1)
            return false;

        var sections = Offset(image, 0x28);
        int sectionSize = BitConverter.ToUInt16(image, 0x3a);
        int sectionCount = BitConverter.ToUInt16(image, 0x3c);
        var weakened = false;
        for (var i = 0; i < sectionCount; i++)
        {
            var section = sections + i * sectionSize;
            if (BitConverter.ToUInt32(image, section + 4) != VersionNeedSection)
                continue;
            var names = Offset(image, sections + (int)BitConverter.ToUInt32(image, section + 0x28) * sectionSize + 0x18);
            var need = Offset(image, section + 0x18);
            for (var n = (int)BitConverter.ToUInt32(image, section + 0x2c); n > 0; n--)
            {
                var aux = need + (int)BitConverter.ToUInt32(image, need + 8);
                for (int a = BitConverter.ToUInt16(image, need + 2); a > 0; a--)
                {
                    if (Name(image, names + (int)BitConverter.ToUInt32(image, aux + 8)) == Version)
                    {
                        image[aux + 4] |= (byte)WeakFlag;
                        weakened = true;
                    }
                    aux += (int)BitConverter.ToUInt32(image, aux + 12);
                }
                need += (int)BitConverter.ToUInt32(image, need + 12);
            }
        }
        return weakened;
    }

    private static int Offset(byte[] image, int at)
    {
        return checked((int)BitConverter.ToUInt64(image, at));
    }

    private static string Name(byte[] image, int at)
    {
        var end = Array.IndexOf(image, (byte)0, at);
        return Encoding.ASCII.GetString(image, at, end - at);
    }
}
