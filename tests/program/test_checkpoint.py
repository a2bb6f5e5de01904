"""Stopped at any moment, resumed on any number of ranks: the same bits as a run that was never stopped."""
import os
import random
import signal
import subprocess
import time
import unittest

from program import ProgramTest, command, environment, hash_datasets, messages, ranks_of, read, run

SPEC = """
[input]
files = ["customers.h5"]
id = "customer_id"
[[features]]
columns = ["feature_*"]
[cluster]
k = 12
seed = 3
restarts = 6
[output]
path = "segments.h5"
"""

SOAK = bool(os.environ.get("PSYCHOGRAPH_SOAK"))


def messages_of(stderr):
    return messages(subprocess.CompletedProcess([], 0, "", stderr))


class Stopped(ProgramTest):
    """Each run takes about a second where nothing stops it."""

    customers = 500_000

    def setUp(self):
        super().setUp()
        (self.folder / "spec.toml").write_text(SPEC)
        self.generate()
        started = time.perf_counter()
        self.run_ok(2, "segment", "spec.toml", "--output", "whole.h5", cwd=self.folder)
        self.whole_seconds = time.perf_counter() - started
        self.expected = hash_datasets(self.folder / "whole.h5")
        self.result = self.folder / "segments.h5"
        self.checkpoints = self.folder / "segments.h5.checkpoint"

    def generate(self, *options):
        self.run_ok(2, "generate", "--customers", self.customers, "--features", 8, "--segments", 20, "--separation",
                    2.5, *options, "--output", self.folder / "customers.h5")

    def start(self, ranks, *options):
        return subprocess.Popen(command(ranks, "segment", "spec.toml", *options), cwd=self.folder, env=environment(),
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def end(self, process):
        """(exit code, standard error); a minute without an end is a hang."""
        try:
            _, stderr = process.communicate(timeout=60)
        except subprocess.TimeoutExpired:
            process.kill()
            self.fail(f"it hangs\n{process.communicate()[1]}")
        return process.returncode, stderr

    def signal_ranks(self, process, number, which=None):
        """To all ranks, or to one of them; returns how many there are."""
        ranks = ranks_of(process.pid)
        for rank in ranks if which is None else ranks[which:][:1]:
            try:
                os.kill(rank, number)
            except ProcessLookupError:
                pass
        return len(ranks)

    def assert_result(self, resumed=None):
        self.assertEqual(hash_datasets(self.result), self.expected)
        self.assertFalse(self.checkpoints.exists())
        if resumed is not None:
            self.assertEqual(read(self.result)["resumed"], resumed)
        self.result.unlink()

    def run_in_pieces(self, moments):
        """Stops at one random moment after the other, by either signal, to all ranks or to one, and resumes on
        another number of ranks. How often it was stopped."""
        stopped = 0
        for _ in range(60):
            process = self.start(moments.choice([1, 2, 3, 4]), "--resume", "--checkpoint-every",
                                 moments.choice([0, 0.1, 30]))
            time.sleep(moments.uniform(0.1, self.whole_seconds))
            self.signal_ranks(process, moments.choice([signal.SIGTERM, signal.SIGUSR1]), moments.choice([None, 0, -1]))
            code, stderr = self.end(process)
            if code == 0:
                break
            # A signal that comes before the program listens ends it as it would any other.
            if code == 75:
                self.assertEqual(len(messages_of(stderr)), 1, stderr)
                self.assertIn("stopped on request", stderr)
                stopped += 1
            self.assertFalse(self.result.exists(), stderr)
            self.assert_nothing_temporary()
        else:
            self.fail("it never came to its end")
        self.assert_result()
        return stopped

    def test_stopped_at_random_moments(self):
        moments = random.Random(7)
        runs, stopped = 0, 0
        while runs < (50 if SOAK else 5) or stopped <= 5:  # how often one is stopped is luck
            stopped += self.run_in_pieces(moments)
            runs += 1
            self.assertLess(runs, 100)

    def test_a_killed_rank_leaves_nothing_half(self):
        moments = random.Random(8)
        for _ in range(50 if SOAK else 5):
            process = self.start(moments.choice([1, 2, 3]), "--checkpoint-every", 0.05)
            time.sleep(moments.uniform(0.05, self.whole_seconds))
            self.signal_ranks(process, signal.SIGKILL, moments.choice([0, -1]))
            code, stderr = self.end(process)
            if self.result.exists():  # it was killed behind its last step, or not at all
                self.assertEqual(hash_datasets(self.result), self.expected)
                self.result.unlink()
            else:
                self.assertNotEqual(code, 0, stderr)
            self.run_ok(2, "segment", "spec.toml", "--resume", cwd=self.folder)
            self.assert_nothing_temporary()
            self.assert_result()

    def wait_for_checkpoints(self, process, count):
        while process.poll() is None and len(list(self.checkpoints.glob("*.state"))) < count:
            time.sleep(0.005)

    def stop_while_clustering(self, *options):
        process = self.start(2, "--checkpoint-every", 0, *options)
        self.wait_for_checkpoints(process, 2)
        self.signal_ranks(process, signal.SIGTERM)
        code, stderr = self.end(process)
        self.assertEqual(code, 75, stderr)

    def test_stopped_while_describing(self):
        """The clustering is not lost."""
        process = self.start(2, "--checkpoint-every", 0, "--events", "events")
        events = self.folder / "events"
        while process.poll() is None and not (events.exists() and "describing" in events.read_text()):
            time.sleep(0.001)
        self.signal_ranks(process, signal.SIGTERM, -1)
        code, stderr = self.end(process)
        if code != 0:  # it was not over sooner
            self.assertEqual(code, 75, stderr)
            self.assertFalse(self.result.exists())
            self.assert_nothing_temporary()
            done = self.run_ok(3, "segment", "spec.toml", "--resume", cwd=self.folder)
            self.assertIn("resuming: ", done.stderr)
        self.assert_result()

    def test_a_damaged_checkpoint_is_passed_over(self):
        self.stop_while_clustering()
        newest = sorted(self.checkpoints.glob("*.state"))[-1]
        newest.write_bytes(newest.read_bytes()[:-20])
        done = self.run_ok(3, "segment", "spec.toml", "--resume", cwd=self.folder)
        self.assertIn(f"{newest.name}: is damaged: its checksum is wrong; the one before it is used", done.stderr)
        self.assertIn("resuming: ", done.stderr)
        self.assert_result(resumed=1)

    def test_all_damaged(self):
        self.stop_while_clustering()
        for state in self.checkpoints.glob("*.state"):
            state.write_text("no")
        self.assert_fails(3, ["is no checkpoint", "none of the 2 checkpoints can be gone on from"], 2, "segment",
                          "spec.toml", "--resume", cwd=self.folder)
        done = self.run_ok(2, "segment", "spec.toml", cwd=self.folder)
        self.assertIn("the checkpoint of an earlier run is removed", done.stderr)
        self.assert_result(resumed=0)

    def test_another_spec_or_input(self):
        self.stop_while_clustering()
        for options in (("--k", 11), ("--seed", 4), ("--set", "cluster.restarts=7")):
            self.assert_fails(3, ["segments.h5.checkpoint", "is of another spec"], 2, "segment", "spec.toml",
                              "--resume", *options, cwd=self.folder)
        self.generate("--seed", 43)
        self.assert_fails(3, ["segments.h5.checkpoint", "is of another input"], 2, "segment", "spec.toml", "--resume",
                          cwd=self.folder)

    def test_resume_without_a_checkpoint(self):
        done = self.run_ok(2, "segment", "spec.toml", "--resume", cwd=self.folder)
        self.assertIn("no checkpoint to resume: starts afresh", done.stderr)
        self.assert_result(resumed=0)

    def test_another_run_takes_over(self):
        """A scheduler starts a job anew while the old processes live on: they must lose."""
        old = self.start(1, "--checkpoint-every", 0)
        self.wait_for_checkpoints(old, 1)
        self.signal_ranks(old, signal.SIGSTOP)
        new = self.run_ok(2, "segment", "spec.toml", "--resume", cwd=self.folder, env={"SLURM_RESTART_COUNT": "1"})
        self.assertIn("resuming: ", new.stderr)
        self.signal_ranks(old, signal.SIGCONT)
        code, stderr = self.end(old)
        self.assertEqual(code, 4, stderr)
        self.assertIn("another run has taken this result over", stderr)
        self.assert_nothing_temporary()
        self.assert_result(resumed=1)

    def test_a_failed_run_leaves_no_folder(self):
        self.assert_fails(3, ["customers.h5", "x*"], 2, "segment", "spec.toml", "--set", 'features.0.columns=["x*"]',
                          cwd=self.folder)
        self.assertFalse(self.checkpoints.exists())

    def test_bad_options(self):
        for value in ("-1", "soon", "nan"):
            completed = run(2, "segment", "spec.toml", "--checkpoint-every", value, cwd=self.folder)
            self.assertEqual(completed.returncode, 2, completed.stderr)
            self.assertIn("--checkpoint-every", completed.stderr)


class Writers(ProgramTest):
    """Jobs without checkpoints end in good order too."""

    def test_what_a_killed_run_left_is_removed(self):
        (self.folder / ".made.h5.partial-0-0-12").write_bytes(b"half")
        (self.folder / ".made-too.h5.partial-0-0-12").write_bytes(b"another's")
        self.run_ok(2, "generate", "--customers", 100, "--features", 2, "--segments", 3, "--output", self.path("made.h5"))
        self.assertEqual(sorted(path.name for path in self.folder.iterdir()), [".made-too.h5.partial-0-0-12", "made.h5"])

    def test_generate_leaves_nothing_half(self):
        process = subprocess.Popen(command(2, "generate", "--customers", 20_000_000, "--features", 8, "--segments", 3,
                                           "--output", self.path("big.h5")), env=environment(), stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, text=True)
        while process.poll() is None and not list(self.folder.iterdir()):
            time.sleep(0.01)
        for rank in ranks_of(process.pid):
            os.kill(rank, signal.SIGTERM)
        _, stderr = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 75, stderr)
        self.assertEqual(list(self.folder.iterdir()), [])


if __name__ == "__main__":
    unittest.main()
