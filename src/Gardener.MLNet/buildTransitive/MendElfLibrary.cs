using System;
using System.IO;
using System.Text;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

/// <summary>
/// Copies a 64-bit little-endian ELF library so that it loads on more systems: the requirement of one symbol version becomes
/// weak (VER_FLG_WEAK), and libraries that are never called are no longer asked for. Any other file is copied as it is.
/// </summary>
public class MendElfLibrary : Task
{
    private const uint DynamicSection = 6;
    private const uint VersionNeedSection = 0x6ffffffe;
    private const ulong NeededTag = 1;
    private const byte WeakFlag = 2;

    private byte[] _image;

    [Required]
    public string Source { get; set; }

    [Required]
    public string Destination { get; set; }

    /// <summary>The symbol version, such as GLIBCXX_3.4.32, that need not be there.</summary>
    public string WeakVersion { get; set; }

    /// <summary>The libraries that need not be there. All their symbols must be functions, which are looked up when called.</summary>
    public string[] UnneededLibraries { get; set; }

    public override bool Execute()
    {
        _image = File.ReadAllBytes(Source);
        try
        {
            Mend();
        }
        catch (Exception e) when (e is ArgumentException || e is OverflowException || e is IndexOutOfRangeException)
        {
            Log.LogWarning(Source + " is not laid out as an ELF library is; copied as it is.");
            _image = File.ReadAllBytes(Source);
        }
        Directory.CreateDirectory(Path.GetDirectoryName(Destination));
        // A new file each time: a running process may still map the old one.
        File.Delete(Destination);
        File.WriteAllBytes(Destination, _image);
        return true;
    }

    private void Mend()
    {
        if (_image.Length < 64 || UInt32(0) != 0x464c457f || _image[4] != 2 || _image[5] != 1)
            return;
        var sections = Offset(0x28);
        int sectionSize = UInt16(0x3a);
        for (int i = 0, count = UInt16(0x3c); i < count; i++)
        {
            var section = sections + i * sectionSize;
            var content = Offset(section + 0x18);
            var names = Offset(sections + (int)UInt32(section + 0x28) * sectionSize + 0x18);
            var type = UInt32(section + 4);
            if (type == VersionNeedSection && WeakVersion != null)
                WeakenVersion(content, names, (int)UInt32(section + 0x2c));
            else if (type == DynamicSection && UnneededLibraries != null)
                DropLibraries(content, names, Offset(section + 0x20) / 16);
        }
    }

    // Elf64_Verneed: version 2, count 2, file 4, aux 4, next 4. Elf64_Vernaux: hash 4, flags 2, other 2, name 4, next 4.
    private void WeakenVersion(int need, int names, int count)
    {
        for (; count > 0; count--, need += (int)UInt32(need + 12))
        {
            var aux = need + (int)UInt32(need + 8);
            for (int a = UInt16(need + 2); a > 0; a--, aux += (int)UInt32(aux + 12))
            {
                if (Name(names + (int)UInt32(aux + 8)) == WeakVersion)
                    _image[aux + 4] |= WeakFlag;
            }
        }
    }

    // Elf64_Dyn: tag 8, value 8. An entry is not removed, but made to ask for the C library once more, which is always there.
    private void DropLibraries(int dynamic, int names, int count)
    {
        var always = -1;
        for (var i = 0; i < count; i++)
        {
            var entry = dynamic + 16 * i;
            if (BitConverter.ToUInt64(_image, entry) == NeededTag && Name(names + Offset(entry + 8)) == "libc.so.6")
                always = entry + 8;
        }
        for (var i = 0; i < count && always >= 0; i++)
        {
            var entry = dynamic + 16 * i;
            if (BitConverter.ToUInt64(_image, entry) == NeededTag
                && Array.IndexOf(UnneededLibraries, Name(names + Offset(entry + 8))) >= 0)
                Array.Copy(_image, always, _image, entry + 8, 8);
        }
    }

    private ushort UInt16(int at)
    {
        return BitConverter.ToUInt16(_image, at);
    }

    private uint UInt32(int at)
    {
        return BitConverter.ToUInt32(_image, at);
    }

    private int Offset(int at)
    {
        return checked((int)BitConverter.ToUInt64(_image, at));
    }

    private string Name(int at)
    {
        var end = Array.IndexOf(_image, (byte)0, at);
        return Encoding.ASCII.GetString(_image, at, end - at);
    }
}
