using GardenerML.Orleans;

namespace GardenerML.Tests.Orleans;

[TestClass]
public sealed class TrialQueueTests
{
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(10);
    private static readonly TrialOutcome Outcome = new("result", null);

    private readonly Clock _clock = new();
    private readonly TrialQueue _queue;

    public TrialQueueTests() => _queue = new TrialQueue(Lease, _clock);

    [TestMethod]
    public void Each_worker_gets_one_trial_the_one_that_waited_longest()
    {
        _queue.Follow("first", "1");
        _queue.Follow("second", "2");
        _queue.Follow("first", "1");
        Assert.AreEqual("first", _queue.Take("a")!.Key);
        Assert.AreEqual("second", _queue.Take("b")!.Key);
        Assert.IsNull(_queue.Take("c"));
    }

    [TestMethod]
    public void A_worker_that_did_not_hear_the_answer_gets_the_same_run_again()
    {
        _queue.Follow("first", "1");
        _queue.Follow("second", "2");
        Assert.AreEqual(_queue.Take("a"), _queue.Take("a"));
    }

    [TestMethod]
    public void A_trial_whose_worker_is_lost_runs_again_and_what_the_lost_one_says_later_does_not_count()
    {
        _queue.Follow("trial", "1");
        var lost = _queue.Take("lost")!;
        for (var i = 0; i < 3; i++)
        {
            _clock.Pass(0.4 * Lease);
            _queue.Follow("trial", "1");
        }
        var again = _queue.Take("other")!;
        Assert.AreEqual("trial", again.Key);
        Assert.IsFalse(_queue.Beat("lost", lost, null));
        _queue.Finish("lost", lost, new TrialOutcome("stale", null));
        Assert.IsNull(_queue.Follow("trial", "1").Outcome);

        _queue.Finish("other", again, Outcome);
        _queue.Finish("other", again, new TrialOutcome("twice", null));
        Assert.AreEqual(new TrialStatus("other", null, Outcome), _queue.Follow("trial", "1"));
        Assert.IsNull(_queue.Take("third"), "it is not run again");
    }

    [TestMethod]
    public void A_worker_that_is_heard_of_keeps_its_trial()
    {
        _queue.Follow("trial", "1");
        var work = _queue.Take("a")!;
        for (var i = 0; i < 5; i++)
        {
            _clock.Pass(0.9 * Lease);
            Assert.IsTrue(_queue.Beat("a", work, $"{i}"));
            Assert.AreEqual($"{i}", _queue.Follow("trial", "1").Progress);
            Assert.IsNull(_queue.Take("b"));
        }
    }

    [TestMethod]
    public void A_trial_that_is_given_back_goes_on_elsewhere()
    {
        _queue.Follow("trial", "1");
        _queue.Finish("a", _queue.Take("a")!, null);
        Assert.AreEqual("trial", _queue.Take("b")!.Key);
    }

    [TestMethod]
    public void A_cancelled_trial_stops_and_is_left_when_its_worker_has_stopped()
    {
        _queue.Follow("trial", "1");
        var work = _queue.Take("a")!;
        Assert.IsFalse(_queue.Leave("trial"));
        Assert.IsFalse(_queue.Beat("a", work, null));
        Assert.IsFalse(_queue.Leave("trial"), "the worker still writes");
        _queue.Finish("a", work, null);
        Assert.IsTrue(_queue.Leave("trial"));
        Assert.IsNull(_queue.Take("b"));
    }

    [TestMethod]
    public void A_trial_whose_experiment_is_lost_stops()
    {
        _queue.Follow("trial", "1");
        var work = _queue.Take("a")!;
        _clock.Pass(0.9 * Lease);
        Assert.IsTrue(_queue.Beat("a", work, null));
        _clock.Pass(0.2 * Lease);
        Assert.IsFalse(_queue.Beat("a", work, null));
    }

    [TestMethod]
    public void Another_request_for_a_trial_waits_until_the_worker_of_the_old_one_has_stopped()
    {
        _queue.Follow("trial", "old");
        var old = _queue.Take("a")!;
        _queue.Follow("trial", "new");
        Assert.IsNull(_queue.Take("b"));
        Assert.IsFalse(_queue.Beat("a", old, null));
        _queue.Finish("a", old, Outcome);
        Assert.IsNull(_queue.Follow("trial", "new").Outcome);
        Assert.AreEqual("new", _queue.Take("b")!.Request);
    }

    [TestMethod]
    public void A_new_queue_learns_from_workers_and_experiments_what_the_lost_one_knew()
    {
        _queue.Follow("running", "1");
        _queue.Follow("ended", "2");
        _queue.Follow("waiting", "3");
        var running = _queue.Take("a")!;
        var ended = _queue.Take("b")!;

        var queue = new TrialQueue(Lease, _clock);
        Assert.IsTrue(queue.Beat("a", running, "half"));
        queue.Finish("b", ended, Outcome);
        Assert.AreEqual(new TrialStatus("a", "half", null), queue.Follow("running", "1"));
        Assert.AreEqual(new TrialStatus("b", null, Outcome), queue.Follow("ended", "2"));
        queue.Follow("waiting", "3");
        Assert.AreEqual("waiting", queue.Take("c")!.Key);
        Assert.IsNull(queue.Take("d"));
    }

    private sealed class Clock : TimeProvider
    {
        private long _now;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _now;

        public void Pass(TimeSpan time) => _now += time.Ticks;
    }
}
