"""Signals end a job in good order, and those that were ignored before it stay ignored."""
import os
import shutil
import signal
import subprocess
import time
import unittest

from program import ProgramTest, command, environment, ranks_of


def heed():
    """What a test's own starter ignores, the program started here must not."""
    for name in (signal.SIGINT, signal.SIGHUP):
        signal.signal(name, signal.SIG_DFL)


class Signals(ProgramTest):
    def start(self, ranks=0, wrap=()):
        self.run_ok(0, "generate", "--customers", "20000", "--features", "8", "--segments", "20", "--separation", "0.5",
                  "--output", "g.h5", cwd=self.folder)
        (self.folder / "g.toml").write_text('[input]\nfiles = ["g.h5"]\n[[features]]\ncolumns = ["feature_*"]\n[cluster]\nk = 20\n'
                                            'restarts = 500\ntolerance = 0.0\n')
        shutil.rmtree(self.path("o.h5.checkpoint"), ignore_errors=True)
        process = subprocess.Popen([*wrap, *command(ranks, "segment", "g.toml", "--output", "o.h5", "--checkpoint-every", "0", "--quiet")],
                                   cwd=self.folder, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                                   text=True, preexec_fn=heed)
        self.addCleanup(process.kill)
        until = time.monotonic() + 120
        while not list(self.folder.glob("o.h5.checkpoint/*.state")):
            self.assertIsNone(process.poll())
            self.assertLess(time.monotonic(), until)
            time.sleep(0.02)
        return process

    def test_each_ends_a_job_in_good_order(self):
        for sent, ranks in ((signal.SIGINT, 0), (signal.SIGHUP, 0), (signal.SIGINT, 2), (signal.SIGHUP, 2)):
            process = self.start(ranks)
            os.kill(ranks_of(process.pid)[-1] if ranks else process.pid, sent)
            _, stderr = process.communicate(timeout=120)
            self.assertEqual(process.returncode, 75, stderr)
            self.assertIn("psychograph: stopped on request", stderr)
            self.assertFalse((self.folder / "o.h5").exists())
            self.assert_nothing_temporary()

    def test_what_was_ignored_stays_ignored(self):
        process = self.start(wrap=["sh", "-c", 'trap "" HUP INT; exec "$@"', "sh"])
        process.send_signal(signal.SIGHUP)
        process.send_signal(signal.SIGINT)
        time.sleep(1)
        self.assertIsNone(process.poll())
        process.terminate()
        self.assertIn("stopped on request", process.communicate(timeout=120)[1])


if __name__ == "__main__":
    unittest.main()
