namespace GardenerML.Onnx;

/// <summary>An attribute of a node (AttributeProto of onnx.proto).</summary>
internal sealed record OnnxAttribute(ProtoMessage Message)
{
    private const int FloatType = 1;
    private const int IntegerType = 2;
    private const int IntegersType = 7;

    public static OnnxAttribute Of(string name, long value) => new(Named(name, IntegerType).Integer(3, value));

    public static OnnxAttribute Of(string name, float value) => new(Named(name, FloatType).Single(2, value));

    public static OnnxAttribute Of(string name, params ReadOnlySpan<int> values)
    {
        var message = Named(name, IntegersType);
        foreach (var value in values)
            message.Integer(8, value);
        return new OnnxAttribute(message);
    }

    private static ProtoMessage Named(string name, int type) => new ProtoMessage().Text(1, name).Integer(20, type);
}
