using GardenerML.Orleans;

namespace GardenerML.Tests.Orleans;

[TestClass]
public sealed class TrialQueueTests
{
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(10);
    private static readonly TrialOutcome Outcome = new("result", null);

    private readonly Clock _clock = new();
    private readonly TrialQueue _queue;

    public TrialQueueTests()
    {
        _queue = new TrialQueue(_clock);
        _clock.Pass(TrialQueue.Grace);
    }

    [TestMethod]
    public void Each_worker_gets_one_trial_the_one_that_waited_longest()
    {
        _queue.Follow("first", "1");
        _queue.Follow("second", "2");
        _queue.Follow("first", "1");
        Assert.AreEqual("first", _queue.Take("a", Lease)!.Key);
        Assert.AreEqual("second", _queue.Take("b", Lease)!.Key);
        Assert.IsNull(_queue.Take("c", Lease));
    }

    [TestMethod]
    public void A_worker_that_did_not_hear_the_answer_gets_the_same_run_again()
    {
        _queue.Follow("first", "1");
        _queue.Follow("second", "2");
        Assert.AreEqual(_queue.Take("a", Lease), _queue.Take("a", Lease));
    }

    [TestMethod]
    public void A_trial_whose_worker_is_lost_runs_again_and_what_the_lost_one_says_later_does_not_count()
    {
        _queue.Follow("trial", "1");
        var lost = _queue.Take("lost", Lease)!;
        for (var i = 0; i < 3; i++)
        {
            _clock.Pass(0.4 * Lease);
            _queue.Follow("trial", "1");
        }
        var again = _queue.Take("other", Lease)!;
        Assert.AreEqual("trial", again.Key);
        Assert.IsFalse(_queue.Beat("lost", lost, null));
        _queue.Finish("lost", lost, new TrialOutcome("stale", null));
        Assert.IsNull(_queue.Follow("trial", "1").Outcome);

        _queue.Finish("other", again, Outcome);
        _queue.Finish("other", again, new TrialOutcome("twice", null));
        Assert.AreEqual(new TrialStatus("other", null, Outcome), _queue.Follow("trial", "1"));
        Assert.IsNull(_queue.Take("third", Lease), "it is not run again");
    }

    [TestMethod]
    public void A_worker_that_is_heard_of_keeps_its_trial()
    {
        _queue.Follow("trial", "1");
        var work = _queue.Take("a", Lease)!;
        for (var i = 0; i < 5; i++)
        {
            _clock.Pass(0.9 * Lease);
            Assert.IsTrue(_queue.Beat("a", work, $"{i}"));
            Assert.AreEqual($"{i}", _queue.Follow("trial", "1").Progress);
            Assert.IsNull(_queue.Take("b", Lease));
        }
    }

    [TestMethod]
    public void A_trial_that_is_given_back_goes_on_elsewhere()
    {
        _queue.Follow("trial", "1");
        _queue.Finish("a", _queue.Take("a", Lease)!, null);
        Assert.AreEqual("trial", _queue.Take("b", Lease)!.Key);
    }

    [TestMethod]
    public void A_cancelled_trial_stops_and_is_left_when_its_worker_has_stopped()
    {
        _queue.Follow("trial", "1");
        var work = _queue.Take("a", Lease)!;
        Assert.IsFalse(_queue.Leave("trial"));
        Assert.IsFalse(_queue.Beat("a", work, null));
        Assert.IsFalse(_queue.Leave("trial"), "the worker still writes");
        _queue.Finish("a", work, null);
        Assert.IsTrue(_queue.Leave("trial"));
        Assert.IsNull(_queue.Take("b", Lease));
    }

    [TestMethod]
    public void A_trial_whose_experiment_is_lost_stops()
    {
        _queue.Follow("trial", "1");
        var work = _queue.Take("a", Lease)!;
        _clock.Pass(0.9 * Lease);
        Assert.IsTrue(_queue.Beat("a", work, null));
        _clock.Pass(0.2 * Lease);
        Assert.IsFalse(_queue.Beat("a", work, null));
    }

    [TestMethod]
    public void Another_request_for_a_trial_waits_until_the_worker_of_the_old_one_has_stopped()
    {
        _queue.Follow("trial", "old");
        var old = _queue.Take("a", Lease)!;
        _queue.Follow("trial", "new");
        Assert.IsNull(_queue.Take("b", Lease));
        Assert.IsFalse(_queue.Beat("a", old, null));
        _queue.Finish("a", old, Outcome);
        Assert.IsNull(_queue.Follow("trial", "new").Outcome);
        Assert.AreEqual("new", _queue.Take("b", Lease)!.Request);
    }

    [TestMethod]
    public void Each_worker_lives_as_long_as_its_own_lease()
    {
        _queue.Follow("short", "1");
        _queue.Follow("long", "2");
        var brief = _queue.Take("a", Lease)!;
        var patient = _queue.Take("b", 3 * Lease)!;
        _clock.Pass(0.9 * Lease);
        _queue.Follow("short", "1");
        _queue.Follow("long", "2");
        _clock.Pass(0.2 * Lease);
        Assert.AreEqual("short", _queue.Take("c", Lease)!.Key);
        Assert.IsNull(_queue.Take("d", Lease));
        Assert.IsFalse(_queue.Beat("a", brief, null));
        Assert.IsTrue(_queue.Beat("b", patient, null));
    }

    [TestMethod]
    public void A_new_queue_learns_from_workers_and_experiments_what_the_lost_one_knew()
    {
        _queue.Follow("running", "1");
        _queue.Follow("ended", "2");
        _queue.Follow("waiting", "3");
        var running = _queue.Take("a", Lease)!;
        var ended = _queue.Take("b", Lease)!;

        // Experiments and workers without a trial may come first.
        var queue = new TrialQueue(_clock);
        queue.Follow("running", "1");
        queue.Follow("ended", "2");
        queue.Follow("waiting", "3");
        Assert.IsNull(queue.Take("c", Lease));
        _clock.Pass(TrialQueue.LongestBeat);
        Assert.IsNull(queue.Take("c", Lease));
        Assert.IsTrue(queue.Beat("a", running, "half"));
        queue.Finish("b", ended, Outcome);
        Assert.AreEqual(new TrialStatus("a", "half", null), queue.Follow("running", "1"));
        Assert.AreEqual(new TrialStatus("b", null, Outcome), queue.Follow("ended", "2"));
        Assert.IsNull(queue.Take("c", Lease), "other workers may not have been heard yet");

        _clock.Pass(TrialQueue.Grace - TrialQueue.LongestBeat);
        Assert.AreEqual("waiting", queue.Take("c", Lease)!.Key);
        Assert.IsNull(queue.Take("d", Lease));
    }

    [TestMethod]
    public void A_new_queue_does_not_say_that_nobody_is_at_a_trial_before_its_worker_was_heard()
    {
        _queue.Follow("trial", "1");
        var work = _queue.Take("a", Lease)!;

        var queue = new TrialQueue(_clock);
        queue.Follow("trial", "1");
        Assert.IsFalse(queue.Leave("trial"));
        Assert.IsTrue(queue.Beat("a", work, null));
        Assert.IsFalse(queue.Leave("trial"));
        Assert.IsFalse(queue.Beat("a", work, null));
        queue.Finish("a", work, null);
        _clock.Pass(TrialQueue.Grace);
        Assert.IsTrue(queue.Leave("trial"));
    }

    private sealed class Clock : TimeProvider
    {
        private long _now;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _now;

        public void Pass(TimeSpan time) => _now += time.Ticks;
    }
}
