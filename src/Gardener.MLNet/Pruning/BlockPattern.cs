using System.Globalization;
using System.Text.RegularExpressions;

namespace GardenerML.Pruning;

/// <summary>How the tensors of a block are named: a prefix with <c>{i}</c> in the place of the block's number.</summary>
internal sealed class BlockPattern
{
    private const string Number = "{i}";

    private readonly string _pattern;
    private readonly Regex _name;

    /// <summary>Reads a pattern.</summary>
    /// <exception cref="ArgumentException">It does not hold <c>{i}</c> once.</exception>
    public BlockPattern(string pattern)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(pattern);
        var parts = pattern.Split(Number);
        if (parts.Length != 2)
            throw new ArgumentException(
                $"The block pattern '{pattern}' must hold {Number}, the place of the block's number, once: encoder.layer.{Number}.");
        _pattern = pattern;
        // What stands before the pattern in all names (vit., bert.) may be left out of it.
        _name = new Regex(
            $@"\A(?<before>(?:.*\.)??){Regex.Escape(parts[0])}(?<index>0|[1-9][0-9]{{0,3}})(?<after>{Regex.Escape(parts[1])}.*)\z",
            RegexOptions.CultureInvariant | RegexOptions.Singleline | RegexOptions.NonBacktracking);
    }

    /// <summary>Sorts names into blocks.</summary>
    /// <param name="names">All names of a file.</param>
    /// <param name="path">The file, for messages.</param>
    /// <returns>For each block its names, and of each the parts before and after the number.</returns>
    /// <exception cref="ArgumentException">No name fits, several stacks do, or the numbers have gaps.</exception>
    public IReadOnlyList<IReadOnlyList<BlockTensorName>> Sort(IEnumerable<string> names, string path)
    {
        var found = names.Select(Parse).OfType<(string Before, int Index, BlockTensorName Name)>().ToList();
        if (found.Count == 0)
            throw new ArgumentException($"{path}: no tensor's name has the form '{_pattern}' with a number for {Number}.");
        var stacks = found.Select(tensor => tensor.Before).Distinct().Order(StringComparer.Ordinal).ToArray();
        if (stacks.Length > 1 && !stacks.Contains(""))
            throw new ArgumentException(
                $"{path}: the pattern '{_pattern}' fits several stacks of blocks; name one: {string.Join(", ", stacks.Select(stack => stack + _pattern))}.");
        // A name that begins with the pattern itself is what was meant.
        var blocks =
            found.Where(tensor => tensor.Before == stacks[0]).ToLookup(tensor => tensor.Index, tensor => tensor.Name);
        for (var block = 0; block < blocks.Count; block++)
        {
            if (!blocks.Contains(block))
                throw new ArgumentException(
                    $"{path}: there are blocks up to {blocks.Max(tensors => tensors.Key)} by the pattern '{_pattern}', but "
                    + $"no block {block}.");
        }
        return [.. Enumerable.Range(0, blocks.Count).Select(block => blocks[block].ToArray())];
    }

    private (string, int, BlockTensorName)? Parse(string name)
    {
        var match = _name.Match(name);
        if (!match.Success)
            return null;
        var index = match.Groups["index"];
        return (
            match.Groups["before"].Value,
            int.Parse(index.ValueSpan, CultureInfo.InvariantCulture),
            new BlockTensorName(name, name[..index.Index], match.Groups["after"].Value));
    }
}
