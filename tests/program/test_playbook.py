#!/usr/bin/env python3
"""The playbook: counts as they are, planted differences found, on any ranks."""
import csv
import itertools
import json
import unittest

import h5py
import numpy as np

from program import ProgramTest, hash_datasets, tidy

SPEC = '''[input]
files = ["t.h5"]
id = "id"
[[features]]
columns = ["x", "y"]
[cluster]
k = 3
[[playbook]]
role = "channel"
options = ["e-mail", "store", "=letter"]
columns = ["opened", "visited", "answered"]
exposed = ["sent", "", ""]
consent = ["consent", "", ""]
[[playbook]]
role = "product"
options = ["tea", "cake", "x"]
columns = ["tea", "cake", "x_again"]
evidence = "declared"
'''


def made_up(folder, rows=3000):
    random = np.random.default_rng(12)
    group = random.integers(0, 3, rows)
    sent = (random.random(rows) < 0.6).astype(float)
    opened = sent * (random.random(rows) < np.where(group == 1, 0.5, 0.2))
    consent = (random.random(rows) < 0.7).astype(float)
    consent[random.random(rows) < 0.1] = np.nan
    x = group * 6.0 + random.normal(size=rows)
    columns = {"id": 7 * np.arange(rows), "x": x, "y": (group == 2) * 6.0 + random.normal(size=rows),
               "sent": sent, "opened": opened, "consent": consent, "visited": (random.random(rows) < 0.3).astype(float),
               "answered": (random.random(rows) < 0.05).astype(float), "tea": random.poisson(np.where(group == 0, 2.0, 1.0)),
               "cake": np.round(random.exponential(3.0, rows) * (random.random(rows) < 0.4), 2), "x_again": np.maximum(x, 0)}
    with h5py.File(folder / "t.h5", "w") as file:
        for name, cells in columns.items():
            file[f"customers/{name}"] = cells
    (folder / "s.toml").write_text(SPEC)
    return columns


class PlaybookTest(ProgramTest):
    def setUp(self):
        super().setUp()
        self.columns = made_up(self.folder)
        self.job("segment", "s.toml", "--output", "r.h5", "--no-profile")
        with h5py.File(self.folder / "r.h5") as file:
            self.segment = file["assignments/segment"][()]

    def job(self, *args, ranks=1):
        return self.run_ok(ranks, *args, cwd=self.folder)

    def table(self, name):
        return tidy(self.folder / "p.h5", f"playbook/{name}")


class Figures(PlaybookTest):
    def test_against_numpy(self):
        done = self.job("playbook", "r.h5", "--output", "p.h5", "--csv", "p.csv", ranks=3)
        rows = {(row["option"], row["segment_id"]): row for row in self.table("options")}
        c = self.columns
        for segment in (-1, 0, 1, 2):
            here = (self.segment == segment) | (segment == -1)
            mail = rows["e-mail", segment]
            exposed = here & (c["sent"] > 0)
            self.assertEqual((mail["base"], mail["count"]), (exposed.sum(), (c["opened"][exposed] > 0).sum()))
            known = here & ~np.isnan(c["consent"])
            self.assertEqual(mail["asked"], known.sum())
            self.assertAlmostEqual(mail["reach"], (c["consent"][known] > 0).mean(), delta=1e-12)
            cake = rows["cake", segment]
            self.assertAlmostEqual(cake["amount"], c["cake"][here].mean(), delta=1e-9)
            total = sum(c[name][here].sum() for name in ("tea", "cake", "x_again"))
            self.assertAlmostEqual(cake["share_of_wallet"], c["cake"][here].sum() / total, delta=1e-12)
            tea = rows["tea", segment]
            self.assertAlmostEqual(tea["repeat"], (c["tea"][here] >= 2).sum() / (c["tea"][here] > 0).sum(), delta=1e-12)
            self.assertEqual(tea["grade"], "declared")
        found = {key for key, row in rows.items() if row["verdict"] == "more than elsewhere"}
        opened = {s: (c["opened"][(self.segment == s) & (c["sent"] > 0)] > 0).mean() for s in range(3)}
        self.assertIn(("e-mail", max(opened, key=opened.get)), found)
        self.assertFalse({key for key in found if key[0] in ("store", "=letter")}, found)
        self.assertIn("channel e-mail: ", done.stdout)
        with open(self.folder / "p.csv", newline="", encoding="utf-8") as file:
            self.assertIn("'=letter", {row["option"] for row in csv.DictReader(file)})
        for row in self.table("options"):
            if row["segment_id"] >= 0 and row["base"] > 0:
                self.assertTrue(row["rate_low"] <= row["rate"] <= row["rate_high"])

    def test_reach_is_the_best_of_all_sets(self):
        self.job("playbook", "r.h5", "--output", "p.h5", ranks=2)
        reached = {"e-mail": self.columns["consent"] > 0, "store": self.columns["visited"] > 0, "=letter": self.columns["answered"] > 0}
        for row in self.table("reach"):
            if row["role"] != "channel":
                continue
            here = (self.segment == row["segment_id"]) | (row["segment_id"] == -1)
            best = max((np.any([reached[name] for name in names], axis=0) & here).sum()
                       for names in itertools.combinations(reached, row["options"]))
            self.assertEqual((row["customers"], row["base"]), (best, here.sum()))
            self.assertEqual((np.any([reached[name] for name in row["set"].split(" + ")], axis=0) & here).sum(), best)

    def test_the_same_bits_on_any_ranks(self):
        hashes = set()
        for ranks in (1, 2, 3, 4):
            self.job("playbook", "r.h5", "--output", "p.h5", ranks=ranks)
            hashes.add(str(hash_datasets(self.folder / "p.h5")))
        self.assertEqual(len(hashes), 1)

    def test_what_goes_with_engagement(self):
        """Slopes inside each segment, of who has both; against numpy."""
        random = np.random.default_rng(6)
        y = self.columns["y"].copy()
        y[random.random(3000) < 0.1] = np.nan
        visits = random.normal(size=3000) + np.where(self.segment == 1, 0.6, 0.0) * np.nan_to_num(y) + self.columns["x"]
        with h5py.File(self.folder / "t.h5", "a") as file:
            file["customers/engaged"] = visits
        (self.folder / "e.toml").write_text(SPEC.split("[[playbook]]")[0] + '[engagement]\ncolumns = ["engaged"]\n')
        hashes = set()
        for ranks in (1, 2, 4):
            self.job("playbook", "r.h5", "--spec", "e.toml", "--output", "p.h5", ranks=ranks)
            hashes.add(str(hash_datasets(self.folder / "p.h5")))
        self.assertEqual(len(hashes), 1)
        y = self.columns["y"]
        rows = {(row["feature"], row["segment_id"]): row for row in self.table("motives")}
        self.assertEqual(len(rows), 6)
        for name, cells in (("x", self.columns["x"]), ("y", y)):
            scale = cells.std() / visits.std()
            for segment in range(3):
                here = self.segment == segment
                row = rows[name, segment]
                self.assertEqual(row["base"], here.sum())
                slope = np.polyfit(cells[here], visits[here], 1)[0] * scale
                self.assertAlmostEqual(row["slope"], slope, delta=1e-6)
                others = [self.segment == other for other in range(3) if other != segment]
                xy = sum(np.sum((cells[o] - cells[o].mean()) * (visits[o] - visits[o].mean())) for o in others)
                xx = sum(np.sum((cells[o] - cells[o].mean()) ** 2) for o in others)
                self.assertAlmostEqual(row["slope_rest"], xy / xx * scale, delta=1e-6)
                self.assertTrue(row["slope_low"] < row["slope"] < row["slope_high"])
        self.assertEqual(rows["y", 1]["verdict"], "more here than elsewhere")
        self.assert_fails(2, ["engagement.columns"], 1, "playbook", "r.h5", "--output", "no.h5", "--set", "engagement.columns=[]", cwd=self.folder)

    def test_made_of_this_proves_nothing(self):
        (self.folder / "o.toml").write_text(SPEC.replace('"x_again"', '"y"').replace('"t.h5"', '"t.h5"'))
        with h5py.File(self.folder / "t.h5", "a") as file:
            file["customers/y"][...] = np.maximum(file["customers/y"][()], 0)
        self.job("segment", "o.toml", "--output", "r.h5", "--no-profile")
        self.job("playbook", "r.h5", "--spec", "o.toml", "--output", "p.h5")
        own = [row for row in self.table("options") if row["option"] == "x" and row["segment_id"] >= 0]
        self.assertEqual({row["verdict"] for row in own}, {"made of this"})
        self.assertTrue(all(np.isnan(row["p"]) for row in own))

    def test_few_are_withheld(self):
        self.job("playbook", "r.h5", "--output", "p.h5", "--set", "privacy.min_cell=60")
        rows = self.table("options")
        self.assertFalse([row for row in rows if 0 < row["count"] < 60 or 0 < row["base"] - row["count"] < 60])
        withheld = [row for row in rows if row["verdict"] == "withheld"]
        self.assertTrue(withheld)
        self.assertTrue(all(np.isnan(row["rate"]) and np.isnan(row["index"]) and row["base"] == -1 for row in withheld))

    def test_what_is_withheld_is_told_nowhere_else(self):
        """Not by how many are reached together, by a part of all amounts, nor by who came again."""
        with h5py.File(self.folder / "t.h5", "a") as file:
            rare = np.zeros(3000)
            rare[np.flatnonzero(self.segment == 0)[:4]] = 1
            rare[np.flatnonzero(self.segment == 1)[:200]] = 1
            again = np.zeros(3000)
            for segment, twice in ((0, 3), (1, 40), (2, 50)):
                own = np.flatnonzero(self.segment == segment)
                again[own[:200]] = 1
                again[own[:twice]] = 2
            file["customers/rare"], file["customers/again"] = rare, again
        (self.folder / "w.toml").write_text('[privacy]\nmin_cell = 10\n[[playbook]]\nrole = "product"\noptions = ["rare", "common"]\ncolumns = ["rare", "tea"]\n'
                                            '[[playbook]]\nrole = "product"\noptions = ["again"]\ncolumns = ["again"]\n')
        done = self.job("playbook", "r.h5", "--spec", "w.toml", "--output", "p.h5")
        rows = {(row["option"], row["segment_id"]): row for row in self.table("options")}
        self.assertEqual(rows["rare", 0]["verdict"], "withheld")
        self.assertTrue(all(np.isnan(row["share_of_wallet"]) for key, row in rows.items() if key[0] in ("rare", "common")))
        self.assertTrue(all(np.isnan(rows["again", segment][name]) for segment in (0, -1) for name in ("repeat", "amount")))
        self.assertFalse([row for row in self.table("reach") if row["block"] == 1])
        self.assertNotIn("nan", done.stdout)

    def test_motives_of_what_was_clustered(self):
        """A feature's logarithm, where segments were made of that."""
        random = np.random.default_rng(9)
        spend = np.exp(random.normal(size=3000) + 2 * (self.segment == 1))
        engaged = np.log1p(spend) + random.normal(size=3000)
        with h5py.File(self.folder / "t.h5", "a") as file:
            file["customers/spend"], file["customers/engaged"] = spend, engaged
        (self.folder / "m.toml").write_text('[input]\nfiles = ["t.h5"]\nid = "id"\n[[features]]\ncolumns = ["x", "y"]\n[[features]]\ncolumns = ["spend"]\n'
                                            'transform = "log1p"\nweight = 0.01\n[cluster]\nk = 3\n[engagement]\ncolumns = ["engaged"]\n')
        self.job("segment", "m.toml", "--output", "r.h5", "--no-profile")
        self.job("playbook", "r.h5", "--output", "p.h5")
        with h5py.File(self.folder / "r.h5") as file:
            segment = file["assignments/segment"][()]
        cells = np.log1p(spend)
        for row in self.table("motives"):
            if row["feature"] == "spend":
                here = segment == row["segment_id"]
                self.assertAlmostEqual(row["slope"], np.polyfit(cells[here], engaged[here], 1)[0] * cells.std() / engaged.std(), delta=1e-6)

    def test_wrong_input(self):
        job = ["playbook", "r.h5", "--output", "no.h5"]
        (self.folder / "none.toml").write_text(SPEC.split("[[playbook]]")[0])
        self.assert_fails(2, ["nothing says what is to be found out", "[[playbook]]"], 2, *job, "--spec", "none.toml", cwd=self.folder)
        for old, new, said in (('"channel"', '"canal"', "canal"), ('role = "channel"\n', "", "role"),
                               ('["opened", "visited", "answered"]', '["opened"]', "1 columns for 3 options"),
                               ('"=letter"]', '"store"]', "a name of its own"), ('"visited"', '""', "without a column")):
            (self.folder / "wrong.toml").write_text(SPEC.replace(old, new, 1))
            self.assert_fails(2, ["playbook", said], 1, *job, "--spec", "wrong.toml", cwd=self.folder)
        (self.folder / "wrong.toml").write_text(SPEC.replace('"visited"', '"nowhere"', 1))
        self.assert_fails(3, ["nowhere"], 2, *job, "--spec", "wrong.toml", cwd=self.folder)
        with h5py.File(self.folder / "t.h5", "a") as file:
            file["customers/visited"][3] = -1
        self.assert_fails(3, ["visited", "-1"], 2, *job, cwd=self.folder)
        self.assertFalse((self.folder / "no.h5").exists())


if __name__ == "__main__":
    unittest.main()
