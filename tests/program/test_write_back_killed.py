"""segment --write-back, killed at every single call that changes a file: each table is wholly old or wholly new, the
result absent or whole, and the next run makes all good."""
import collections
import os
import pathlib
import random
import re
import shutil
import subprocess
import time
import unittest

from program import binary, build_write_faults, environment, hash_datasets, run
from test_write_back import WriteBack

SOAK = bool(os.environ.get("PSYCHOGRAPH_SOAK"))


class Killed(WriteBack):
    """A shim counts the calls that change the folder, and kills at one (write_faults.c)."""

    rows = (120, 81)

    def setUp(self):
        super().setUp()
        self.shim = build_write_faults(self.path("faults.so"))
        self.data = self.folder / "data"
        self.data.mkdir()
        # What Open MPI keeps for a killed process must not be in the way of others.
        self.mpi = self.folder / "mpi"
        self.mpi.mkdir()
        for path in [*self.folder.glob("table-*.h5"), self.folder / "spec.toml"]:
            path.rename(self.data / path.name)
        self.old = {path.name: path.read_bytes() for path in self.tables}
        self.segment(1, "--write-back")
        self.new = {path.name: path.read_bytes() for path in self.tables}
        self.assert_written()
        self.expected = hash_datasets(self.data / "segments.h5")

    @property
    def tables(self):
        return sorted((self.folder / "data").glob("table-*.h5"))

    def segment(self, ranks, *options, **keywords):
        return self.run_ok(ranks, "segment", "spec.toml", "--quiet", *options, cwd=self.data,
                           env={"TMPDIR": self.mpi}, **keywords)

    def assert_written(self, column="segment", result="data/segments.h5"):
        super().assert_written(column, result)

    def restore(self):
        shutil.rmtree(self.data / "segments.h5.checkpoint", ignore_errors=True)
        for path in self.data.iterdir():
            if path.name != "spec.toml":
                path.unlink()
        for name, contents in self.old.items():
            (self.data / name).write_bytes(contents)

    def run_with_faults(self, ranks, at, rank=0, torn=False):
        env = {"LD_PRELOAD": self.shim, "FAULT_PROGRAM": pathlib.Path(binary()).name, "FAULT_FOLDER": f"{self.data}/",
               "FAULT_RANK": rank, "FAULT_AT": at, "FAULT_TORN": "1" if torn else None, "FAULT_LOG": self.path("log"),
               "TMPDIR": self.mpi}
        pathlib.Path(self.path("log")).unlink(missing_ok=True)
        return run(ranks, "segment", "spec.toml", "--quiet", "--write-back", cwd=self.data, env=env, timeout=60)

    def log(self):
        return pathlib.Path(self.path("log")).read_text().splitlines()

    def assert_whole(self, said):
        """Every table wholly old or wholly new, byte for byte; the result absent or whole, and before all others.
        How many are new."""
        new = 0
        for path in self.tables:
            contents = path.read_bytes()
            self.assertIn(contents, (self.old[path.name], self.new[path.name]), f"{path.name}, {said}")
            new += contents == self.new[path.name]
        self.assertEqual(len(self.tables), len(self.old), said)
        result = self.data / "segments.h5"
        if result.exists():
            self.assertEqual(hash_datasets(result), self.expected, said)
        else:
            self.assertEqual(new, 0, said)
        return new

    def assert_repaired(self, said, ranks=0):
        self.segment(ranks, "--write-back")
        self.assertEqual(self.assert_whole(said), len(self.old), said)
        left = sorted(path.name for path in self.data.iterdir())
        self.assertEqual(left, ["segments.h5", "spec.toml", *sorted(self.old)], said)

    def test_the_shim_sees_what_hdf5_and_mpi_io_write(self):
        self.restore()
        done = self.run_with_faults(0, 0)
        self.assertEqual(done.returncode, 0, done.stderr)
        seen = collections.Counter(re.sub("64|-[0-9]+-[0-9]+-[0-9a-f]+$", "", line) for line in self.log())
        for name in (".segments.h5.partial", ".table-0.h5.partial", ".table-1.h5.partial"):
            for call in ("open", "pwrite", "fallocate", "fsync", "rename"):
                self.assertGreater(seen[f"{call} {name}"], 0, seen)
        # The column itself, and the headers of the file around it; the assignments, and all the rest.
        self.assertGreater(seen["pwrite .table-0.h5.partial"], 4)
        self.assertGreater(seen["pwrite .segments.h5.partial"], 20)

    def kill_everywhere(self, ranks, rank, step, start=1):
        at, kills, seen = start, 0, set()
        while True:
            ended = True
            for torn in (False, True):
                self.restore()
                said = f"{ranks} ranks, rank {rank}, call {at}{' torn' if torn else ''}"
                done = self.run_with_faults(ranks, at, rank, torn)
                if done.returncode == 0:
                    self.assertEqual(self.assert_whole(said), len(self.old), said)
                    break
                ended = False
                kills += 1
                self.assertTrue(os.path.exists(self.path("log")), f"{said}: {done}")
                call = self.log()[-1]
                self.assertEqual(len(self.log()), at, f"{said}: {done}")
                seen.add(self.assert_whole(f"{said}: {call}"))
                if SOAK or at % 3 == 1:
                    self.assert_repaired(f"{said}: {call}", 0 if ranks == 0 else at % 2 * ranks)
                if not call.startswith(("write", "pwrite", "copy_file_range")):
                    break
            if ended:
                break
            at += step
        return kills, seen

    def test_at_every_call(self):
        kills, seen = self.kill_everywhere(0, 0, 1)
        self.assertGreater(kills, 100)
        self.assertEqual(seen, {0, 1, 2})

    def test_at_every_call_of_either_rank(self):
        for rank in (0, 1):
            kills, _ = self.kill_everywhere(2, rank, 1 if SOAK else 7, start=1 + rank)
            self.assertGreater(kills, 3)

    def test_at_random_moments(self):
        moments = random.Random(9)
        killed = 0
        for _ in range(100 if SOAK else 20):
            self.restore()
            process = subprocess.Popen([binary(), "segment", "spec.toml", "--quiet", "--write-back"], cwd=self.data,
                                       env=environment(TMPDIR=self.mpi), stdout=subprocess.DEVNULL,
                                       stderr=subprocess.DEVNULL)
            time.sleep(moments.uniform(0, 0.15))
            process.kill()
            killed += process.wait() != 0
            self.assert_whole("a random moment")
        self.assert_repaired("random moments")
        self.assertGreater(killed, 0)


if __name__ == "__main__":
    unittest.main()
