"""Names that could be globs: what exists under a name is meant by it, columns and files, in every job."""
import os
import pathlib
import unittest

import h5py
import numpy as np

from program import ProgramTest, hash_datasets, read

N = 240


def columns(seed=1):
    random = np.random.default_rng(seed)
    return {"id": np.arange(N), "Q1[1]": random.integers(1, 6, N), "Q1[2]": random.integers(1, 6, N),
            "Q1[a-z]": random.integers(1, 6, N), "Q1a": random.integers(1, 6, N), "Q11": random.normal(1000, 50, N),
            "Q12": random.normal(-3, 1, N), "Fair?": random.integers(1, 6, N), "Fair!": random.integers(1, 6, N),
            "*": random.random(N), "rate*2": random.random(N), "rate_x_2": random.random(N), "a\\*": random.random(N),
            "a*": random.random(N), "[weight]": random.integers(1, 4, N), "w": np.zeros(N)}


class Names(ProgramTest):
    def table(self, name, seed=1):
        path = self.path(name)
        with h5py.File(path, "w") as file:
            for column, values in columns(seed).items():
                file[f"customers/{column}"] = values
        return path

    def spec(self, wanted, more="", head=""):
        listed = ", ".join(f"'{name}'" for name in wanted)
        path = self.path("spec.toml")
        pathlib.Path(path).write_text(f"[input]\nid = 'id'\n{head}\n[[features]]\ncolumns = [{listed}]\n{more}\n"
                                      "[cluster]\nk = 2\nrestarts = 2\n")
        return path

    def clustered(self, path):
        result = read(path)
        return [name.decode() for name, used in zip(result["features/name"], result["features/clustered"]) if used]


class Columns(Names):
    def segment(self, ranks, *args, **options):
        output = self.path("out.h5")
        self.completed = self.run_ok(ranks, "segment", self.spec(*args, **options), "--input", self.path("t.h5"),
                                     "--output", output, "--quiet")
        return self.clustered(output)

    def setUp(self):
        super().setUp()
        self.table("t.h5")

    def test_a_name_that_exists_is_that_column(self):
        for wanted in (["Q1[1]", "Q1[2]"], ["Q1[a-z]"], ["Fair?"], ["rate*2"], ["*"], ["a\\*"], ["a*"]):
            with self.subTest(wanted=wanted):
                self.assertEqual(self.segment(2, wanted), wanted)
                self.assertNotIn("warning", self.completed.stderr)

    def test_other_names_are_globs(self):
        for glob, matched in (("Q1[12]", ["Q11", "Q12"]), ("Q1?", ["Q11", "Q12", "Q1a"]), ("Fair[!?]", ["Fair!"]),
                              ("[Q]1[a-z]", ["Q1a"]), ("Q1\\[?\\]", ["Q1[1]", "Q1[2]"]), ("Q1[[]*", ["Q1[1]", "Q1[2]", "Q1[a-z]"])):
            with self.subTest(glob=glob):
                self.assertEqual(self.segment(1, [glob]), matched)

    def test_described_columns_are_never_clustered_on(self):
        self.assertEqual(self.segment(3, ["Q*"], "[describe_only]\ncolumns = ['Q1[1]', 'Q1[a-z]']"),
                         ["Q11", "Q12", "Q1[2]", "Q1a"])
        described = read(self.path("out.h5"))["features/name"][-2:]
        self.assertEqual([name.decode() for name in described], ["Q1[1]", "Q1[a-z]"])
        for more in ("[describe_only]\ncolumns = ['Q1[1]']", "[describe_only]\ncolumns = ['Q1\\[1]']"):
            self.assert_fails(2, ["Q1[1]", "describe_only"], 2, "segment", self.spec(["Q1[1]", "Q12"], more),
                              "--input", self.path("t.h5"), "--output", self.path("none.h5"))

    def test_id_weight_and_items(self):
        more = "[[constructs]]\nname = 'Q1[?]'\nitems = ['Q1[1]', 'Q1[2]']"
        self.assertEqual(self.segment(2, ["Q12"], more, head="weight = '[weight]'"), ["Q12", "Q1[?]"])

    def test_a_slip_is_told(self):
        self.assertEqual(self.segment(2, ["Q1[2-9]"]), ["Q12"])
        self.assertEqual(self.completed.stderr.count('"Q1[2-9]"'), 1)
        self.assertIn('did you mean "Q1[2]"?', self.completed.stderr)
        self.assert_fails(3, ["matches \"Q1[7]\" (features.0.columns)", 'did you mean "Q1[1]"?'], 2, "segment",
                          self.spec(["Q1[7]"]), "--input", self.path("t.h5"), "--output", self.path("none.h5"))

    def test_describing_all(self):
        path = self.path("bare.toml")
        pathlib.Path(path).write_text("[input]\nid = 'id'\n")
        told = self.run_ok(1, "describe", path, "--input", self.path("t.h5")).stdout
        self.assertIn(f"{len(columns()) - 1} features", told)

    def test_later_jobs_take_the_same_columns(self):
        self.segment(2, ["Q1[1]", "Fair?", "rate*2"])
        self.run_ok(2, "verify", self.path("out.h5"), "--quiet")
        self.run_ok(2, "assign", self.path("out.h5"), "--input", self.path("t.h5"), "--output", self.path("new.h5"))
        self.assertTrue((read(self.path("new.h5"))["assignments/segment"] ==
                         read(self.path("out.h5"))["assignments/segment"]).all())
        self.run_ok(2, "resegment", self.path("spec.toml"), "--previous", self.path("out.h5"), "--input", self.path("t.h5"),
                    "--output", self.path("next.h5"))
        self.assertEqual(self.clustered(self.path("next.h5")), ["Q1[1]", "Fair?", "rate*2"])


class Files(Names):
    NAMES = ("export[2].h5", "what?.h5", "all*.h5", "a \\ b.h5", "two  words.h5")

    def setUp(self):
        super().setUp()
        for name in ("export2.h5", "what1.h5", "all-of-it.h5"):  # what the names below match as globs
            self.table(name, seed=2)

    def test_every_job_takes_the_file_of_that_name(self):
        for name in self.NAMES:
            with self.subTest(name=name):
                table = self.table(name)
                output = self.path(f"of {name}.h5")
                before = {p.name: hash_datasets(p) for p in self.folder.iterdir() if p.suffix == ".h5"}
                told = self.run_ok(2, "segment", self.spec(["Q11", "Q12"]), "--input", table, "--output", output,
                                   "--write-back").stderr
                self.assertIn(f"reading {N} customers from {table}", told)
                with h5py.File(table) as file:
                    self.assertTrue((file["customers/segment"][()] == read(output)["assignments/segment"]).all())
                for other, hashes in before.items():
                    if other != name:
                        self.assertEqual(hash_datasets(self.folder / other), hashes, other)
                self.run_ok(1, "verify", output, "--quiet")
                self.run_ok(1, "verify", output, "--input", table, "--quiet")
                self.run_ok(2, "assign", output, "--input", table, "--output", self.path("new.h5"))
                self.assertTrue((read(self.path("new.h5"))["assignments/segment"] ==
                                 read(output)["assignments/segment"]).all())
                self.run_ok(1, "resegment", self.spec(["Q11", "Q12"]), "--previous", output, "--input", table,
                            "--output", self.path("next.h5"))
                self.assertIn(f"{N} customers", self.run_ok(1, "describe", self.path("spec.toml"), "--input", table).stdout)
                self.run_ok(1, "export", output, "--output", self.path("out.csv"))

    def test_in_the_spec(self):
        self.table("export[2].h5")
        self.run_ok(3, "segment", self.spec(["Q11"], head="files = ['export[2].h5']"), "--output", self.path("out.h5"),
                    cwd=self.folder)
        self.run_ok(1, "verify", self.path("out.h5"), cwd=self.folder)
        os.remove(self.path("export[2].h5"))  # now the name is a glob: of another table, which is told
        self.assert_fails(3, ["fingerprint"], 1, "verify", self.path("out.h5"), cwd=self.folder)

    def test_imported(self):
        pathlib.Path(self.path("a[1].csv")).write_text("x[1],y\n1,2\n3,4\n")
        pathlib.Path(self.path("a1.csv")).write_text("x[1],y\n5,6\n")
        self.run_ok(2, "import", self.path("a[1].csv"), "--output", self.path("t.h5"))
        with h5py.File(self.path("t.h5")) as file:
            self.assertEqual(file["customers/x[1]"][()].tolist(), [1, 3])

    def test_folders_with_brackets(self):
        os.mkdir(self.path("export[2]"))
        os.mkdir(self.path("export2"))
        self.table("export[2]/part-1.h5")
        self.table("export2/part-1.h5", seed=2)
        os.mkdir(self.path("export[2]/in*"))
        self.table("export[2]/in*/a[1].h5")
        for given in ("export[2]/part-*.h5", "export[2]/in*/a[1].h5", "export[2]/i*/a?1].h5", "export[[]2]/part-?.h5"):
            told = self.run_ok(2, "segment", self.spec(["Q11"]), "--input", given, "--output", self.path("out.h5"),
                               cwd=self.folder).stderr
            self.assertIn("from export[2]/", told, given)
        self.assert_fails(3, ["no such file"], 2, "segment", self.spec(["Q11"]), "--input", "export[2]/gone.h5",
                          "--output", self.path("none"), cwd=self.folder)

    def test_folders(self):
        os.mkdir(self.path("all-old"))
        for given in ("all-old", "all*"):
            self.assert_fails(3, ["all-old: is a folder"], 2, "segment", self.spec(["Q11"]), "--input", self.path(given),
                              "--output", self.path("none"))

    def test_a_link_to_nothing(self):
        os.symlink(self.path("nowhere"), self.path("export[2].h5"))
        self.assert_fails(3, ["export[2].h5", "No such file"], 2, "segment", self.spec(["Q11"]),
                          "--input", self.path("export[2].h5"), "--output", self.path("none"))


if __name__ == "__main__":
    unittest.main()
