"""scripts/bench at a tiny size: that it runs, that every section has its rows, and that the tables are whole. No
figure is judged: at this size, on a busy machine, none means anything."""
import json
import math
import pathlib
import shutil
import subprocess
import tempfile
import unittest

import research
import tables
from settings import INTAKE, PAGES, PROJECT, RESEARCH, SECTIONS, SMOKE


class Run:
    """One run of scripts/bench, for all tests of a class."""
    OPTIONS = ()

    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="psychograph-bench-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        done = subprocess.run([PROJECT / "scripts" / "bench", "--smoke", *cls.OPTIONS, "--output", cls.folder], capture_output=True,
                              text=True, check=False)
        if done.returncode != 0:
            raise AssertionError(f"scripts/bench --smoke failed\n{done.stdout}\n{done.stderr}")
        cls.printed = done.stdout
        cls.results = json.loads((cls.folder / "results.json").read_text(encoding="utf-8"))

    def cases(self, section, against=None):
        return [row["case"] for row in self.results["rows"]
                if row["section"] == section and against in (None, row["against"])]

    def check_ratios(self):
        for row in self.results["rows"]:
            for name in ("ours", "theirs", "ratio"):
                self.assertTrue(math.isfinite(row[name]), row)
            self.assertIn(row["kept"], ("yes", "no") if row["promise"] else ("",))


class Bench(Run, unittest.TestCase):
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
        self.check_ratios()

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
        parts = {name: f"table of {name}" for name in ("machine", *SECTIONS, *RESEARCH, *INTAKE)}
        tables.write_between_markers(pages, parts)
        once = [page.read_text(encoding="utf-8") for page in pages]
        for part in parts.values():
            self.assertEqual("".join(once).count(part + "\n"), 1)
        tables.write_between_markers(pages, parts)
        self.assertEqual([page.read_text(encoding="utf-8") for page in pages], once)


class Research(Run, unittest.TestCase):
    OPTIONS = ("--research",)

    def section(self, name):
        """Its rows; a peer that is not installed skips the test."""
        if name in self.results["skipped"]:
            self.skipTest("; ".join(self.results["skipped"][name]))
        return [row for row in self.results["rows"] if row["section"] == name]

    def test_mixtures(self):
        self.assertEqual([(row["case"].split(",")[0], row["against"]) for row in self.section("mixtures")],
                         [(covariance, peer) for peer in ("scikit-learn", "mclust") for covariance in ("diagonal", "full")])

    def test_one_row_each(self):
        for name in ("bisecting", "classes", "medoids", "stability"):
            with self.subTest(name):
                self.assertEqual(len(self.section(name)), 1)

    def test_they_do_the_same(self):
        """Likelihoods, inertia and distances come out alike: as many iterations of the same, from like starts."""
        for row in self.results["rows"]:
            words = row["note"].split()
            if row["section"] in ("mixtures", "classes"):
                self.assertLess(abs(float(words[1])), .5, row)
                self.assertEqual({int(words[-3]), int(words[-1])}, {SMOKE["iterations"]}, row)
            elif row["section"] in ("bisecting", "medoids"):
                self.assertLess(abs(float(words[1].rstrip("%,"))), 20, row)

    def test_ratios_are_numbers(self):
        self.check_ratios()

    def test_what_is_not_installed_is_told(self):
        self.assertIn("not installed", research.why_missing("nosuchpackage") or "")


class Intake(Run, unittest.TestCase):
    OPTIONS = ("--intake",)

    def test_rows(self):
        peers = {row["against"] for row in self.results["rows"]}
        self.assertLessEqual({"pandas and h5py", "pandas' merge, h5py"}, peers)
        self.assertEqual("DuckDB, to a file" in peers, "import" not in self.results["skipped"])
        self.check_ratios()


if __name__ == "__main__":
    unittest.main()
