"""Whether there is room for what a job is going to write is asked before its long work, on real file systems."""
import os
import pathlib
import unittest

from disks import Disks
from program import ProgramTest, hash_datasets, messages, run

ENVIRONMENT = 4

SPEC = """
[input]
files = ["customers.h5"]
id = "customer_id"
[[features]]
columns = ["feature_*"]
[cluster]
k = 5
restarts = 1
max_iterations = 5
[output]
path = "disk/segments.h5"
"""


KIB_OF_THE_REST = 1500  # model, profile and headers, at the most


class Space(ProgramTest, Disks):
    customers = 600_000

    def setUp(self):
        super().setUp()
        (self.folder / "spec.toml").write_text(SPEC)
        self.run_ok(2, "generate", "--customers", self.customers, "--features", 8, "--segments", 5, "--output",
                    self.folder / "customers.h5")

    def refuse(self, *parts, args=()):
        for ranks in (0, 3):
            completed = run(ranks, "segment", "spec.toml", *args, cwd=self.folder, timeout=60)
            self.assertEqual(completed.returncode, ENVIRONMENT, completed.stderr)
            self.assertEqual(len(messages(completed)), 1, completed.stderr)
            for part in parts:
                self.assertRegex(messages(completed)[0], part)
            self.assertNotIn("clustering", completed.stderr)

    def test_the_result(self):
        """Id, segment, distance, runner-up and margin are 24 bytes a customer, and the model is little."""
        needed = self.customers * 24
        for room in (64, needed // 2048, needed // 1024 - 100):
            disk = self.mount_memory("disk", room)
            self.refuse(r"disk/segments\.h5: needs 14\.4 MB, and its file system has .* left")
            self.assertEqual(os.listdir(disk), [])
        disk = self.mount_memory("disk", needed // 1024 + KIB_OF_THE_REST)
        self.run_ok(2, "segment", "spec.toml", cwd=self.folder)
        self.assertEqual(os.listdir(disk), ["segments.h5"])

    def test_an_older_result_takes_its_room_until_the_end(self):
        disk = self.mount_memory("disk", self.customers * 24 // 1024 + KIB_OF_THE_REST)
        self.run_ok(2, "segment", "spec.toml", cwd=self.folder)
        before = (disk / "segments.h5").read_bytes()
        self.refuse(r"disk/segments\.h5: needs 14\.4 MB")
        self.assertEqual((disk / "segments.h5").read_bytes(), before)
        self.assertEqual(os.listdir(disk), ["segments.h5"])

    def test_scratch(self):
        disk = self.mount_image("scratch", "ext4", 16, "-O", "^has_journal")
        before = sorted(os.listdir(disk))
        small = ("--memory", "10M", "--scratch", "scratch", "--output", "segments.h5")
        self.refuse(r"scratch folder scratch/: needs (62\.0|69\.6) MB, and its file system has 1\d\.\d MB left", args=small)
        self.assertEqual(sorted(os.listdir(disk)), before)
        self.run_ok(2, "segment", "spec.toml", "--output", "memory.h5", cwd=self.folder)
        self.mount_image("large", "ext4", 128)
        self.run_ok(2, "segment", "spec.toml", "--memory", "10M", "--scratch", "large", "--output", "segments.h5",
                    cwd=self.folder)
        self.assertEqual(hash_datasets(self.folder / "segments.h5"), hash_datasets(self.folder / "memory.h5"))

    def test_a_made_up_table(self):
        self.mount_memory("disk", 1000)
        self.assert_fails(ENVIRONMENT, ["disk/x.h5: needs 56.0 MB, and its file system has 1.0 MB left"], 2,
                          "generate", "--customers", 1_000_000, "--features", 11, "--segments", 3, "--output",
                          "disk/x.h5", cwd=self.folder)
        self.assertEqual(os.listdir(pathlib.Path(self.folder, "disk")), [])


if __name__ == "__main__":
    unittest.main()
