#!/usr/bin/env python3
"""What `behavior` withholds of few customers: small counts, and what would tell them by any sum of what is told."""
import itertools
import random
import unittest

import h5py
import numpy as np

from program import hash_datasets, tidy
from test_behavior import BehaviorTest

MIN_CELL = 5
PERIODS = 5
GROUPS = ["all", "big", "mid", "odd", "(unknown)"]
COUNTS = ["active", "retained", "new", "reactivated", "lapsed"]


def names():
    """Of all counts that the two tables tell: of a group in a period, and of its cohorts."""
    rows = [(group, p, count) for group in GROUPS for p in range(PERIODS) for count in COUNTS]
    return rows + [(group, first, age) for group in GROUPS for first in range(PERIODS) for age in range(PERIODS - first)]


def equations():
    """What everybody knows to add up: lists of (factor, name)."""
    inner = GROUPS[1:]
    for p in range(PERIODS):
        for count in COUNTS:
            yield [(1, ("all", p, count))] + [(-1, (group, p, count)) for group in inner]
        for age in range(PERIODS - p):
            yield [(1, ("all", p, age))] + [(-1, (group, p, age)) for group in inner]
        for group in GROUPS:
            yield [(1, (group, p, "active"))] + [(-1, (group, first, p - first)) for first in range(p + 1)]
            yield [(1, (group, p, "new")), (-1, (group, p, 0))]
            yield [(1, (group, p, "active"))] + [(-1, (group, p, count)) for count in ("retained", "new", "reactivated")]
            if p > 0:
                yield [(1, (group, p - 1, "active")), (-1, (group, p, "retained")), (-1, (group, p, "lapsed"))]
            if p < 2:
                yield [(1, (group, p, "reactivated"))]
            if p == 0:
                yield [(1, (group, p, "retained"))]
                yield [(1, (group, p, "lapsed"))]


class Privacy(BehaviorTest):
    def make(self, seed, scale=1):
        moments = random.Random(seed)
        sizes = {"big": 60 * scale, "mid": 14 * scale, "odd": scale * moments.choice([3, 6, 9]), "(unknown)": scale * moments.choice([2, 7])}
        groups = [group for group, size in sizes.items() for _ in range(size)]
        with h5py.File(self.folder / "people.h5", "w") as file:
            known = [i for i, group in enumerate(groups) if group != "(unknown)"] + [9000, 9001, 9002]  # these have no events
            file["customers/customer_id"] = known
            file["customers/kind"] = np.array([groups[i] if i < len(groups) else "big" for i in known], dtype=h5py.string_dtype())
        lines = [(i, f"2024-{1 + p:02}-03", 10 + i) for i in range(len(groups)) for p in range(PERIODS)
                 if p == i % PERIODS or moments.random() < 0.75 - 0.4 * (i % 3 == 0)]
        self.write("e.csv", "who,when,amount\n" + "".join(f"{who},{when},{amount}\n" for who, when, amount in lines))
        self.write("e.toml", '[[events]]\nfiles = ["e.csv"]\nid = "who"\ntime = "when"\nvalue = "amount"\n[retention]\nby = "kind"\n'
                   f"[privacy]\nmin_cell = {MIN_CELL}\n")

    def run_with(self, output, *args, ranks=0):
        return self.job("behavior", "e.toml", "--customers", "people.h5", "--output", output, *args, ranks=ranks)

    def counts(self, path):
        """name -> count, and the names of the rows that are withheld."""
        found, withheld = {}, set()
        months = [f"2024-{1 + p:02}" for p in range(PERIODS)]
        for row in tidy(self.path(path), "retention"):
            p = months.index(row["period"])
            if row["active"] == -1:
                withheld.add((row["group"], p))
                self.assertTrue(all(row[name] == -1 for name in COUNTS + ["baskets"]))
                self.assertTrue(np.isnan([row[name] for name in ("spend", "retention", "spend_new", "expansion", "baskets_per_active")]).all())
            else:
                found.update({(row["group"], p, count): row[count] for count in COUNTS if p > 0 or count == "active"})
        cohorts = set()
        for row in tidy(self.path(path), "cohorts"):
            key = (row["group"], months.index(row["first"]), row["age"])
            cohorts.add(key)
            if row["active"] == -1:
                withheld.add(key)
                self.assertEqual(row["customers"], -1)
                self.assertTrue(np.isnan([row["share"], row["spend"]]).all())
            else:
                found[key] = row["active"]
                found[(*key[:2], 0)] = row["customers"]
        for group, first in itertools.product(GROUPS, range(PERIODS)):  # a cohort that is not there is empty
            if (group, first, 0) not in cohorts:
                found.update({(group, first, age): 0 for age in range(PERIODS - first)})
        return found, withheld

    def determined(self, told):
        """The counts that whoever knows what is told can compute."""
        places = {name: i for i, name in enumerate(names())}
        system = [[(1, name)] for name in told] + list(equations())
        matrix = np.zeros((len(system), len(places)))
        for row, terms in zip(matrix, system):
            for factor, name in terms:
                row[places[name]] = factor
        _, values, vectors = np.linalg.svd(matrix)
        free = vectors[(values > 1e-9).sum():]
        return {name for name, i in places.items() if np.abs(free[:, i]).max(initial=0) < 1e-9}

    def test_no_small_count_can_be_computed(self):
        shares = []
        for seed in range(10):
            self.make(seed, 1 + seed)
            self.run_with("open.h5", "--set", "privacy.min_cell=0")
            truth, nothing = self.counts("open.h5")
            self.assertEqual(nothing, set())
            self.run_with("out.h5", ranks=2 if seed == 0 else 0)
            told, withheld = self.counts("out.h5")
            self.assertEqual({name: truth[name] for name in told}, told)
            small = {name for name, count in truth.items() if 0 < count < MIN_CELL}
            for name in small:
                self.assertIn(name[:2] if isinstance(name[2], str) else name, withheld)
                if isinstance(name[2], str) and name[1] + 1 < PERIODS:
                    self.assertIn((name[0], name[1] + 1), withheld)
            self.assertEqual(self.determined(told) & small, set(), seed)
            shares.append(len(told) / len(truth))
        self.assertGreater(max(shares), 0.5, shares)
        self.assertLess(min(shares), 0.4, shares)

    def test_levels_and_the_terminal(self):
        self.make(1)
        completed = self.run_with("out.h5", "--csv", "tables", ranks=2)
        self.assertNotIn("without events", completed.stdout)
        self.assertRegex(completed.stdout, r"no purchases +withheld")
        rows = {(row["column"], row["name"]): row for row in self.csv("tables/levels.csv")}
        self.run_with("open.h5", "--set", "privacy.min_cell=0")
        for row in tidy(self.path("open.h5"), "behavior/levels"):
            cell = rows[row["column"], row["name"]]["customers"]
            self.assertIn(cell, ("", str(row["customers"])))
            if 0 < row["customers"] < MIN_CELL:
                self.assertEqual(cell, "")
        for column in ("state", "rfm_segment"):  # 3 have no events: not what the others leave
            self.assertGreater(sum(row["customers"] == "" for (of, _), row in rows.items() if of == column), 1)
        self.assertTrue(any(row["active"] == "" for row in self.csv("tables/retention.csv")))
        with h5py.File(self.path("out.h5")) as one, h5py.File(self.path("open.h5")) as other:
            np.testing.assert_array_equal(one["customers/monetary"], other["customers/monetary"])

    def test_what_the_segments_were_made_with_counts(self):
        self.make(2)
        self.run_with("all.h5", "--set", "privacy.min_cell=0")
        self.write("s.toml", '[input]\nid = "customer_id"\nfiles = ["all.h5"]\n[[features]]\ncolumns = ["frequency", "monetary"]\n'
                   "[cluster]\nk = 3\n[privacy]\nmin_cell = 12\n")
        self.job("segment", "s.toml", "--output", "s.h5", ranks=0)
        self.write("e.toml", (self.folder / "e.toml").read_text().replace('by = "kind"\n', 'segments = "s.h5"\n'))
        made = []
        for min_cell in (5, 12, 20):
            self.run_with("out.h5", "--set", f"privacy.min_cell={min_cell}", ranks=2)
            made.append({name: digest for name, digest in hash_datasets(self.path("out.h5")).items() if name.startswith(("/retention", "/cohorts"))})
        self.assertEqual(made[0], made[1])
        self.assertNotEqual(made[1], made[2])
        self.assert_fails(2, ["privacy.min_cell", "1 withholds nothing"], 1, "behavior", "e.toml", "--set", "privacy.min_cell=1", "--output", "x.h5",
                          cwd=self.folder)


if __name__ == "__main__":
    unittest.main()
