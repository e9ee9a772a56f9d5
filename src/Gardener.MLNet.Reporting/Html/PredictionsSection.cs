using System.Xml.Linq;
using static GardenerML.Reporting.Html.Markup;

namespace GardenerML.Reporting.Html;

/// <summary>Frames of some videos with what the model says of them.</summary>
internal static class PredictionsSection
{
    public static XElement Of(IReadOnlyList<PredictedVideo> videos) => Section(
        "predictions", "Sample videos",
        Paragraph($"Some frames of {videos.Count} of the videos, as the model sees them, evenly spaced over the data and not chosen by their labels."),
        Element("div", Attribute("class", "videos"), videos.Select(Video)));

    private static XElement Video(PredictedVideo video)
    {
        var right = video.Label == video.PredictedLabel;
        return Element(
            "figure", Attribute("class", video.Label is null ? "video" : right ? "video right" : "video wrong"),
            Element("div", Attribute("class", "frames"), video.Frames.Select((frame, i) => Element(
                "img", Attribute("src", "data:image/jpeg;base64," + Convert.ToBase64String(frame)),
                Attribute("alt", $"{video.Name}, frame {i + 1} of {video.Frames.Count} that are shown")))),
            Element(
                "figcaption",
                Element("strong", video.PredictedLabel), Text($" with probability {video.Probability:0.000}"),
                video.Label is null ? null : right ? " - right" : new object[] { " - wrong: it is ", Element("strong", video.Label) },
                Element("br"),
                Element("span", Attribute("class", "file"), video.Name)));
    }
}
