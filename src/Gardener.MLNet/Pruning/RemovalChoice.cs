namespace GardenerML.Pruning;

/// <summary>What a <see cref="PruningTarget"/> chooses from.</summary>
internal sealed class RemovalChoice
{
    private readonly int[] _candidates;
    private readonly int _minimumKept;

    /// <summary>Makes the choice.</summary>
    /// <param name="removalOrder">All blocks, the first to be removed first.</param>
    /// <param name="protectedBlocks">Blocks that stay.</param>
    /// <param name="minimumKept">How many blocks stay at least.</param>
    /// <param name="costs">What a model of some of the blocks costs.</param>
    /// <exception cref="ArgumentException">
    /// A protected block is not there, or fewer blocks are there than must stay.
    /// </exception>
    public RemovalChoice(
        IReadOnlyList<int> removalOrder, IReadOnlyCollection<int> protectedBlocks, int minimumKept, ModelCosts costs)
    {
        BlockCount = removalOrder.Count;
        Protected = protectedBlocks;
        Costs = costs;
        _minimumKept = minimumKept;
        foreach (var block in protectedBlocks)
        {
            if (block < 0 || block >= BlockCount)
                throw new ArgumentException(
                    $"There is no block {block} to protect: the checkpoint has the blocks 0 to {BlockCount - 1}.");
        }
        if (minimumKept > BlockCount)
            throw new ArgumentException($"At least {minimumKept} blocks are to stay, but the checkpoint has {BlockCount}.");
        _candidates = [.. removalOrder.Where(block => !protectedBlocks.Contains(block))];
        MostRemovable = Math.Min(_candidates.Length, BlockCount - minimumKept);
    }

    public int BlockCount { get; }

    public IReadOnlyCollection<int> Protected { get; }

    public ModelCosts Costs { get; }

    /// <summary>How many blocks may be removed.</summary>
    public int MostRemovable { get; }

    /// <summary>Why no more than <see cref="MostRemovable"/> blocks may be removed.</summary>
    public string Limits => $"the checkpoint has {BlockCount} block{(BlockCount == 1 ? "" : "s")}, at least {_minimumKept} must stay"
        + (Protected.Count == 0 ? "" : $", and {string.Join(", ", Protected.Order())} {(Protected.Count == 1 ? "is" : "are")} protected");

    /// <summary>The first blocks of the order.</summary>
    public IReadOnlyList<int> First(int count) => _candidates[..count];

    /// <summary>
    /// The fewest blocks whose removal brings a cost, which falls with every block, to a maximum or below.
    /// </summary>
    /// <param name="cost">The cost of the kept blocks.</param>
    /// <param name="maximum">The largest cost.</param>
    /// <param name="describe">A cost as text.</param>
    /// <exception cref="ArgumentException">Not even the removal of all that may go suffices.</exception>
    public IReadOnlyList<int> Fewest(Func<IReadOnlyList<int>, double> cost, double maximum, Func<double, string> describe)
    {
        var least = cost(Kept(MostRemovable));
        if (least > maximum)
            throw new ArgumentException(
                $"{describe(maximum)} cannot be reached: {Limits}. The least that can be is {describe(least)}, with {MostRemovable} removed.");
        // By halves, because a cost may be a measurement.
        int enough = MostRemovable, tooFew = -1;
        while (enough - tooFew > 1)
        {
            var middle = (enough + tooFew) / 2;
            if (cost(Kept(middle)) <= maximum)
                enough = middle;
            else
                tooFew = middle;
        }
        return First(enough);
    }

    private int[] Kept(int removed) => [.. Enumerable.Range(0, BlockCount).Except(_candidates.Take(removed))];
}
