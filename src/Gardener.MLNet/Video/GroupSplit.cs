using System.Security.Cryptography;
using System.Text;

namespace GardenerML.Video;

/// <summary>Divides videos in two by whole groups, class by class.</summary>
internal static class GroupSplit
{
    /// <summary>Holds out a share of each class's groups.</summary>
    /// <param name="videos">The videos.</param>
    /// <param name="fraction">The share, rounded to whole groups; of two groups or more at least one is held out and
    /// one stays.</param>
    /// <param name="seed">Says which groups.</param>
    /// <param name="purpose">Makes the choices for test and for validation independent of each other.</param>
    /// <remarks>
    /// A group's place depends on its own name and the seed, through SHA-256: it is the same on every machine and
    /// runtime.
    /// </remarks>
    public static (List<Ucf101Video> Kept, List<Ucf101Video> HeldOut) Divide(
        IEnumerable<Ucf101Video> videos, double fraction, int seed, string purpose)
    {
        List<Ucf101Video> kept = [], heldOut = [];
        foreach (var one in videos.GroupBy(video => video.Label))
        {
            var groups = one.GroupBy(video => video.Group)
                .OrderBy(group => Place(group.Key), StringComparer.Ordinal).ToList();
            double share = Math.Round(fraction * groups.Count, MidpointRounding.AwayFromZero);
            int count = groups.Count < 2 ? 0 : Math.Clamp((int)share, 1, groups.Count - 1);
            for (int i = 0; i < groups.Count; i++)
                (i < count ? heldOut : kept).AddRange(groups[i]);
        }
        return (kept, heldOut);

        string Place(string group) =>
            Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes($"{seed} {purpose} {group}")));
    }
}
