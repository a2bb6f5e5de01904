"""What tests of the report share: results to be told of, and a look at the page in Chromium."""
import csv
import importlib
import json
import pathlib
import shutil
import subprocess
import sys
import unittest

import h5py
import numpy as np

from program import ProgramTest, tidy

PROJECT = pathlib.Path(__file__).resolve().parents[2]
BROWSER = PROJECT / "tests" / "browser"


class ReportTest(ProgramTest):
    def bfi(self, *more):
        self.run_ok(1, "import", PROJECT / "tests/data/bfi/bfi.csv", "--id", "row_name", "--codebook",
                    PROJECT / "tests/data/bfi/codebook.csv", "--output", "bfi.h5", cwd=self.folder)
        self.run_ok(2, "segment", PROJECT / "docs/examples/bfi.toml", "--input", "bfi.h5", "--output", "r.h5", *more, cwd=self.folder)

    def report(self, *args, ranks=1):
        return self.run_ok(ranks, "report", *args, cwd=self.folder)

    def told(self, *args):
        """What the page says, and the page."""
        self.report(*args, "--json", "page.json", ranks=0)
        return json.loads((self.folder / "page.json").read_text()), (self.folder / "report.html").read_text(encoding="utf-8")

    def rows(self, table):
        self.run_ok(1, "export", "r.h5", f"--{table}", "--output", f"{table}.csv", cwd=self.folder)
        with open(self.folder / f"{table}.csv", newline="", encoding="utf-8") as file:
            return list(csv.DictReader(file))


class BrowserTest(ReportTest):
    @classmethod
    def setUpClass(cls):
        lacks = [name for name in ("node", "npm", "chromium") if shutil.which(name) is None]
        if lacks:
            raise unittest.SkipTest(f"no {' and no '.join(lacks)}: scripts/install-dependencies --tests")
        if not (BROWSER / "node_modules/axe-core").exists():
            subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--silent"], cwd=BROWSER, check=True)

    def look(self, page, *args):
        done = subprocess.run(["node", BROWSER / "check.mjs", self.path(page), *args], capture_output=True, text=True, timeout=300)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout


def modules(test, *names):
    """The report's own, for rules that no small file meets; and its words."""
    sys.path.insert(0, str(PROJECT / "scripts/report"))
    test.addCleanup(sys.path.remove, str(PROJECT / "scripts/report"))
    return *map(importlib.import_module, names), json.loads((PROJECT / "scripts/report/wording/en.json").read_text())


def number(text):
    return float(text.replace("\u00a0", "").replace("−", "-"))


def value_at(chart, y):
    """By the marks of the axis."""
    one, other = chart["y"][0], chart["y"][-1]
    low, high = number(one["text"]), number(other["text"])
    return low + (high - low) * (y - one["at"]) / (other["at"] - one["at"])


def signed(value, digits):
    text = f"{value:+.{digits}f}".replace("-", "−")
    return text if float(text[1:]) else text[1:]


def three(value):
    return f"{value:,.{0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2}f}".replace(",", "\u00a0").replace("-", "−")


class Research(ReportTest):
    def plant(self, n=900, tiny=0):
        """Three clumps, and perhaps a few customers far away."""
        generator = np.random.default_rng(3)
        group = generator.integers(0, 3, n)
        group[:tiny] = 3
        with h5py.File(self.path("t.h5"), "w") as file:
            file["customers/customer_id"] = np.arange(n)
            for j, middles in enumerate(((0, 8, 0, 60), (0, 0, 8, 60))):
                file[f"customers/clump{j}"] = generator.normal(size=n) + np.take(middles, group)
            file["customers/home"] = np.array([b"rent", b"own", b"other"])[generator.integers(0, 3, n)]

    def write(self, more="", features='columns = ["clump*"]', cluster="restarts = 2"):
        (self.folder / "s.toml").write_text(f'[input]\nfiles = ["t.h5"]\nid = "customer_id"\n[[features]]\n{features}\n[cluster]\n{cluster}\n{more}\n')

    def segment(self, k):
        self.run_ok(0, "segment", "s.toml", "--k", k, "--output", "r.h5", "--quiet", cwd=self.folder)

    def compare(self, compare, **options):
        self.write(f"[compare]\n{compare}", **options)
        self.run_ok(0, "compare", "s.toml", "--output", "c.h5", "--quiet", cwd=self.folder)

    def quality(self, name):
        return tidy(self.path("r.h5"), f"quality/{name}")

    def assert_drawn(self, chart, points, expected):
        """Each point where the figure says; a pixel is the room that rounding has."""
        scale = abs(value_at(chart, 1) - value_at(chart, 0))
        self.assertEqual(len(points), len(expected))
        for point, (value, low, high) in zip(points, expected):
            for place, figure in ((point["y"], value), (point["low"], low), (point["high"], high)):
                if figure is None:
                    self.assertIsNone(place)
                else:
                    self.assertAlmostEqual(value_at(chart, place), figure, delta=scale)
