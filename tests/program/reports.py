"""What tests of the report share: results to be told of, and a look at the page in Chromium."""
import csv
import json
import pathlib
import shutil
import subprocess
import unittest

from program import ProgramTest

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
