namespace GardenerML.Tests.Checkpoints;

/// <summary>
/// Pickles that CPython 3.11 made (zlib-compressed, base64), one for each protocol, all of the same value. The classes were
/// stand-ins under torch's names, each with the <c>__reduce_ex__</c> and persistent id that torch's have:
/// <c>{'model': OrderedDict(...), 'epoch': 70000, 'args': argparse.Namespace(...), 'frozen': frozenset([1]), 'long': 'x' * 300}</c>.
/// The state dict holds, in the storage '0' of 12 floats: 'whole' [3, 4], 'transposed' [4, 3] with the strides (1, 4), 'tail' (a
/// Parameter, [4] from element 8), 'column' [3] from element 1 with stride 4; and in the storage '1' of 4 floats 'scalar' [] at
/// element 2. The Namespace holds numbers, texts, lists, a nested dictionary with a set, None, a number beyond 64 bits and bytes.
/// </summary>
internal static class PythonPickles
{
    public static byte[] Protocol(int protocol)
    {
        using var packed = new MemoryStream(Convert.FromBase64String(Packed[protocol - 2]));
        using var stream = new System.IO.Compression.ZLibStream(packed, System.IO.Compression.CompressionMode.Decompress);
        using var pickle = new MemoryStream();
        stream.CopyTo(pickle);
        return pickle.ToArray();
    }

    private static readonly string[] Packed =
    [
        "eNrtUtlu1DAUTWamnTaUpeyUfc9AKW3Z15athZouk/KQlyryeNxJpDSZYzttQRoJHmZo+RN+hz/hGaTiOOKBSkh8AH5xcn3Oudfn+GOpA8v1" +
        "+yzLWkubPIbNWBrHnKkoTaSzKJpc8ObLiCkHpZqHcoHdCNOYo8JUKlg4FmQqiqUTCN7IorgZKJ7IVATrkw76XNevaoLUSNri6C8ozkycUrVc" +
        "FB1UfVtjxjHgl/XO2hkGyZCCUycWKZNKD3tIhdg9DG2H+RB7FfZ52O87GqwETWQ7lbyJA6HuFvaH1XAgNPzhnF8h5R4OEjuXOVTwDysc8XDU" +
        "r+R8GsU49peLtKmga1xx4eD4bvETdTJAKl2MELuLk4XwKYXTHs5smZ+zn3HOw3m/P79SGmdrCS7sFrlY14OVu7gUjhQKlxWueLhqSJLRmAq4" +
        "v0nGpAnUNLWicK1OSrVawbquMOrhRtbBmD+oQYEemjaporhpzsd9XbQw0cGkSWOdC6nzxS1iSykbJlLeTlmI23PtYdsyzlDRkrjD9KZtkNxZ" +
        "0FbINmU6r7u1T7jXwX3XL2lgLPBgdmqpMf/t+9efhppoKB6aMNcjhUemwWpMteDjFTxxt7YXuDltRC08/ZKPbNa0KSa8ham5Hzs7O8aGhEul" +
        "053u4JlrLKB47mrbSvnTUHhBqiwI8rxUlASBI7l+qi9X8MpgeBczHmYzIyzoBl6zgOmHzqTDk/zDwRtzic33mDPtYqp1JkB6eOthPmuY4qpI" +
        "P/AEC390Koqm3+IKlohNu6h78IwFcZq0sOyP6oE3/69/XniXjf0CV5OHSQ==",
        "eNrtUltP1EAYbXcLCxUveBfv964iAt6voCAoI5etL30hm9nusG0ytHtmpguabKIPi+A/8e/4T3zWBKfTGBMSE3+A8zKZb845833nzMdyF5YX" +
        "9FmWtZ42GYcdhinnLFRxmkh3WTSZYM3ZOFQuSlUf5QK7EaWcwQlVKsJorJ6pmEu3Llgji3mzrlgiU1HvTLro87ygoglSI2mLob+guHM8pepd" +
        "UXRRCWyNGcdAUNZ72M4wSIYU3BqxSJk4W9hHHGJvYWgnypvYr3DAx8HA1WAlaCLbqWRNHIr0a1F/VIkGIsMfzvkOKW/hMLFzmSMF/6jCMR/H" +
        "Ayfn05jjxF8GaVNB15liwsXJveKnamSAOD2MELuH04XwGYWzPs5tm8P5z7jg42LQn4+U8mw9waW9IpdrurFyD1eikULhqsI1H9cNSYaUUwHv" +
        "N8mYNIGqpjoKN2qkVK0WrJsKoz5uZV2MBYMaVNdN0yZVFLfN/XigixYmupg0aXSYkDpf3CG2lLJhImXtNIxwd6E9bFvGGSpaEvdCvWkbJHOX" +
        "tBWyTUOd1/3qJzzo4qEXlDSQCzyan1ppLH77/vWnoSYaiscmzE6s8MQ8sMapFny6imfe9s4SM7eNuIXnX/KWzZo2xYS1MLXwY3d319iQMKl0" +
        "utNdvPCMBRQvPW1bKf8aCjOkEuZpqVj/V8n0P51dxSsDYD3M+ZjPjKqgG3g9U9p8jzdZwwivifQDS7Dwh15UjAhZxVti0x4WfSyZoXiatLAc" +
        "jOoWNv+vf15YycZ+Ab7reOE=",
        "eNrtUcFu1DAQTTbe3W4pIPiD3rISqoAfAAlEpVottFy4oMhJ3DiS145sZ1uQKtHDlhaNBFWnd678Dn/CGaRlshRYCQ58AHOxPX7vzcybN+zy" +
        "YxIt4ghT6E9sKTXCtcJqLYtQW+Pp9dSV0snycV0EvMDxXoc8UFZLhLVgXaE2sjbUmqC3MyfzttZlFqTx1mXT+8RIUxh6AoqKGP0Fg5hPtBXh" +
        "+VX6AiG+i5AUTYt8LeAuj3jC2QlyxuMTPFOMygbcQ1gNThjfWC9LVKM0Vavqurqhbv5kMZ4QK+64SywWRK1RDZc6bIQTExmko+J/Cq1wNiOZ" +
        "2ZLI6eL2tpMbkEHtxPyFF/Nkhmp9qfTAF0IL9wsL8T0kNOvQvfH4N7I9Qhhl1JIoRRC4yEOElB1OpfO0DGrIe59DXzaWPNxqbsURMOEqsn6F" +
        "DhrJk8WjHRrMN6LofB0fY7fanna4+eBZvv35y6dvwAwhyO5pHWgj+1qQwktMT892JCR5XeG7UXQVDyExssKtr/P5HAZG+kDGd4qxwJTG7XV7" +
        "CsiH7388P7SQOHGAj3qHr7DNYbDv7Gtpus9z2oO2psIXd+IoOvwf/xzYbnwHN1NzLQ==",
        "eNrtUcFu1DAQTTbe3W4pIPiD3rISqoAfAAlEpVottFy4oMhJ3DiSN45sZ1uQKtHDlhaNBFWnd678Dn/CGaRlvBRYCQ58AHOxPX7vzcybN/3L" +
        "j0m0iCNMoT8xpdQI1wqjtSx8bRpHr6e2lFaWj+vC4wWO9wLyQBktEda8sYXayDpfa4LezqzMu1qXmZeNMzab3idGmsLQEVBUxOgvGMR8oo3w" +
        "z6/SFwjxXYSkaDvkax53ecQTzk6QMx6f4JliVNbjHsKqt6JxrXGyRDVKU7Wqrqsb6uZPFuMJseLAXWIxL2qNarjUYSusmEgvLRX/U2iFsxnJ" +
        "zJZEThe3t0FuQAZ1k+YvvJgnM1TrS6UHrhBa2F9YiO8hoVlA98bj38juCGGUUUuiFF7gIg8RUnY4ldbRMqgh51wOfdka8nCrvRVHwIStyPoV" +
        "OmgkRxaPdmgw14oi+Do+xrDanra4+eBZvv35y6dvwBpCkN3T2tNG9rUghZeYnp7tSEjyusJ3o+gqHkLSyAq3vs7ncxg00nkyPijGAlMatxf2" +
        "5JEP3/94fuggseIAH/UOX2GXw2DfmteyCZ/ntAdtmgpf3Imj6PB//HNgt/EdOv1zLg==",
    ];
}
