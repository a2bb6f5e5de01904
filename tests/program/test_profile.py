#!/usr/bin/env python3
"""The profile: figures that two independent programs have computed, on any ranks, from any job."""
import csv
import json
import math
import pathlib
import unittest

import h5py
import numpy as np

from program import ProgramTest

DATA = pathlib.Path(__file__).resolve().parents[1] / "data"

REFERENCES = json.loads((DATA / "references/marketing.json").read_text())
TOLERANCE = 1e-8


def rows_of(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


class ProfileTest(ProgramTest):
    def profile(self, spec, by, ranks=2, *more):
        (self.folder / "spec.toml").write_text(spec)
        self.run_ok(ranks, "profile", "spec.toml", "--by", by, "--csv", "p.csv", *more, cwd=self.folder)
        return {(r["feature"], r["level"], r["segment"]): r for r in rows_of(self.folder / "p.csv")}

    def near(self, row, column, expected):
        if expected is None:
            return
        found = float(row[column])
        self.assertTrue(math.isclose(found, expected, rel_tol=TOLERANCE, abs_tol=1e-300),
                        f"{row['feature']} {row['level']} {row['segment']} {column}: {found} for {expected}")

    def check(self, rows, case):
        """Every number of a reference but those that are there for comparison."""
        for name, feature in case.items():
            if feature["kind"] == "numeric":
                everybody = rows[name, "", "all"]
                for column, key in (("base", "n"), ("mean", "mean"), ("sd", "sd_population"), ("statistic", "F"), ("df1", "df1"),
                                    ("df2", "df2"), ("p_overall", "p"), ("effect", "eta2")):
                    self.near(everybody, column, feature[key])
                for segment, figures in feature["by_segment"].items():
                    for column, key in (("base", "n"), ("mean", "mean"), ("sd", "sd_sample"), ("mean_low", "mean_lo"),
                                        ("mean_high", "mean_hi"), ("mean_rest", "mean_rest"),
                                        ("standardised_difference", "std_diff_vs_rest"), ("index", "index")):
                        self.near(rows[name, "", segment], column, figures[key])
                continue
            for level, figures in feature["levels"].items():
                everybody = rows[name, level, "all"]
                for column, value in (("base", feature["n"]), ("statistic", feature["chi2"]), ("df1", feature["df"]),
                                      ("p_overall", feature["p"]), ("cramers_v", feature["cramers_v"]),
                                      ("effect", feature["goodman_kruskal_tau"]), ("count", figures["all"]["count"]),
                                      ("share", figures["all"]["share"])):
                    self.near(everybody, column, value)
                for segment, own in figures["by_segment"].items():
                    for column, key in (("base", "n"), ("count", "count"), ("share", "share"), ("share_low", "wilson_lo"),
                                        ("share_high", "wilson_hi"), ("index", "index"), ("index_low", "index_lo"),
                                        ("index_high", "index_hi"), ("share_rest", "share_rest"),
                                        ("standardised_difference", "std_diff_vs_rest")):
                        self.near(rows[name, level, segment], column, own[key])


class References(ProfileTest):
    def spec_of(self, case, file, **more):
        words = [name for name, feature in case.items() if feature["kind"] == "nominal"]
        numbers = [name for name in case if name not in words]
        return (f'[input]\nfiles = ["{file}"]\n' + "".join(f"{key} = {json.dumps(value)}\n" for key, value in more.items())
                + (f'[[features]]\ncolumns = {json.dumps(numbers)}\n' if numbers else "")
                + (f'[[features]]\ncolumns = {json.dumps(words)}\nkind = "categorical"\n' if words else ""))

    def table(self, source, *options):
        self.run_ok(1, "import", source, "--output", "t.h5", *options, cwd=self.folder)
        return "t.h5"

    def test_bfi_by_education(self):
        case = REFERENCES["profile"]["bfi_by_education"]
        table = self.table(DATA / "bfi/bfi.csv", "--id", "row_name")
        self.check(self.profile(self.spec_of(case, table), "education", 3), case)

    def test_credit_by_home(self):
        case = REFERENCES["profile"]["credit_by_home"]
        table = self.table(DATA / "credit/credit_data.csv")
        self.check(self.profile(self.spec_of(case, table), "Home"), case)

    def test_weighted(self):
        case = REFERENCES["profile"]["bfi_weighted_gender2_by_education"]
        table = self.table(DATA / "bfi/bfi.csv", "--id", "row_name")
        with h5py.File(self.folder / table, "a") as file:
            file["customers/w"] = 1.0 + np.arange(2800) % 3
        rows = self.profile(self.spec_of({"gender": {"kind": "nominal"}}, table, weight="w"), "education")
        for segment, figures in case["values"].items():
            row = rows["gender", "2", segment]
            for column, key in (("effective_base", "effective_n"), ("share", "share"), ("share_low", "wilson_lo"),
                                ("share_high", "wilson_hi"), ("index", "index")):
                self.near(row, column, figures[key])
            self.near(rows["gender", "2", "all"], "share", figures["share_all"])


class Personas(ProfileTest):
    def test_prevalence_of_statements(self):
        """The reference's statements, of its own segments, fit as many as it says."""
        case = REFERENCES["persona_and_crm_typing"]["bfi_k5"]["persona_prevalence"]["by_segment"]
        items = [f"{block}{i}" for block in "ACENO" for i in range(1, 6)]
        start = np.array(REFERENCES["typing_tool"]["bfi_k5"]["start_centroids"])
        self.run_ok(1, "import", DATA / "bfi/bfi.csv", "--id", "row_name", "--output", "t.h5", cwd=self.folder)
        spec = (f'[input]\nfiles = ["t.h5"]\nid = "customer_id"\n[[features]]\ncolumns = {json.dumps(items)}\nscale = "none"\n'
                'missing = "drop"\n[cluster]\nk = 5\n[profile]\nstatements = 8\n')
        (self.folder / "first.toml").write_text(spec + '[output]\npath = "start.h5"\n')
        self.run_ok(1, "segment", "first.toml", cwd=self.folder)
        with h5py.File(self.folder / "start.h5", "a") as file:
            file["segments/centroids"][:] = start
            file["segments/centroids_original"][:] = start
        (self.folder / "s.toml").write_text(spec.replace("k = 5", 'k = 5\ninit = "start.h5"'))
        self.run_ok(3, "segment", "s.toml", "--output", "r.h5", cwd=self.folder)
        self.run_ok(1, "export", "r.h5", "--personas", "--output", "p.csv", cwd=self.folder)
        told = [row for row in rows_of(self.folder / "p.csv") if row["kind"] == "is"]
        for segment, figures in case.items():
            own = [row for row in told if row["segment_id"] == segment]
            self.assertEqual(len(own), 8)
            for row, difference in zip(own, figures["std_diff"]):
                self.assertTrue(math.isclose(float(row["standardised_difference"]), difference, rel_tol=TOLERANCE))
            for count, shares in figures["match_all"].items():
                row = own[int(count) - 1]
                self.assertTrue(math.isclose(float(row["matches"]), shares["segment"], rel_tol=TOLERANCE), (segment, count))
                self.assertTrue(math.isclose(float(row["matches_rest"]), shares["rest"], rel_tol=TOLERANCE), (segment, count))


class Privacy(ProfileTest):
    def test_nothing_small_is_told_or_can_be_worked_back(self):
        case = REFERENCES["privacy"]["credit_home_by_marital"]
        self.run_ok(1, "import", DATA / "credit/credit_data.csv", "--output", "t.h5", cwd=self.folder)
        rows = self.profile('[input]\nfiles = ["t.h5"]\n[[features]]\ncolumns = ["Marital"]\n[privacy]\nmin_cell = 10\n', "Home", 2)
        levels = list(next(iter(case["table"].values())))
        homes = list(case["table"])
        withheld = [(h, l) for h in homes for l in levels if rows["Marital", l, h]["count"] == ""]
        self.assertLessEqual(len(withheld), case["minimal_suppressed"])
        for home, level in withheld:
            row = rows["Marital", level, home]
            self.assertEqual(row["verdict"], "withheld")
            for column in ("share", "share_low", "index", "share_rest", "standardised_difference", "p", "q"):
                self.assertEqual(row[column], "")
        for home in homes:
            for level in levels:
                if (home, level) not in withheld:
                    self.assertEqual(int(rows["Marital", level, home]["count"]), case["table"][home][level])
        self.assertGreaterEqual(self.narrowest(case["table"], homes, levels, withheld), 10)

    def narrowest(self, table, homes, levels, withheld):
        """The smallest range of a withheld cell, for whoever knows the totals and all that is told."""
        from scipy.optimize import linprog
        equations, totals = [], []
        for axis, names in ((0, homes), (1, levels)):
            for name in names:
                equations.append([1.0 if cell[axis] == name else 0.0 for cell in withheld])
                totals.append(sum(table[h][l] for h, l in withheld if (h, l)[axis] == name))
        ranges = []
        for i in range(len(withheld)):
            goal = np.eye(len(withheld))[i]
            ends = [linprog(sign * goal, A_eq=equations, b_eq=totals, bounds=(0, None), method="highs") for sign in (1, -1)]
            ranges.append(-ends[1].fun - ends[0].fun)
        return min(ranges)


if __name__ == "__main__":
    unittest.main()
