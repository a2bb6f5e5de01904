"""docs/formats.md as a reader follows it: its Python, TOML and shell blocks run in order, in one folder; then what
they made is compared with what the page promises."""
import contextlib
import io
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

import h5py
import numpy as np

from program import VOLATILE, binary, environment, hash_datasets

PAGE = pathlib.Path(__file__).resolve().parents[2] / "docs" / "formats.md"
PROFILES = PAGE.with_name("profile.md")


# What the table of verdicts names.
VERDICTS = {f"/profile/{verdict}" for verdict in ("made of this", "distinct", "small", "not shown", "too few to tell",
                                                  "nothing to compare", "withheld")}


def blocks(text):
    """[(language, code)] of the fenced blocks, in order."""
    return re.findall(r"^```(\w+)\n(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL)


def sections(text):
    """[(group, text)] of the result's groups."""
    return re.findall(r"^###? /(\w+)(?:: .*?)?\n(.*?)(?=^##)", text, flags=re.MULTILINE | re.DOTALL)


def documented(text):
    """The datasets and attributes that the page's tables name, as "/group/dataset" and "/run@attribute"."""
    names = set()
    for group, section in sections(text):
        separator = "@" if group == "run" else "/"
        for cells in re.findall(r"^\| (`[^|]*) \|", section, flags=re.MULTILINE):
            names.update(f"/{group}{separator}{name}" for name in re.findall(r"`([^`]+)`", cells))
    return names


class Formats(unittest.TestCase):
    """The page is run once, for all tests."""

    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="psychograph-formats-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        cls.addClassCleanup(os.chdir, os.getcwd())
        (cls.folder / "psychograph").symlink_to(os.path.realpath(binary()))
        os.chdir(cls.folder)
        cls.page = PAGE.read_text(encoding="utf-8")
        cls.names = {}
        cls.printed = io.StringIO()
        for language, code in blocks(cls.page):
            if language == "python":
                with contextlib.redirect_stdout(cls.printed):
                    exec(compile(code, str(PAGE), "exec"), cls.names)
            elif language == "toml":
                (cls.folder / "spec.toml").write_text(code, encoding="utf-8")
            elif language == "sh":
                cls.shell(code)

    @classmethod
    def shell(cls, code):
        env = environment(PATH=f"{cls.folder}:{os.environ['PATH']}")
        completed = subprocess.run(["bash", "-e", "-c", code], env=env, capture_output=True, text=True, timeout=300,
                                   check=False)
        if completed.returncode != 0:
            raise AssertionError(completed.stderr)

    def test_every_layout_gives_the_same_segments(self):
        expected = hash_datasets("segments.h5")
        for made in ("coded", "pandas", "records", "compressed"):
            with self.subTest(made):
                self.assertEqual(without_spec(hash_datasets(f"from-{made}.h5")), without_spec(expected))
        with h5py.File("segments.h5") as columns, h5py.File("from-matrix.h5") as matrix:
            self.assertEqual(matrix["assignments/customer_id"].dtype, np.float64)
            self.assertEqual(list(matrix["segments/columns"].asstr()),
                             ["age", "spend", "region=0", "region=1", "region=2"])
            for name in ("assignments/customer_id", "assignments/segment", "assignments/distance",
                         "assignments/runner_up", "assignments/margin", "segments/centroids"):
                np.testing.assert_array_equal(matrix[name][()], columns[name][()], name)

    def test_the_layouts_are_the_ones_that_are_described(self):
        with h5py.File("columns.h5") as file:
            self.assertTrue(all(dataset.chunks is None for dataset in file["customers"].values()))
            self.assertEqual(file["customers/region"].dtype, "S5")
        with h5py.File("matrix.h5") as file:
            self.assertEqual(file["customers"].shape, (3000, 4))
        with h5py.File("pandas.h5") as file:
            self.assertIn("spend", file["customers/table"].dtype.names)
        with h5py.File("compressed.h5") as file:
            self.assertEqual(file["customers/age"].compression, "gzip")

    def test_the_data_frames_hold_the_result(self):
        table, assigned, customers = (self.names[name] for name in ("table", "assigned", "customers"))
        self.assertEqual(len(assigned), len(table))
        self.assertEqual(list(assigned["customer_id"]), list(table["customer_id"]))
        self.assertEqual(set(assigned["segment"]), {0, 1, 2, 3})
        sizes = assigned["segment"].value_counts().sort_index()
        self.assertTrue(sizes.is_monotonic_decreasing)
        with h5py.File("segments.h5") as file:
            np.testing.assert_array_equal(file["segments/size"][()], sizes)
        # Ages and levels have no transform: their centroid is the segment's own mean.
        centroids = self.names["centroids"]
        self.assertEqual(list(centroids.index), [f"segment {c}" for c in range(4)])
        np.testing.assert_allclose(centroids["age"], customers.groupby("segment")["age"].mean(), rtol=1e-6)
        north = (customers["region"] == "north").groupby(customers["segment"]).mean()
        np.testing.assert_allclose(centroids["region=north"], north, atol=1e-6)
        settings = self.names["settings"]
        self.assertEqual((settings["n"], settings["k"], settings["p"], settings["converged"]), (3000, 4, 5, 1))
        squares = np.square(assigned["distance"].astype(float)).sum()
        self.assertAlmostEqual(settings["inertia"] / squares, 1, places=6)
        self.assertIn("spend", self.printed.getvalue())

    def test_the_page_names_what_is_in_a_result_and_nothing_else(self):
        found = set(hash_datasets("segments.h5", ignore=None))
        # Named in running text.
        found -= {"/model/archive", "/model/archive@sha256", "/run/spec", "/features/quantiles@levels"}
        found -= {name for name in found if name.endswith("@columns")}
        self.assertEqual(documented(self.page) | documented(PROFILES.read_text(encoding="utf-8")) - VERDICTS, found)
        volatile = {f"/run@{name}" for line in self.page.splitlines() if "*volatile*" in line
                    for name in re.findall(r"`([^`]+)`", line.split("|")[1])}
        self.assertEqual(volatile, {name for name in found if VOLATILE.fullmatch(name)})

    def test_shapes_and_types_are_those_of_the_page(self):
        sizes = {"n": 3000, "k": 4, "p": 5, "q": 3, "7": 7, "levels": 3, "m": 2}
        with h5py.File("segments.h5") as file:
            rows = 0
            for group, section in sections(self.page):
                for names, shape, kind in re.findall(r"^\| (`[^|]*) \| \[([^\]]*)\] \| ([^|]*) \|", section,
                                                     flags=re.MULTILINE):
                    for name in re.findall(r"`([^`]+)`", names):
                        dataset = file[f"{group}/{name}"]
                        self.assertEqual(dataset.shape, tuple(sizes[part] for part in shape.split(", ")), name)
                        if kind == "string":
                            self.assertEqual(h5py.check_string_dtype(dataset.dtype).encoding, "utf-8", name)
                        elif kind != "the table's":
                            self.assertEqual(dataset.dtype, np.dtype(kind), name)
                        rows += 1
            self.assertEqual(rows, 32)
            attributes = file["run"].attrs
            for names, kind in re.findall(r"^\| (`[^|]*) \| (int64|float64|string) \|", self.page, flags=re.MULTILINE):
                for name in re.findall(r"`([^`]+)`", names):
                    if kind == "string":
                        self.assertIsInstance(attributes[name], (bytes, np.bytes_), name)
                    else:
                        self.assertEqual(np.asarray(attributes[name]).dtype, np.dtype(kind), name)


def without_spec(hashes):
    """The spec names the input file, so it differs; nothing else may."""
    return {name: value for name, value in hashes.items() if name != "/run/spec"}


if __name__ == "__main__":
    unittest.main()
