namespace GardenerML.Reporting;

/// <summary>
/// Tells notebooks (.NET Interactive) who formats a type: they look for an attribute of this name with these properties, whichever
/// assembly it is from.
/// </summary>
/// <param name="formatterSourceType">What makes the formatters.</param>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class TypeFormatterSourceAttribute(Type formatterSourceType) : Attribute
{
    /// <summary>What makes the formatters.</summary>
    public Type FormatterSourceType { get; } = formatterSourceType;

    /// <summary>How the type is shown unless another way is asked for.</summary>
    public string[] PreferredMimeTypes { get; set; } = [];
}
