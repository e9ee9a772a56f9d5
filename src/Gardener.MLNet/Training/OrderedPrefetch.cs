namespace GardenerML.Training;

/// <summary>Does slow work on a sequence ahead of its use, on several threads, and gives the results in order.</summary>
internal static class OrderedPrefetch
{
    /// <summary>Runs <paramref name="work"/> on each item.</summary>
    /// <param name="source">The items; enumerated on the consumer's thread, at most <paramref name="ahead"/> before their use.</param>
    /// <param name="work">What to do with an item; its token is cancelled when nobody waits for the result any more.</param>
    /// <param name="threads">How many items are worked on at a time.</param>
    /// <param name="ahead">How many items are begun before their result is asked for.</param>
    /// <param name="cancellation">Stops the enumeration.</param>
    /// <returns>The results, the caller's to dispose; those that are never asked for are disposed here.</returns>
    public static IEnumerable<TResult> Run<TSource, TResult>(
        IEnumerable<TSource> source,
        Func<TSource, CancellationToken, TResult> work,
        int threads,
        int ahead,
        CancellationToken cancellation)
        where TResult : IDisposable
    {
        var scheduler = new ConcurrentExclusiveSchedulerPair(TaskScheduler.Default, threads).ConcurrentScheduler;
        using var abandoned = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var stop = abandoned.Token;
        var pending = new Queue<Task<TResult>>();
        try
        {
            using var items = source.GetEnumerator();
            for (var more = true; ;)
            {
                while (more && pending.Count < ahead && (more = items.MoveNext()))
                {
                    var item = items.Current;
                    pending.Enqueue(Task.Factory.StartNew(() => work(item, stop), stop, TaskCreationOptions.DenyChildAttach, scheduler));
                }
                if (pending.Count == 0)
                    yield break;
                cancellation.ThrowIfCancellationRequested();
                yield return Result(pending.Dequeue(), cancellation);
            }
        }
        finally
        {
            abandoned.Cancel();
            foreach (var task in pending)
            {
                // The consumer has stopped, perhaps because of an earlier failure: later ones are of no interest.
                ((IAsyncResult)task).AsyncWaitHandle.WaitOne();
                if (task.IsCompletedSuccessfully)
                    task.Result.Dispose();
                else
                    _ = task.Exception;
            }
        }
    }

    private static TResult Result<TResult>(Task<TResult> task, CancellationToken cancellation)
    {
        try
        {
            return task.GetAwaiter().GetResult();
        }
        catch (OperationCanceledException)
        {
            // With the caller's own token, not the linked one, which the caller does not know.
            cancellation.ThrowIfCancellationRequested();
            throw;
        }
    }
}
