#!/usr/bin/env python3
"""generate --campaign: who got what by lot, planted lifts, the same bits on any ranks; and measure finds what was planted."""
import os
import pathlib
import re
import shlex
import shutil
import signal
import subprocess
import unittest

import h5py
import numpy as np
from scipy import stats

from program import ProgramTest, command, environment, hash_datasets, ranks_of, targets, tidy

DOCS = pathlib.Path(__file__).resolve().parents[2] / "docs"
OUTCOMES = ("visit", "purchase", "spend")
CAMPAIGN = """[campaign]
files = ["c.h5"]
arm = "arm"
control = "none"
outcomes = ["visit", "purchase", "spend"]
covariates = ["spend_before"]
"""


class Campaigns(ProgramTest):
    def generate(self, *more, ranks=2, customers=40_000, segments=4, campaign="c.h5", **options):
        """Segments that lie so far apart that `segment` finds all of them."""
        return self.run_ok(ranks, "generate", "--customers", customers, "--features", "3", "--segments", segments, "--separation", "30",
                           "--output", "g.h5", "--campaign", campaign, "--quiet", *more, cwd=self.folder, **options)

    def cells(self, campaign="c.h5"):
        with h5py.File(self.folder / campaign) as file:
            table = file["customers"]
            cells = {name: table[name][:] for name in ("customer_id", "spend_before", *OUTCOMES)}
            return cells | {"arm": table["arm/categories"].asstr()[:][table["arm/codes"][:]]}

    def segments(self):
        with h5py.File(self.folder / "g.h5") as file:
            return dict(zip(file["customers/customer_id"][:].tolist(), file["truth/segment"][:].tolist()))


class Tables(Campaigns):
    def test_ranks_and_instruction_sets(self):
        def make(ranks, **options):
            self.generate(ranks=ranks, customers=5003, campaign=f"c{ranks}.h5", **options)
            return self.folder / f"c{ranks}.h5"
        first = self.assert_same_on_ranks(make)
        for target in targets():
            self.assertEqual(hash_datasets(make(1, env={"PSYCHOGRAPH_TARGET": target})), first, target)

    def test_the_customers_are_the_same(self):
        self.generate(customers=3000)
        with_campaign = hash_datasets(self.folder / "g.h5")
        self.run_ok(1, "generate", "--customers", "3000", "--features", "3", "--segments", "4", "--separation", "30", "--output", "g.h5", "--quiet",
                    cwd=self.folder)
        self.assertEqual(hash_datasets(self.folder / "g.h5"), with_campaign)

    def test_a_longer_one_begins_with_the_shorter(self):
        self.generate(customers=2000)
        short = self.cells()
        self.generate(customers=3000)
        for name, cells in self.cells().items():
            np.testing.assert_array_equal(cells[:2000], short[name], name)

    def test_laws(self):
        """Arms by lot in their ratio, outcomes as the truth says, nothing else."""
        self.generate("--arms", "none=2,mail=1,call=1", "--lifts", "0.05,-0.03", customers=200_000)
        c, truth = self.cells(), tidy(self.folder / "c.h5", "truth/lifts")
        counts = [(c["arm"] == arm).sum() for arm in ("none", "mail", "call")]
        self.assertGreater(stats.chisquare(counts, [100_000, 50_000, 50_000]).pvalue, 1e-4)
        self.assertTrue((c["purchase"] <= c["visit"]).all())
        np.testing.assert_array_equal(np.round(c["spend"].astype(float), 2).astype(np.float32), c["spend"])
        segments = self.segments()
        segment = np.array([segments[one] for one in c["customer_id"].tolist()])
        anyway = c["spend"][c["purchase"] == 0].mean(dtype=float)
        self.assertEqual(len(truth), 4 * 3 * 3)
        for row in truth:
            here = (segment == row["segment"]) & (c["arm"] == row["arm"])
            self.assertEqual(row["customers"], here.sum())
            found = c[row["outcome"]][here].astype(float)
            expected = row["baseline"] + row["lift"] + (anyway if row["outcome"] == "spend" else 0)
            self.assertLess(abs(found.mean() - expected), 4 * found.std() / np.sqrt(len(found)), row)
            before = c["spend_before"][here].astype(float)
            self.assertLess(abs(before.mean() - c["spend_before"].mean(dtype=float)), 4 * before.std() / np.sqrt(len(before)), row)
        planted = {(row["segment"], row["arm"]): round(row["lift"], 12) for row in truth if row["outcome"] == "visit"}
        self.assertEqual([planted[s, "mail"] for s in range(4)], [.05, -.03, .05, -.03])
        self.assertEqual([planted[s, "call"] for s in range(4)], [-.03, .05, -.03, .05])
        self.assertEqual({planted[s, "none"] for s in range(4)}, {0})
        anyway = c["purchase"] == 0
        self.assertGreater(np.corrcoef(np.log(c["spend_before"][anyway] + .01), np.log(c["spend"][anyway] + .01))[0, 1], .6)

    def test_a_later_quarter(self):
        self.generate("--quarter", "3", customers=5000)
        self.assertEqual(sorted(self.cells()["customer_id"].tolist()), sorted(self.segments()))
        self.assertEqual({row["segment"] for row in tidy(self.folder / "c.h5", "truth/lifts")}, {0, 1, 2, 3, 4})

    def test_stopped_on_the_way_neither_is_there(self):
        process = subprocess.Popen(command(2, "generate", "--customers", 8_000_000, "--features", 1, "--segments", 4,
                                           "--output", "g.h5", "--campaign", "c.h5"), cwd=self.folder,
                                   env=environment(), stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
        for line in process.stderr:
            if "generating a campaign" in line:
                break
        for rank in ranks_of(process.pid):
            os.kill(rank, signal.SIGTERM)
        _, stderr = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 75, stderr)
        self.assertEqual(list(self.folder.glob("*.h5*")), [])

    def test_refused(self):
        for options, parts in ((["--arms", "none"], ["--arms", "a control"]), (["--arms", "none=0,mail"], ["--arms none=0", "a number above 0"]),
                               (["--arms", "none=x,mail"], ["none=x"]), (["--arms", "none,none"], ['"none" stands twice']),
                               (["--arms", "none,=2"], ["an arm without a name"]), (["--lifts", "2"], ["--lifts"]), (["--lifts", "nan"], ["--lifts"]),
                               (["--baseline", "1.5"], ["--baseline"]), (["--lifts", "0.9", "--baseline", "0.5"], ['"mail" in segment 0']),
                               (["--lifts", "0,0,0,-0.2"], ['"letter" in segment 2']), (["--arms", ",".join(f"a{i}" for i in range(101))], ["1 to 99 more"])):
            with self.subTest(options=options):
                self.assert_fails(2, parts, 2, "generate", "--customers", "100", "--features", "2", "--segments", "4", "--output", "g.h5",
                                  "--campaign", "c.h5", *options, cwd=self.folder)
                self.assertEqual(os.listdir(self.folder), [])
        self.assert_fails(2, ["--lifts requires --campaign"], 1, "generate", "--customers", "9", "--features", "2", "--segments", "2", "--output", "g.h5",
                          "--lifts", "0", cwd=self.folder)
        self.assert_fails(2, ["--campaign is not for --kind events"], 1, "generate", "--kind", "events", "--customers", "9", "--segments", "2",
                          "--output", "g.h5", "--campaign", "c.h5", cwd=self.folder)
        self.assert_fails(2, ["--output g.h5 and --campaign g.h5 are one file"], 1, "generate", "--customers", "9", "--features", "2", "--segments", "2",
                          "--output", "g.h5", "--campaign", "g.h5", cwd=self.folder)


class Measured(Campaigns):
    def measure(self, extra="", ranks=2):
        (self.folder / "s.toml").write_text('[input]\nfiles = ["g.h5"]\nid = "customer_id"\n[[features]]\ncolumns = ["feature_*"]\n[cluster]\nk = 4\nrestarts = 5\n')
        self.run_ok(2, "segment", "s.toml", "--output", "s.h5", "--quiet", cwd=self.folder)
        with h5py.File(self.folder / "s.h5") as file:
            found = dict(zip(file["assignments/customer_id"][:].tolist(), file["assignments/segment"][:].tolist()))
        self.assertEqual(found, self.segments())
        (self.folder / "c.toml").write_text(CAMPAIGN + extra)
        self.run_ok(ranks, "measure", "c.toml", "--segments", "s.h5", "--output", "m.h5", cwd=self.folder)
        return {name: tidy(self.folder / "m.h5", f"campaign/{name}") for name in ("lifts", "ratios", "balance", "adjusted", "heterogeneity", "targeting", "choices")}

    def truth(self):
        return {(f"segment {row['segment']}", row["arm"], row["outcome"]): row for row in tidy(self.folder / "c.h5", "truth/lifts")}

    def test_what_was_planted_is_found(self):
        self.generate(customers=200_000)
        found, truth = self.measure(), self.truth()
        inside = []
        for row in found["lifts"]:
            if row["grouping"] == "segment":
                planted = truth[row["segment"], row["arm"], row["outcome"]]["lift"]
                inside.append(row["low"] <= planted <= row["high"])
                self.assertLess(abs(row["lift"] - planted), 4 * row["se"], row)
                if row["outcome"] == "visit":
                    self.assertEqual(row["verdict"] == "shown", planted > 0, row)
        self.assertEqual(len(inside), 4 * 2 * 3)
        self.assertGreaterEqual(sum(inside), stats.binom.ppf(1e-4, len(inside), .95))
        # Of everybody the mean over the segments; adjusted for what was spent before with a smaller error.
        share = {s: sum(truth[s, arm, "visit"]["customers"] for arm in ("none", "mail", "letter")) / 200_000 for s in {key[0] for key in truth}}
        everybody = {(r["arm"], r["outcome"]): r for r in found["lifts"] if r["grouping"] == "all"}
        for row in found["adjusted"]:
            planted = sum(share[s] * truth[s, row["arm"], row["outcome"]]["lift"] for s in share)
            plain = everybody[row["arm"], row["outcome"]]
            for one in (row, plain):
                self.assertLess(abs(one["lift"] - planted), 4 * one["se"], one)
            if row["outcome"] == "spend":
                self.assertLess(row["se"], .9 * plain["se"])
        self.assertEqual(found["ratios"][0]["verdict"], "as planned")
        self.assertEqual({row["verdict"] for row in found["balance"]}, {"alike"})
        self.assertTrue(all(row["p"] < .001 for row in found["heterogeneity"] if row["outcome"] == "visit"))
        # The best arm of each segment is known, and what choosing it gains over the best one for all.
        best = {s: max(("none", "mail", "letter"), key=lambda arm, s=s: truth[s, arm, "visit"]["lift"]) for s in share}
        chosen = {(row["chosen_on"], row["segment"]): row["arm"] for row in found["choices"] if row["outcome"] == "visit"}
        for half in ("even rows", "odd rows"):
            self.assertEqual({s: chosen[half, s] for s in share}, best)
        gain = next(row for row in found["targeting"] if row["outcome"] == "visit")
        single = max(sum(share[s] * truth[s, arm, "visit"]["lift"] for s in share) for arm in ("mail", "letter"))
        expected = sum(share[s] * truth[s, best[s], "visit"]["lift"] for s in share) - single
        self.assertEqual(gain["verdict"], "gains")
        self.assertLess(abs(gain["gain"] - expected), 4 * gain["se"])

    def test_the_page_says_what_it_prints(self):
        page = (DOCS / "measure.md").read_text()
        for name in ("customers.toml", "campaign.toml"):
            shutil.copy(DOCS / "examples" / name, self.folder)
        self.assertIn((DOCS / "examples/campaign.toml").read_text().split("\n\n", 1)[1].strip(), page)
        commands = [shlex.split(line)[1:] for line in re.search(r"```sh\n(.*?)```", page, re.S)[1].splitlines()]
        self.assertEqual([one[0] for one in commands], ["generate", "segment", "measure", "report"])
        told = ""
        for one in commands:
            told += self.run_ok(1 if one[0] == "report" else 2, *one, cwd=self.folder).stdout
        block = re.search(r"whether choosing would have paid:\n\n(.*?)\n\n", page, re.S)[1]
        lines = [line.strip() for line in block.splitlines() if line.strip() != "..."]
        self.assertGreater(len(lines), 4)
        for line in lines:
            self.assertIn(line, told)

    def test_where_nothing_was_planted_little_is_found(self):
        self.generate("--lifts", "0", customers=100_000)
        found = self.measure(ranks=3)
        self.assertEqual([row for row in found["lifts"] if row["p_holm"] < .001], [])
        self.assertEqual([row for row in found["targeting"] if row["low"] > 2 * row["se"]], [])
        self.assertTrue(all(row["p"] > .001 for row in found["heterogeneity"]))

    def test_the_same_lift_in_all_segments(self):
        self.generate("--lifts", "0.05", "--arms", "none=1,mail=9", customers=150_000)
        found = self.measure()
        self.assertEqual(found["ratios"][0]["verdict"], "not as planned")
        found = self.measure("[campaign.ratios]\nnone = 1\nmail = 9\n")
        self.assertEqual(found["ratios"][0]["verdict"], "as planned")
        visits = [row for row in found["lifts"] if row["outcome"] == "visit"]
        self.assertEqual(len(visits), 5)
        self.assertEqual({row["verdict"] for row in visits}, {"shown"})
        self.assertTrue(all(row["p"] > .001 for row in found["heterogeneity"] if row["outcome"] == "visit"))
        self.assertIn("no gain shown", {row["verdict"] for row in found["targeting"]})


if __name__ == "__main__":
    unittest.main()
