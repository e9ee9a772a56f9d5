using System.Buffers.Binary;
using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

// Usage: AccessibleReferences OUTPUT-FOLDER ASSEMBLY...
// Writes a copy of each assembly, for the compiler only, in which internal types and members are accessible.
foreach (var source in args.Skip(1))
{
    var destination = Path.Combine(args[0], Path.GetFileName(source));
    File.WriteAllBytes(destination, MakeAccessible(File.ReadAllBytes(source)));
}

static byte[] MakeAccessible(byte[] image)
{
    using var portableExecutable = new PEReader(new MemoryStream(image));
    var metadata = portableExecutable.GetMetadataReader();
    var start = portableExecutable.PEHeaders.MetadataStartOffset;

    // Row layouts: ECMA-335 II.22.37 (TypeDef: Flags, 4 bytes, first), II.22.26 (MethodDef: RVA 4, ImplFlags 2,
    // Flags 2), II.22.15 (Field: Flags, 2 bytes, first).
    Patch(TableIndex.TypeDef, 0, 4, flags => (uint)MakeTypePublic((TypeAttributes)flags));
    Patch(TableIndex.MethodDef, 6, 2, OpenMember);
    Patch(TableIndex.Field, 0, 2, OpenMember);
    return image;

    void Patch(TableIndex table, int column, int size, Func<uint, uint> change)
    {
        var offset = start + metadata.GetTableMetadataOffset(table) + column;
        var rowSize = metadata.GetTableRowSize(table);
        for (var row = 0; row < metadata.GetTableRowCount(table); row++, offset += rowSize)
        {
            var flags = image.AsSpan(offset, size);
            if (size == 4)
                BinaryPrimitives.WriteUInt32LittleEndian(flags, change(BinaryPrimitives.ReadUInt32LittleEndian(flags)));
            else
                BinaryPrimitives.WriteUInt16LittleEndian(
                    flags, (ushort)change(BinaryPrimitives.ReadUInt16LittleEndian(flags)));
        }
    }
}

static TypeAttributes MakeTypePublic(TypeAttributes flags) => flags & ~TypeAttributes.VisibilityMask
    | ((flags & TypeAttributes.VisibilityMask) is TypeAttributes.NotPublic or TypeAttributes.Public
        ? TypeAttributes.Public
        : TypeAttributes.NestedPublic);

// MethodAttributes and FieldAttributes share their access bits (II.23.1.5, II.23.1.10).
static uint OpenMember(uint flags)
{
    var access = (MethodAttributes)flags & MethodAttributes.MemberAccessMask;
    var opened = access switch
    {
        MethodAttributes.Assembly => MethodAttributes.Public,
        MethodAttributes.FamANDAssem => MethodAttributes.Family,
        _ => access,
    };
    return flags & ~(uint)MethodAttributes.MemberAccessMask | (uint)opened;
}
