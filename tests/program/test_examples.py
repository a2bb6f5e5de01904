"""The examples from raw files to a report, as their page tells them."""
import os
import pathlib
import re
import shlex
import shutil
import unittest

from program import ProgramTest, read

DOCS = pathlib.Path(__file__).resolve().parents[2] / "docs"


def commands(heading):
    """Those below a heading of the page."""
    text = (DOCS / "examples/baskets.md").read_text()
    part = text.split(f"## {heading}\n")[1].split("\n## ")[0]
    return [shlex.split(line)[1:] for block in re.findall(r"```sh\n(.*?)```", part, re.S) for line in block.splitlines()]


class Examples(ProgramTest):
    def run_all(self, heading):
        shutil.copytree(DOCS / "examples", self.folder / "docs/examples")
        done = commands(heading)
        self.assertGreater(len(done), 3)
        for arguments in done:
            self.completed = self.run_ok(1 if arguments[0] == "report" else 2, *arguments, cwd=self.folder)
            self.assertTrue((self.folder / arguments[arguments.index("--output") + 1]).exists())
        self.assertIn("<html", (self.folder / "report.html").read_text())
        return read(self.folder / "segments.h5")

    def test_made_up_shop(self):
        result = self.run_all("A made-up shop")
        self.assertGreater(len(result["assignments/segment"]), 2900)  # a few never buy

    def test_complete_journey(self):
        folder = pathlib.Path(os.environ.get("PSYCHOGRAPH_DATA", "")) / "completejourney"
        if "PSYCHOGRAPH_DATA" not in os.environ or not folder.is_dir():
            self.skipTest("PSYCHOGRAPH_DATA has no folder completejourney: these data are not part of the project")
        for name in ("transactions_sample.csv", "demographics.csv"):
            shutil.copy(folder / name, self.folder)
        result = self.run_all("The Complete Journey")
        self.assertEqual(result["segments/size"].tolist(), [1358, 819, 200])
        self.assertEqual(len(result["assignments/segment"]), 2377)


if __name__ == "__main__":
    unittest.main()
