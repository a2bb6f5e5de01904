#!/usr/bin/env python3
"""The report: every figure on the page is in the file, and a reader's browser finds nothing to complain of."""
import json
import os
import shutil
import stat
import subprocess
import unittest

import h5py
import numpy as np

from reports import BROWSER, PROJECT, BrowserTest, ReportTest


class Page(ReportTest):
    def test_says_what_is_in_the_file(self):
        self.bfi()
        self.report("r.h5", "--json", "page.json")
        told = json.loads((self.folder / "page.json").read_text())
        profile = {(row["feature"], row["level"], row["segment_id"]): row for row in self.rows("profile")}
        with h5py.File(self.folder / "r.h5") as file:
            sizes = list(file["segments/size"][()])
        self.assertEqual([page["customers"] for page in told["pages"]], sizes)
        labels = {row["label"]: row["feature"] for row in profile.values()}
        for page in told["pages"]:
            for facet in page["facets"]:
                for line in facet["lines"]:
                    row = profile[labels[line["name"]], "", str(page["id"])]
                    self.assertEqual(line["figure"], f"{float(row['mean']):.2f}")
                    self.assertAlmostEqual(line["difference"], float(row["standardised_difference"]))
                    self.assertEqual(line["base"], row["base"])
            self.assertEqual([one["text"] for one in page["statements"]],
                             [row["text"] for row in self.rows("personas") if row["segment_id"] == str(page["id"]) and row["kind"] == "is"])
        page = (self.folder / "report.html").read_text(encoding="utf-8")
        for wanted in ("Have frequent mood swings", "Sex: Women", "Making use of time, Seldom blue"):
            self.assertIn(wanted, page)
        self.assert_nothing_temporary()

    def test_sentences_follow_thresholds(self):
        import sys
        sys.path.insert(0, str(PROJECT / "scripts/report"))
        self.addCleanup(sys.path.remove, str(PROJECT / "scripts/report"))
        import content
        words = json.loads((PROJECT / "scripts/report/wording/en.json").read_text())
        for share, word in ((0.05, "Only"), (0.2, "leanings, not boxes"), (0.4, "continuum")):
            result = {"profile": [], "run": {}}
            pages = [{"ambiguous": share, "customers": 100}]
            self.assertIn(word, content.trust(result, pages, content.Profile([]), words)[0])
        self.assertIn("stopped", content.trust({"profile": [], "run": {"converged": 0}}, [], content.Profile([]), words)[-1])

    def test_ones_own_templates_and_words(self):
        self.bfi()
        (self.folder / "mine").mkdir()
        (self.folder / "mine/logo.html.j2").write_text("<b>ACME</b>")
        (self.folder / "words.json").write_text(json.dumps({"nav": {"overview": "Start here"}}))
        self.report("r.h5", "--templates", "mine", "--wording", "words.json", "--output", "own.html", ranks=2)
        page = (self.folder / "own.html").read_text()
        self.assertIn("<b>ACME</b>", page)
        self.assertIn("Start here", page)
        self.assertIn("At a glance", page)

    def test_after_a_quarter(self):
        self.bfi()
        self.run_ok(2, "resegment", PROJECT / "docs/examples/bfi.toml", "--previous", "r.h5", "--input", "bfi.h5", "--output", "q.h5",
                    cwd=self.folder)
        self.report("q.h5")
        page = (self.folder / "report.html").read_text()
        self.assertIn("Since last time", page)
        self.assertIn("keep the model", page)

    def test_names_do_nothing_to_the_page(self):
        evil = "<script>alert(1)</script>\"'&{{7*7}}"
        with h5py.File(self.folder / "t.h5", "w") as file:
            file["customers/a"] = np.r_[np.zeros(50), np.ones(50)]
            file["customers/b"] = np.array([evil, "x"] * 50, dtype=h5py.string_dtype())
        (self.folder / "s.toml").write_text('[input]\nfiles = ["t.h5"]\n[[features]]\ncolumns = ["a", "b"]\n[cluster]\nk = 2\n'
                                            f"[names]\n0 = {json.dumps(evil)}\n")
        self.run_ok(1, "segment", "s.toml", "--output", "r.h5", cwd=self.folder)
        self.report("r.h5")
        page = (self.folder / "report.html").read_text()
        self.assertNotIn("<script>alert", page)
        self.assertIn("{{7*7}}", page)

    def test_small_cells_of_a_quarter_are_withheld(self):
        """In the page, on the terminal and in the file."""
        for quarter in (1, 2):
            self.run_ok(1, "generate", "--kind", "customers", "--customers", 3000, "--features", 12, "--segments", 4, "--quarter", quarter,
                        "--output", f"q{quarter}.h5", cwd=self.folder)
        (self.folder / "q.toml").write_text('[input]\nfiles = ["q1.h5"]\nid = "customer_id"\n[[features]]\ncolumns = ["value_*", "attitude_*"]\n'
                                            '[cluster]\nk = 4\n[privacy]\nmin_cell = 10\n')
        self.run_ok(1, "segment", "q.toml", "--output", "a.h5", cwd=self.folder)
        told = self.run_ok(2, "resegment", "q.toml", "--input", "q2.h5", "--previous", "a.h5", "--output", "r.h5", cwd=self.folder).stdout
        with h5py.File(self.folder / "r.h5") as file:
            entry = file["history"][sorted(file["history"])[-1]]
            cells = entry["migration"][()]
            few = (entry["matches/shared"][()] < 0).sum()
        self.assertFalse(((cells > 0) & (cells < 10)).any(), cells)
        self.assertGreater((cells == -1).sum(), 3)
        self.assertGreater(few, 0)
        self.assertRegex(told, r"(?m)^ +\d+ +\d+ +\d+ +[\d.]+% +[-+\d.]+% +- ")
        self.report("r.h5", "--json", "page.json")
        rows = json.loads((self.folder / "page.json").read_text())["quarters"]["migration"]["rows"]
        self.assertEqual([[cell != "–" for cell in row] for row in rows], (cells >= 0).tolist())

    def test_is_written_as_files_are(self):
        """A device stays one; what is replaced hands its mode on; a link stays; nothing is written through a planted one."""
        self.bfi()
        if os.geteuid() == 0:
            os.mknod(self.folder / "null", 0o666 | stat.S_IFCHR, os.makedev(1, 3))
            self.report("r.h5", "--output", "null")
            self.assertTrue(stat.S_ISCHR((self.folder / "null").stat().st_mode))
        page = self.folder / "page.html"
        page.write_text("private")
        page.chmod(0o600)
        (self.folder / "precious").write_text("precious")
        (self.folder / ".page.html.partial").symlink_to("precious")
        self.report("r.h5", "--output", "page.html")
        self.assertEqual(stat.S_IMODE(page.stat().st_mode), 0o600)
        self.assertEqual((self.folder / "precious").read_text(), "precious")
        (self.folder / "link.html").symlink_to("behind.html")
        self.report("r.h5", "--output", "link.html")
        self.assertTrue((self.folder / "link.html").is_symlink())
        self.assertTrue((self.folder / "behind.html").exists())
        shutil.copy(self.folder / "r.h5", self.folder / "-r.h5")
        self.report("--output", "dash.html", "--", "-r.h5")
        self.assertTrue((self.folder / "dash.html").exists())

    def test_what_can_not_be_shown(self):
        self.bfi("--no-profile")
        self.assert_fails(3, ["r.h5: there is no /profile"], 2, "report", "r.h5", cwd=self.folder)
        self.assert_fails(3, ["nowhere.h5: No such file"], 1, "report", "nowhere.h5", cwd=self.folder)
        (self.folder / "text.h5").write_text("no result")
        self.assert_fails(3, ["text.h5: no result that can be shown"], 1, "report", "text.h5", cwd=self.folder)
        self.bfi()
        self.assert_fails(3, ["nowhere.h5"], 1, "report", "r.h5", "nowhere.h5", cwd=self.folder)
        self.assert_fails(3, ["--brief", "a brief is made of a playbook"], 1, "report", "r.h5", "--brief", "brief.txt", cwd=self.folder)
        self.assertFalse((self.folder / "brief.txt").exists())
        self.assert_fails(3, ["bfi.h5", "no typing tool, playbook, campaign or map"], 1, "report", "r.h5", "bfi.h5", cwd=self.folder)
        self.run_ok(1, "typing", "r.h5", "--questions", 2, "--output", "typing.h5", cwd=self.folder)
        self.assert_fails(3, ["a second typing"], 1, "report", "r.h5", "typing.h5", "typing.h5", cwd=self.folder)
        self.bfi("--set", "cluster.k=3")
        self.assert_fails(3, ["typing.h5", "of other segments"], 1, "report", "r.h5", "typing.h5", cwd=self.folder)
        self.assert_fails(2, ["--language xx"], 1, "report", "r.h5", "--language", "xx", cwd=self.folder)
        self.assert_fails(2, ["--templates nowhere"], 1, "report", "r.h5", "--templates", "nowhere", cwd=self.folder)
        self.assert_fails(2, ["r.h5"], 1, "report", "r.h5", "--output", "r.h5", cwd=self.folder)
        self.assert_fails(4, ["nowhere"], 1, "report", "r.h5", "--output", "nowhere/report.html", cwd=self.folder)
        self.assertFalse((self.folder / "report.html").exists())


class Browser(BrowserTest):
    """In Chromium, with a mouse, a keyboard, axe, without JavaScript and on paper."""

    def test_five_segments(self):
        self.bfi()
        self.report("r.h5")
        self.look("report.html")

    def test_what_to_do(self):
        """Typing form, playbook and maps: the form names whom assign names."""
        self.run_ok(1, "generate", "--kind", "customers", "--customers", 6000, "--features", 24, "--segments", 4, "--actions", "--output", "t.h5", cwd=self.folder)
        examples = PROJECT / "docs/examples"
        for job in (["segment", examples / "customers.toml", "--input", "t.h5", "--k", 4],
                    ["typing", "r.h5", "--candidates", "age", "region", "channel", "visits_30d", "value_*"],
                    ["positioning", "r.h5", "--rows", "channel", "--across", "region"], ["playbook", "r.h5", "--spec", examples / "playbook.toml"]):
            self.run_ok(2, *job, "--output", "r.h5" if job[0] == "segment" else f"{job[0]}.h5", cwd=self.folder)
        self.report("r.h5", "typing.h5", "playbook.h5", "positioning.h5", "--json", "page.json", "--brief", "brief.txt")
        briefs = [page["brief"] for page in json.loads((self.folder / "page.json").read_text())["pages"]]
        self.assertTrue(all(line["base"] not in ("", "–") and line["grade"] and line["sentence"] for brief in briefs for line in brief))
        kinds = {line["kind"] for brief in briefs for line in brief}
        self.assertTrue({"speak", "avoid", "lead", "through", "reach", "not", "when", "need", "engage", "test"} <= kinds, kinds)
        text = (self.folder / "brief.txt").read_text()
        for brief in briefs:
            for line in brief:
                self.assertIn(line["sentence"].replace("\u00a0", " "), text)
        self.assertNotIn("drive", text)
        self.look("report.html", "--pages", "14")
        self.run_ok(1, "assign", "typing.h5", "--input", "t.h5", "--output", "a.h5", cwd=self.folder)
        with h5py.File(self.folder / "a.h5") as file:
            segments = file["assignments/segment"][()][:200].tolist()
        with h5py.File(self.folder / "typing.h5") as file:
            asked = [name.decode() for name in file["typing/choice/question"][()]]
        def first(column):
            """As they would be typed in; words by their codes."""
            if isinstance(column, h5py.Group):
                words = [word.decode() for word in column["categories"][()]]
                return [words[code] if code >= 0 else "" for code in column["codes"][:200]]
            return ["" if np.isnan(cell) else str(cell) for cell in column[:200].tolist()]
        with h5py.File(self.folder / "t.h5") as file:
            cells = [first(file[f"customers/{name}"]) for name in asked]
        (self.folder / "answers.json").write_text(json.dumps(list(zip(*cells))))
        done = subprocess.run(["node", BROWSER / "form.mjs", self.path("report.html"), self.path("answers.json")], capture_output=True, text=True,
                              timeout=120, check=True)
        self.assertEqual([int(line) for line in done.stdout.split()], segments)

    def test_many_segments_of_many_features(self):
        """PSYCHOGRAPH_SOAK=1: two hundred of five hundred."""
        segments, features = (200, 500) if os.environ.get("PSYCHOGRAPH_SOAK") else (60, 120)
        self.run_ok(2, "generate", "--customers", 20_000, "--features", features, "--segments", segments, "--output", "t.h5", cwd=self.folder)
        (self.folder / "s.toml").write_text('[input]\nfiles = ["t.h5"]\nid = "customer_id"\n[[features]]\ncolumns = ["feature_*"]\n'
                                            f"[cluster]\nk = {segments}\nrestarts = 1\nmax_iterations = 3\n")
        self.run_ok(2, "segment", "s.toml", "--output", "r.h5", cwd=self.folder)
        self.report("r.h5")
        self.assertLess((self.folder / "report.html").stat().st_size, 2_000_000)
        self.look("report.html")

    def test_the_look_itself_finds_faults(self):
        self.bfi()
        self.report("r.h5")
        page = (self.folder / "report.html").read_text()
        faults = (("</main>", "<script>console.log(1)</script></main>", "says on the console"),
                  ("</main>", '<img alt="x" src="missing.png"></main>', "asks for"),
                  ('<html lang="en">', "<html>", "html-has-lang"))
        for before, after, _ in faults:
            page = page.replace(before, after)
        (self.folder / "faults.html").write_text(page)
        done = subprocess.run(["node", BROWSER / "check.mjs", self.path("faults.html")], capture_output=True, text=True, timeout=300)
        self.assertEqual(done.returncode, 1)
        for _, _, fault in faults:
            self.assertIn(fault, done.stdout)


if __name__ == "__main__":
    unittest.main()
