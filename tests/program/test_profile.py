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


if __name__ == "__main__":
    unittest.main()
