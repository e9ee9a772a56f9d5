namespace GardenerML.Reporting;

/// <summary>A line of a report's introduction.</summary>
/// <param name="Name">What it is about.</param>
/// <param name="Value">What there is to say.</param>
public sealed record ReportFact(string Name, string Value);
