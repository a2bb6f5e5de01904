#!/usr/bin/env python3
"""Needs, composition, sizes of tests and targeting: figures as numpy has them, on any ranks."""
import math
import unittest

import h5py
import numpy as np
from scipy import stats

from program import ProgramTest, hash_datasets, tidy

SPEC = '''[input]
files = ["t.h5"]
id = "id"
[[features]]
columns = ["x", "y"]
[describe_only]
columns = ["spend", "plan"]
[cluster]
k = 3
'''

OPTIONS = '''[[playbook]]
role = "time"
options = ["morning", "evening"]
columns = ["morning", "evening"]
smallest_lift = 0.2
'''

NEEDS = '''[needs]
names = ["price", "service", "x"]
importance = ["price_matters", "service_matters", "x"]
satisfaction = ["price_is_fine", "service_is_fine", "service_is_fine"]
'''

TARGETING = '''[targeting]
value = "spend"
[[targeting.criteria]]
axis = "attractiveness"
feature = "spend"
from = 0
to = 40
weight = 3
[[targeting.criteria]]
axis = "attractiveness"
feature = "plan"
level = "gold"
from = 0.0
to = 1.0
[[targeting.criteria]]
axis = "strength"
feature = "y"
figure = "difference"
from = 2
to = -2
at_most = 1
[[targeting.criteria]]
axis = "strength"
figure = "customers"
at_least = 100
'''


def made_up(folder, rows=3000):
    random = np.random.default_rng(5)
    group = random.integers(0, 3, rows)

    def answers(middle):
        cells = np.clip(np.round(middle + random.normal(size=rows)), 1, 7).astype(float)
        cells[random.random(rows) < 0.05] = np.nan
        return cells
    columns = {"id": 3 * np.arange(rows), "x": group * 6.0 + random.normal(size=rows), "y": (group == 2) * 6.0 + random.normal(size=rows),
               "price_matters": answers(5.0), "price_is_fine": answers(np.where(group == 1, 3.0, 5.5)), "service_matters": answers(4.0),
               "service_is_fine": answers(4.0), "spend": np.round(random.exponential(10.0 + 10 * group), 2),
               "morning": (random.random(rows) < np.where(group == 0, 0.5, 0.2)).astype(float), "evening": random.poisson(0.6, rows)}
    plan = np.where(random.random(rows) < 0.2 + 0.2 * group, "gold", "basic")
    with h5py.File(folder / "t.h5", "w") as file:
        for name, cells in columns.items():
            file[f"customers/{name}"] = cells
        file["customers/plan"] = plan.astype("S8")
    (folder / "s.toml").write_text(SPEC + OPTIONS + NEEDS + TARGETING)
    return columns | {"plan": plan}


class NeedsTest(ProgramTest):
    def setUp(self):
        super().setUp()
        self.columns = made_up(self.folder)
        self.job("segment", "s.toml", "--output", "r.h5")
        with h5py.File(self.folder / "r.h5") as file:
            self.segment = file["assignments/segment"][()]

    def job(self, *args, ranks=1):
        return self.run_ok(ranks, *args, cwd=self.folder)

    def table(self, name, file="p.h5"):
        return tidy(self.folder / file, f"playbook/{name}")

    def test_the_same_bits_on_any_ranks(self):
        hashes = set()
        for ranks in (1, 2, 3, 4):
            self.job("playbook", "r.h5", "--output", "p.h5", ranks=ranks)
            hashes.add(str(hash_datasets(self.folder / "p.h5")))
        self.assertEqual(len(hashes), 1)

    def test_needs_against_numpy(self):
        self.job("playbook", "r.h5", "--output", "p.h5", ranks=2)
        rows = {(row["need"], row["segment_id"]): row for row in self.table("needs")}
        self.assertEqual(len(rows), 12)

        def gap(need, here):
            i, s = self.columns[f"{need}_matters"], self.columns[f"{need}_is_fine"]
            both = here & ~np.isnan(i) & ~np.isnan(s)
            unmet, met = (2 * i - s)[both], i[both]
            return both.sum(), i[both].mean(), s[both].mean(), unmet, met
        for need in ("price", "service"):
            for segment in (-1, 0, 1, 2):
                row = rows[need, segment]
                here = (self.segment == segment) | (segment == -1)
                n, i, s, unmet, met = gap(need, here)
                self.assertEqual(row["base"], n)
                self.assertAlmostEqual(row["importance"], i, delta=1e-8)
                self.assertAlmostEqual(row["satisfaction"], s, delta=1e-8)
                self.assertAlmostEqual(row["gap"], i + max(i - s, 0), delta=1e-8)
                ends = [stats.t.interval(0.95, n - 1, one.mean(), one.std(ddof=1) / math.sqrt(n)) for one in (unmet, met)]
                self.assertAlmostEqual(row["gap_low"], max(ends[0][0], ends[1][0]), delta=1e-7)
                self.assertAlmostEqual(row["gap_high"], max(ends[0][1], ends[1][1]), delta=1e-7)
                self.assertEqual(row["grade"], "declared")
                if segment < 0:
                    continue
                own = max((unmet, met), key=np.mean)
                _, _, _, unmet, met = gap(need, ~here)
                rest = max((unmet, met), key=np.mean)
                self.assertAlmostEqual(row["gap_rest"], rest.mean(), delta=1e-8)
                self.assertAlmostEqual(row["p"], stats.ttest_ind(own, rest, equal_var=False).pvalue, delta=1e-7)
        unhappy = int(np.bincount(self.segment[self.columns["x"].round() == 6], minlength=3).argmax())
        self.assertEqual({key for key, row in rows.items() if row["verdict"] == "more than elsewhere"}, {("price", unhappy)})
        self.assertFalse({key for key, row in rows.items() if key[0] == "service" and "elsewhere" in row["verdict"]})
        self.assertEqual({row["verdict"] for key, row in rows.items() if key[0] == "x" and key[1] >= 0}, {"made of this"})

    def test_composition_and_the_size_of_a_test(self):
        self.job("playbook", "r.h5", "--output", "p.h5", ranks=2)
        for row in self.table("options"):
            used = self.columns[row["option"]] > 0
            here = (self.segment == row["segment_id"]) | (row["segment_id"] == -1)
            rate = used[here].mean()
            lifted, middle = 1.2 * rate, 1.1 * rate
            z = stats.norm.ppf([0.975, 0.8])
            root = z[0] * math.sqrt(2 * middle * (1 - middle)) + z[1] * math.sqrt(rate * (1 - rate) + lifted * (1 - lifted))
            self.assertEqual(row["per_arm"], math.ceil(root ** 2 / (lifted - rate) ** 2))
            self.assertEqual(row["smallest_lift"], 0.2)
            if row["segment_id"] < 0:
                self.assertEqual((row["quadrant"], row["quadrant_sure"]), ("", ""))
                continue
            share = (used & here).sum() / used.sum()
            self.assertAlmostEqual(row["composition"], share, delta=1e-12)
            self.assertTrue(row["composition_low"] < share < row["composition_high"])
            index = rate / used.mean()
            self.assertEqual(row["quadrant"], {(True, True): "core", (True, False): "developmental", (False, True): "niche",
                                               (False, False): "general"}[share >= 1 / 3, index >= 1])
            sides = [row["composition_low"] > 1 / 3 or row["composition_high"] < 1 / 3, row["index_low"] > 100 or row["index_high"] < 100]
            self.assertEqual(row["quadrant_sure"], "yes" if all(sides) else "no")
        early = next(row for row in self.table("options") if row["option"] == "morning" and row["verdict"] == "more than elsewhere")
        self.assertEqual((early["quadrant"], early["quadrant_sure"]), ("core", "yes"))

    def test_targeting_is_of_the_profile(self):
        self.job("playbook", "r.h5", "--output", "p.h5", ranks=3)
        rows = self.table("criteria")
        targets = self.table("targets")
        self.assertEqual([row["criterion"] for row in rows[::3]], ["mean of spend", "share of plan: gold", "difference of y", "customers"])
        spend, gold, y = self.columns["spend"], self.columns["plan"] == "gold", self.columns["y"]
        total = spend.sum()
        for segment, row in enumerate(targets):
            here = self.segment == segment
            scores = [min(spend[here].mean() / 40, 1), gold[here].mean()]
            self.assertAlmostEqual(row["attractiveness"], (3 * scores[0] + scores[1]) / 4, delta=1e-9)
            self.assertTrue(row["attractiveness_low"] < row["attractiveness"] < row["attractiveness_high"])
            difference = (y[here].mean() - y[~here].mean()) / y.std()
            self.assertAlmostEqual(row["strength"], min(max((2 - difference) / 4, 0), 1), delta=1e-6)
            self.assertAlmostEqual(row["value_share"], spend[here].sum() / total, delta=1e-9)
            out = difference > 1
            self.assertEqual((row["verdict"], row["because"]), ("knocked out", f"difference of y: {difference:.4g}, at most 1") if out else ("stays in", ""))
        self.assertEqual(sorted(row["verdict"] for row in targets), ["knocked out", "stays in", "stays in"])
        self.assertEqual({row["passes"] for row in rows if row["figure"] == "customers"}, {"yes"})
        self.assertEqual({row["passes"] for row in rows if row["figure"] == "mean"}, {""})

    def test_few_answers_are_told_by_no_mean(self):
        """Not by a need's, an amount's, those who had no chance, nor those whom two options reach together."""
        own = np.flatnonzero(self.segment == 0)
        flag, visits, sent, answer = np.zeros(3000), np.ones(3000), np.ones(3000), np.tile([2.0, 3.0, 4.0], 1000)
        flag[own[:4]] = flag[self.segment == 1] = 1
        visits[own[:4]] = 3
        sent[own[:3]] = 0
        answer[own[:6]] = 5
        with h5py.File(self.folder / "t.h5", "a") as file:
            for name, cells in (("flag", flag), ("visits", visits), ("sent", sent), ("answer", answer)):
                file[f"customers/{name}"] = cells
        (self.folder / "w.toml").write_text(
            '[privacy]\nmin_cell = 10\n[[playbook]]\nrole = "product"\noptions = ["visits"]\ncolumns = ["visits"]\n'
            '[[playbook]]\nrole = "channel"\noptions = ["mail"]\ncolumns = ["morning"]\nexposed = ["sent"]\n'
            '[needs]\nnames = ["flag", "answer", "service"]\nimportance = ["flag", "answer", "service_matters"]\n'
            'satisfaction = ["morning", "morning", "service_is_fine"]\n')
        self.job("playbook", "r.h5", "--spec", "w.toml", "--output", "p.h5", "--set", 'needs.names=["flag", "answer", "other"]', ranks=2)
        needs = self.table("needs")
        self.assertEqual({row["need"] for row in needs}, {"flag", "answer", "other"})  # --set is of what --spec declares
        for row in needs:
            if row["need"] != "other":
                self.assertEqual((row["base"], row["verdict"]), (-1, "withheld"))
                self.assertTrue(np.isnan(row["importance"]) and np.isnan(row["gap"]))
        rows = {(row["option"], row["segment_id"]): row for row in self.table("options")}
        self.assertTrue(all(np.isnan(row["amount"]) and np.isnan(row["repeat"]) for key, row in rows.items() if key[0] == "visits"))
        self.assertEqual(rows["mail", 0]["verdict"], "withheld")
        with h5py.File(self.folder / "t.h5", "a") as file:  # who said one and not the other
            file["customers/service_matters"][...] = np.where(np.isnan(self.columns["service_is_fine"]), np.nan, 4)
            file["customers/service_matters"][own[:3]] = np.nan
            file["customers/service_is_fine"][own[:3]] = 4
            told = file["customers/morning"][()]
            told[np.flatnonzero(self.segment == 1)[:5]] = np.nan  # who had the chance, and did nobody knows what
            file["customers/morning"][...] = told
            file["customers/sent"][...] = np.arange(3000) % 2
        (self.folder / "u.toml").write_text(
            '[privacy]\nmin_cell = 10\n[[playbook]]\nrole = "channel"\noptions = ["mail"]\ncolumns = ["morning"]\nexposed = ["sent"]\n'
            '[needs]\nnames = ["service"]\nimportance = ["service_matters"]\nsatisfaction = ["service_is_fine"]\n')
        self.job("playbook", "r.h5", "--spec", "u.toml", "--output", "p.h5")
        self.assertEqual({row["segment_id"]: row["verdict"] for row in self.table("needs")}[0], "withheld")
        self.assertEqual({row["segment_id"]: row["verdict"] for row in self.table("options")}[1], "withheld")
        (self.folder / "t.toml").write_text("[privacy]\nmin_cell = 10\n" + TARGETING)
        self.assert_fails(2, ["r.h5", "privacy.min_cell = 0"], 2, "playbook", "r.h5", "--spec", "t.toml", "--output", "no.h5", cwd=self.folder)

    def test_few_are_withheld(self):
        small = np.bincount(self.segment).min() + 1
        self.job("segment", "s.toml", "--output", "w.h5", "--set", f"privacy.min_cell={small}")
        self.job("playbook", "w.h5", "--output", "p.h5")
        sizes = np.bincount(self.segment)
        self.assertTrue((sizes < small).any())
        for row in self.table("needs"):
            self.assertFalse(0 < row["base"] < small)
            self.assertTrue(np.isnan(row["gap_rest"]))
            self.assertEqual(np.isnan(row["gap"]), row["verdict"] == "withheld")
        withheld = [row for row in self.table("targets") if row["verdict"] == "not known"]
        self.assertGreater(len(withheld), 1)  # the others' sizes would tell that of one
        self.assertTrue(all(np.isnan(row["value"]) and np.isnan(row["attractiveness"]) for row in withheld))
        self.assertTrue(all(np.isnan(row["value_share"]) for row in self.table("targets")))

    def test_wrong_input(self):
        job = ["playbook", "r.h5", "--output", "no.h5"]
        for text, old, new, said in (
                (NEEDS, '["price_matters", "service_matters", "x"]', '["price_matters"]', ["importance", "1 columns for 3 names"]),
                (NEEDS, '"price", ', '"x", ', ["needs.names", "a name of its own"]),
                (NEEDS, '"price_is_fine"', '"price_matters"', ["needs.satisfaction", "price_matters", "matters, too"]),
                (NEEDS, 'names = ["price", "service", "x"]\n', "", ["names", "name at least one"]),
                (TARGETING, '"attractiveness"', '"charm"', ["charm", "attractiveness"]),
                (TARGETING, "to = 40", "to = 0", ["targeting.criteria", "the same as from"]),
                (TARGETING, "to = 40\n", "", ["targeting.criteria", "needs both"]),
                (TARGETING, "from = 0\nto = 40\n", "", ["targeting.criteria", "a criterion needs from and to, or a limit"]),
                (TARGETING, 'level = "gold"\n', 'figure = "share"\n', ["level", "of which answer"]),
                (TARGETING, 'level = "gold"\n', "", ["no numbers of \"plan\"", "basic, gold"]),
                (TARGETING, '"gold"', '"golden"', ["no level \"golden\"", "did you mean \"gold\"?"]),
                (TARGETING, 'feature = "spend"', 'feature = "spent"', ["no feature \"spent\"", "did you mean \"spend\"?"]),
                (TARGETING, "at_least = 100", "at_least = 100\nat_most = 50", ["at_most", "below at_least"]),
                (TARGETING, "at_least = 100", "at_least = 100\nweight = 2", ["weight", "weighs nothing"]),
                (TARGETING, 'figure = "customers"', 'figure = "customers"\nfeature = "x"', ["of no feature"])):
            (self.folder / "wrong.toml").write_text(SPEC + text.replace(old, new, 1))
            self.assert_fails(2, said, 2, *job, "--spec", "wrong.toml", cwd=self.folder)
        (self.folder / "wrong.toml").write_text(SPEC + NEEDS.replace('"price_is_fine"', '"plan"'))
        self.assert_fails(3, ["plan", "holds words"], 2, *job, "--spec", "wrong.toml", cwd=self.folder)
        self.job("segment", "s.toml", "--output", "bare.h5", "--no-profile")
        self.assert_fails(2, ["bare.h5 has no profile"], 2, "playbook", "bare.h5", "--output", "no.h5", cwd=self.folder)
        self.assertFalse((self.folder / "no.h5").exists())


if __name__ == "__main__":
    unittest.main()
