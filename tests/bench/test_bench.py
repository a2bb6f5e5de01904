"""scripts/bench at a tiny size: that it runs, that every section has its rows, and that the tables are whole. No
figure is judged: at this size, on a busy machine, none means anything."""
import json
import math
import pathlib
import shutil
import subprocess
import tempfile
import unittest

import tables
from settings import PAGES, PROJECT, SECTIONS, SMOKE


class Bench(unittest.TestCase):
    """One run, for all tests."""

    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="psychograph-bench-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        done = subprocess.run([PROJECT / "scripts" / "bench", "--smoke", "--output", cls.folder], capture_output=True,
                              text=True, check=False)
        if done.returncode != 0:
            raise AssertionError(f"scripts/bench --smoke failed\n{done.stdout}\n{done.stderr}")
        cls.printed = done.stdout
        cls.results = json.loads((cls.folder / "results.json").read_text(encoding="utf-8"))

    def cases(self, section, against=None):
        return [row["case"] for row in self.results["rows"]
                if row["section"] == section and against in (None, row["against"])]

    def test_every_section_has_its_rows(self):
        self.assertEqual({row["section"] for row in self.results["rows"]}, set(SECTIONS))
        cores = self.results["settings"]["cores"]
        for k in SMOKE["k"]:
            for count in cores:
                case = f"k = {k}, {count} core{'s' if count > 1 else ''}"
                self.assertIn(case, self.cases("iterations", "scikit-learn, Lloyd"))
                self.assertIn(case, self.cases("iterations", "the machine's limits"))
                self.assertIn(case, self.cases("faiss", "faiss"))
        for k in (16, 64, 256):
            for p in (7, 32, 64, 100):
                for place in ("cache", "memory"):
                    self.assertTrue([case for case in self.cases("kernel") if case == f"k = {k}, p = {p}, rows "
                                     f"{'in' if place == 'cache' else 'from'} {place}"], (k, p, place))
        self.assertEqual(len(self.cases("memory")), len(cores))
        self.assertEqual(len(self.cases("end-to-end", "script, the same outputs")), 2)
        self.assertEqual(len(self.cases("reading", "h5py, one pass")), 4)
        self.assertEqual(len(self.cases("predicted", "the run")), 4 * len(cores) * len(SMOKE["k"]))

    def test_ratios_are_numbers(self):
        for row in self.results["rows"]:
            for name in ("ours", "theirs", "ratio"):
                self.assertTrue(math.isfinite(row[name]), row)
            self.assertIn(row["kept"], ("yes", "no") if row["promise"] else ("",))

    def test_all_find_the_same_inertia(self):
        """Same rows, same start, as many iterations: no more than float's rounding apart."""
        compared = [row for row in self.results["rows"] if row["note"].startswith("inertia ")]
        self.assertTrue(compared)
        for row in compared:
            self.assertLess(abs(float(row["note"].split()[1])), 1e-3, row)

    def test_text_and_markdown_hold_every_row(self):
        markdown = (self.folder / "results.md").read_text(encoding="utf-8").replace("\\|", "|")
        for row in self.results["rows"]:
            self.assertIn(row["case"], self.printed)
            self.assertIn(f"| {row['case']} |", markdown)
        for name in self.results["machine"]:
            self.assertIn(f"{name}: ", self.printed)

    def test_the_pages_have_a_place_for_every_table(self):
        pages = [self.folder / page.name for page in PAGES]
        for page, original in zip(pages, PAGES):
            page.write_text(original.read_text(encoding="utf-8"), encoding="utf-8")
        parts = {name: f"table of {name}" for name in ("machine", *SECTIONS)}
        tables.write_between_markers(pages, parts)
        once = [page.read_text(encoding="utf-8") for page in pages]
        for part in parts.values():
            self.assertEqual("".join(once).count(part + "\n"), 1)
        tables.write_between_markers(pages, parts)
        self.assertEqual([page.read_text(encoding="utf-8") for page in pages], once)


if __name__ == "__main__":
    unittest.main()
