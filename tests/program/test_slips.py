"""What a slip of the hand must not destroy, and what must not be silently wrong."""
import os
import signal
import subprocess
import time
import unittest

import h5py
import numpy as np

from program import ProgramTest, command, environment, hash_datasets, ranks_of, read

SPEC = """
[input]
files = ["table.h5"]
id = "id"
[[features]]
columns = ["x"]
[cluster]
k = 2
restarts = 1
[output]
path = "segments.h5"
"""


class SlipTest(ProgramTest):
    def setUp(self):
        super().setUp()
        (self.folder / "spec.toml").write_text(SPEC)
        self.write("table.h5", np.arange(40))

    def write(self, name, ids, first=0):
        with h5py.File(self.path(name), "w") as file:
            file["customers/id"] = ids
            file["customers/x"] = np.arange(first, first + len(ids), dtype=float)

    def segment(self, *options, ranks=2):
        return self.run_ok(ranks, "segment", "spec.toml", *options, cwd=self.folder)

    def refused(self, code, parts, *arguments, ranks=2):
        return self.assert_fails(code, parts, ranks, *arguments, cwd=self.folder)


class Replaced(SlipTest):
    def test_the_table_by_the_result(self):
        before = hash_datasets(self.path("table.h5"))
        self.segment("--output", "last.h5")
        os.symlink("table.h5", self.path("link.h5"))
        for output in ("table.h5", "./table.h5", self.path("table.h5"), "link.h5"):
            self.refused(2, ["would replace", "table.h5, which is read"], "segment", "spec.toml", "--output", output)
            self.refused(2, ["would replace", "which is read"], "resegment", "spec.toml", "--previous", "last.h5",
                         "--output", output)
        self.assertEqual(hash_datasets(self.path("table.h5")), before)

    def test_the_spec_or_the_start(self):
        self.refused(2, ["would replace spec.toml"], "segment", "spec.toml", "--output", "spec.toml")
        self.segment("--output", "start.h5")
        self.refused(2, ["would replace start.h5"], "segment", "spec.toml", "--set", "cluster.init=start.h5",
                     "--output", "start.h5")

    def test_a_table_where_a_spec_belongs(self):
        (self.folder / "table.csv").write_text("id,x\n1,2\n")
        for table in ("table.h5", "table.csv"):
            self.refused(2, [f"{table}: is a table, and a spec is wanted here"], "segment", table, "--output", "s.h5")

    def test_names_of_no_segment(self):
        (self.folder / "spec.toml").write_text(SPEC + '[names]\n0 = "All"\n7 = "Nobody"\n')
        told = self.segment().stderr
        self.assertIn('[names] 7 = "Nobody": there is no segment 7', told)
        self.assertNotIn("All", told)

    def test_a_table_by_texts(self):
        before = hash_datasets(self.path("table.h5"))
        self.refused(2, ["--events table.h5 would replace table.h5, which is read"], "segment", "spec.toml", "--events", "table.h5")
        self.refused(2, ["--save-constants table.h5 would replace table.h5, which is read"], "plan", "spec.toml",
                     "--save-constants", "table.h5", ranks=0)
        self.assertEqual(hash_datasets(self.path("table.h5")), before)

    def test_an_empty_path(self):
        for arguments in (("segment", "spec.toml"), ("assign", "last.h5", "--input", "table.h5"),
                          ("generate", "--customers", 10, "--features", 1, "--segments", 2)):
            self.segment("--output", "last.h5")
            self.refused(2, [], *arguments, "--output", "")
        self.assertFalse((self.folder / "segments.h5").exists())

    def test_a_folder_that_is_no_checkpoint(self):
        mine = self.folder / "segments.h5.checkpoint" / "mine"
        mine.mkdir(parents=True)
        (mine / "letter").write_text("dear")
        self.refused(4, ["segments.h5.checkpoint", "holds something else: mine"], "segment", "spec.toml")
        self.assertEqual((mine / "letter").read_text(), "dear")


class SameCustomers(SlipTest):
    def test_one_file_under_several_names_counts_once(self):
        os.symlink("table.h5", self.path("link.h5"))
        self.segment("--input", "table.h5", "./table.h5", self.path("table.h5"), "link.h5")
        self.assertEqual(read(self.path("segments.h5"))["n"], 40)

    def test_ids_of_several_types_keep_their_values_or_are_refused(self):
        huge = np.uint64(2**63) + np.arange(40, dtype=np.uint64)
        odd = 2**53 + 1 + 2 * np.arange(40)
        for name, ids, other, word in (("huge.h5", huge, -1 - np.arange(40), "signed integers"),
                                       ("odd.h5", odd, np.arange(40) + 0.5, "floating numbers")):
            self.write(name, ids)
            self.write("other.h5", other, first=100)
            for job in (("segment", "spec.toml"),):
                self.refused(3, [f'{name}: column "id", row 0: the id {ids[0]}', word], *job, "--input", name, "other.h5")
        self.write("small.h5", np.arange(1000, 1040, dtype=np.uint64))
        self.segment("--input", "table.h5", "small.h5")
        np.testing.assert_array_equal(sorted(read(self.path("segments.h5"))["assignments/customer_id"]),
                                      [*range(40), *range(1000, 1040)])


class Categories(SlipTest):
    def write_homes(self, homes):
        with h5py.File(self.path("homes.h5"), "w") as file:
            file["customers/id"] = np.arange(len(homes))
            file["customers/home"] = np.array(homes, dtype=h5py.string_dtype())

    def test_a_word_that_is_the_name_of_missing_cells(self):
        (self.folder / "homes.toml").write_text('[input]\nfiles = ["homes.h5"]\n[[features]]\ncolumns = ["home"]\n'
                                                'kind = "categorical"\n[cluster]\nk = 2\n')
        self.write_homes(["own", "rent", "", "(missing)"] * 5)
        self.refused(3, ['homes.h5: column "home"', 'cells that say "(missing)"'], "segment", "homes.toml")
        self.write_homes(["own", "rent", "rent", "(missing)"] * 5)
        self.run_ok(2, "segment", "homes.toml", cwd=self.folder)
        self.write_homes(["own", "rent", "rent", ""] * 5)
        self.run_ok(2, "segment", "homes.toml", cwd=self.folder)


    def test_numbers_that_differ_only_as_whole_numbers(self):
        with h5py.File(self.path("codes.h5"), "w") as file:
            file["customers/code"] = 2**53 + np.arange(40) % 2
        for kind, code, words in (("binary", 3, ['column "code" is constant as a number', 'kind = "categorical"']),
                                  ("categorical", 0, [])):
            (self.folder / "codes.toml").write_text('[input]\nfiles = ["codes.h5"]\n[[features]]\ncolumns = ["code"]\n'
                                                    f'kind = "{kind}"\n[cluster]\nk = 2\n')
            if code:
                self.refused(code, words, "segment", "codes.toml")
            else:
                self.run_ok(2, "segment", "codes.toml", cwd=self.folder)


class Seeding(SlipTest):
    def test_is_stopped_within_a_moment(self):
        """With this many clusters it is nearly all of the work."""
        self.run_ok(2, "generate", "--customers", 60_000, "--features", 8, "--segments", 30, "--output",
                    self.path("many.h5"))
        (self.folder / "many.toml").write_text('[input]\nfiles = ["many.h5"]\n[[features]]\ncolumns = ["feature_*"]\n'
                                               "[cluster]\nk = 12000\n")
        for init in ("k-means||", "k-means++"):
            process = subprocess.Popen(command(2, "segment", "many.toml", "--verbose", "--set", f"cluster.init={init}"),
                                       cwd=self.folder, env=environment(), stdout=subprocess.PIPE,
                                       stderr=subprocess.PIPE, text=True)
            while process.poll() is None and not (self.folder / "segments.h5.checkpoint").exists():
                time.sleep(0.01)
            time.sleep(1)
            for rank in ranks_of(process.pid):
                os.kill(rank, signal.SIGTERM)
            _, stderr = process.communicate(timeout=60)
            self.assertEqual(process.returncode, 75, stderr)
            self.assertIn("stopped on request", stderr)
            self.assertNotIn("iteration", stderr.split("stopped on request")[0], "it was stopped behind the seeding")


if __name__ == "__main__":
    unittest.main()
