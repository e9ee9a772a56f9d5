namespace GardenerML.Onnx;

/// <summary>Types of tensor elements, numbered as in onnx.proto (TensorProto.DataType).</summary>
internal enum OnnxElement
{
    Float = 1,
    UInt8 = 2,
    Int64 = 7,
    Float16 = 10,
}
