#!/usr/bin/env python3
"""The profile: figures that two independent programs have computed, on any ranks, from any job."""
import csv
import json
import math
import os
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

    def test_hillstrom_by_channel(self):
        """Its data are another's; PSYCHOGRAPH_DATA is the folder that has hillstrom/hillstrom.csv."""
        source = pathlib.Path(os.environ.get("PSYCHOGRAPH_DATA", ".")) / "hillstrom/hillstrom.csv"
        if not source.exists():
            self.skipTest("PSYCHOGRAPH_DATA names no folder with hillstrom/hillstrom.csv")
        case = REFERENCES["profile"]["hillstrom_by_channel"]
        self.check(self.profile(self.spec_of(case, self.table(source)), "channel", 3), case)

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


def made_up(folder, rows=400, **more):
    random = np.random.default_rng(4)
    group = random.integers(0, 2, rows)
    with h5py.File(folder / "t.h5", "w") as file:
        columns = {"customer_id": 100 + np.arange(rows), "spend": group * 3.0 + random.normal(size=rows),
                   "visits": group * 2.0 + random.normal(size=rows), "region": np.where(random.random(rows) < 0.5, 1, 2),
                   "plan": np.array(["=1+1", "basic"], dtype="S5")[random.integers(0, 2, rows)], **more}
        for name, cells in columns.items():
            file[f"customers/{name}"] = cells
    (folder / "s.toml").write_text('[input]\nfiles = ["t.h5"]\nid = "customer_id"\n[[features]]\ncolumns = ["spend", "visits"]\n'
                                   '[describe_only]\ncolumns = ["region", "plan"]\n[cluster]\nk = 2\n')


class FarValues(ProfileTest):
    """A deviation is a segment's own, however far away the others are."""

    def deviations(self, values):
        with h5py.File(self.folder / "t.h5", "w") as file:
            file["customers/s"] = np.repeat([b"a", b"b"], 1000)
            file["customers/v"] = values
        rows = self.profile('[input]\nfiles = ["t.h5"]\n[[features]]\ncolumns = ["v"]\n', "s")
        for at, segment in enumerate("ab"):
            own = values[1000 * at:1000 * (at + 1)]
            row = rows["v", "", segment]
            expected = own.std(ddof=1) if np.ptp(own) > 0 else 0.0  # numpy's is then what rounding leaves
            self.assertTrue(math.isclose(float(row["sd"]), expected, rel_tol=1e-6, abs_tol=0), (row["sd"], expected))
            self.assertTrue(math.isclose(float(row["mean"]), own.mean(), rel_tol=1e-15), (row["mean"], own.mean()))

    def test_beside_a_wrong_cell(self):
        values = np.random.default_rng(1).normal(50, 10, 2000)
        values[-1] = 9999999999999.0
        self.deviations(values)

    def test_of_timestamps(self):
        random = np.random.default_rng(2)
        self.deviations(np.concatenate([random.normal(1.6e12, 1e3, 1000), random.normal(1.7e12, 1e3, 1000)]))

    def test_far_from_zero(self):
        self.deviations(np.random.default_rng(3).normal(1e8, 1, 2000))

    def test_of_one_answer(self):
        values = np.random.default_rng(4).normal(3, 1, 2000)
        values[:1000] = 0.1
        self.deviations(values)


class Jobs(ProfileTest):
    def setUp(self):
        super().setUp()
        made_up(self.folder)

    def job(self, *args, ranks=1):
        return self.run_ok(ranks, *args, cwd=self.folder)

    def rows(self, *args):
        self.job(*args, "--csv", "x.csv")
        return {(r["feature"], r["level"], r["segment"]): r for r in rows_of(self.folder / "x.csv")}

    def exported(self, table="profile", result="r.h5"):
        self.job("export", result, f"--{table}", "--output", "x.csv")
        return rows_of(self.folder / "x.csv")

    def test_odd_columns(self):
        """What the spec says of a column stands; free texts under a glob and answers that a model does not know are told of."""
        codes = np.where(np.arange(400) % 5 == 0, -99, np.arange(400) % 3 - 1)
        made_up(self.folder, codes=codes, mail=np.array([b"%d@example.org" % i for i in range(400)]))
        rows = 1200
        with h5py.File(self.folder / "many.h5", "w") as file:
            file["customers/group"] = np.arange(rows) % 2
            file["customers/mail"] = np.array([b"%d@example.org" % i for i in range(rows)])
            file["customers/plus"] = np.arange(rows) % 3 - 1
        (self.folder / "m.toml").write_text('[input]\nfiles = ["many.h5"]\n[[features]]\ncolumns = ["plus"]\nkind = "categorical"\n')
        done = self.job("profile", "m.toml", "--by", "group", "--columns", "*", "--csv", "x.csv")
        self.assertIn('"mail" has more than 1000 levels', done.stderr)
        self.assertEqual({row["level"] for row in rows_of(self.folder / "x.csv") if row["feature"] == "plus"}, {"-1", "0", "1"})
        (self.folder / "s.toml").write_text((self.folder / "s.toml").read_text().replace('["region", "plan"]', '["region", "plan", "codes"]\nmissing_values = [-99]'))
        self.job("segment", "s.toml", "--output", "r.h5")
        found = self.rows("profile", "r.h5", "--columns", "codes")
        self.assertEqual((found["codes", "", "all"]["base"], found["codes", "", "all"]["missing"]), ("320", "80"))
        with h5py.File(self.folder / "t.h5", "a") as file:
            plan = file["customers/plan"][()]
            plan[:7] = b"odd"
            file["customers/plan"][...] = plan
        done = self.job("assign", "r.h5", "--input", "t.h5", "--output", "a.h5")
        self.assertIn('7 cells of the described column "plan" hold an answer that the model does not know', done.stderr)

    def test_any_columns_of_a_result(self):
        """Joined by ids, in whatever order; the figures are those of the result itself."""
        self.job("segment", "s.toml", "--output", "r.h5", ranks=2)
        inside = {(r["feature"], r["level"], r["segment"]): r for r in self.exported()}
        with h5py.File(self.folder / "t.h5") as file, h5py.File(self.folder / "u.h5", "w") as other:
            order = np.random.default_rng(1).permutation(400)
            for name, cells in file["customers"].items():
                other[f"customers/{name}"] = cells[()][order]
        found = self.rows("profile", "r.h5", "--input", "u.h5", "--columns", "plan", "region", "spend")
        self.assertEqual({key[0] for key in found}, {"plan", "region", "spend"})
        for key, row in found.items():
            for column in ("base", "count", "share", "index", "mean", "median", "p", "effect"):
                self.assertEqual(row[column], inside[key][column], (key, column))
        self.assertEqual(found["spend", "", "segment 0"]["verdict"], "made of this")

    def test_customers_who_are_not_in_the_result(self):
        self.job("segment", "s.toml", "--output", "r.h5")
        with h5py.File(self.folder / "t.h5", "a") as file:
            file["customers/customer_id"][:10] = -1 - np.arange(10)
        done = self.job("profile", "r.h5", "--columns", "plan", "--csv", "x.csv", ranks=2)
        self.assertIn("warning: 10 customers of the table are not in r.h5", done.stderr)
        self.assertEqual(sum(int(r["base"]) for r in rows_of(self.folder / "x.csv") if r["segment"] == "all" and r["level"] == "basic"), 390)
        with h5py.File(self.folder / "t.h5", "a") as file:
            file["customers/customer_id"][:] = -1 - np.arange(400)
        self.assert_fails(3, ["none of its customers is in r.h5"], 2, "profile", "r.h5", "--columns", "plan", "--csv", "x.csv",
                          cwd=self.folder)

    def test_without_ids_nobody_is_known(self):
        self.job("segment", "s.toml", "--set", "input.id=customer_id", "--output", "r.h5")
        (self.folder / "n.toml").write_text((self.folder / "s.toml").read_text().replace('id = "customer_id"\n', ""))
        self.job("segment", "n.toml", "--output", "n.h5")
        self.assert_fails(3, ["n.h5: was made without input.id"], 1, "profile", "n.h5", "--columns", "plan", "--csv", "x.csv",
                          cwd=self.folder)

    def test_options_that_make_no_sense(self):
        self.assert_fails(2, ["where to?"], 2, "profile", "s.toml", "--by", "region", cwd=self.folder)
        self.assert_fails(3, ['no column "nothing"'], 2, "profile", "s.toml", "--by", "nothing", "--csv", "x.csv", cwd=self.folder)
        self.assert_fails(2, ["t.h5"], 1, "profile", "s.toml", "--by", "region", "--output", "t.h5", cwd=self.folder)
        self.assert_fails(2, ['profile.letters: "nobody"'], 2, "segment", "s.toml", "--set", 'profile.letters=["nobody"]', cwd=self.folder)
        for key, value in (("profile.smallest_effect", "-1"), ("profile.statements", "21"), ("privacy.min_cell", "1"),
                           ("privacy.min_cell", "-5"), ("names.x", '"Planners"'), ("names.0", '""'), ("codebook.files", '"x"')):
            self.assert_fails(2, [key], 1, "segment", "s.toml", "--set", f"{key}={value}", cwd=self.folder)
        self.job("segment", "s.toml", "--output", "r.h5", "--no-profile")
        self.assert_fails(3, ["r.h5: there is no /profile"], 2, "export", "r.h5", "--profile", "--output", "x.csv", cwd=self.folder)

    def test_codebooks(self):
        (self.folder / "c.csv").write_text('column,value,label\nspend,,"What they spend, a year"\nspend,above,Spenders\nregion,,Region\n'
                                           "region,1,North\nregion,2,South\n")
        done = self.job("segment", "s.toml", "--set", 'codebook.files=["c.csv"]', "--set", 'names.0="Planners"', "--output", "r.h5", ranks=2)
        self.assertIn("Planners", done.stdout)
        rows = {(r["feature"], r["level"], r["segment"]): r for r in self.exported()}
        self.assertEqual(rows["spend", "", "Planners"]["label"], "What they spend, a year")
        self.assertEqual(rows["region", "2", "Planners"]["level_label"], "South")
        names = {r["segment"]: r["name"] for r in self.exported("personas")}
        self.assertEqual(names["Planners"], "Planners")
        for text, fault in (("a,b,c\n", "line 1: a codebook begins"), ("column,value,label\nx,1\n", "line 2: 2 cells"),
                            ("column,value,label\nx,1,\n", "line 2: an empty label"), ("column,value,label\n,1,y\n", "line 2: no column"),
                            ('column,value,label\nx,1,"y\n', "line 2: a quote")):
            (self.folder / "c.csv").write_text(text)
            self.assert_fails(3, ["c.csv: " + fault], 2, "segment", "s.toml", "--set", 'codebook.files=["c.csv"]', cwd=self.folder)
        self.assert_fails(4, ["nowhere.csv: can't read"], 2, "segment", "s.toml", "--set", 'codebook.files=["nowhere.csv"]', cwd=self.folder)

    def test_import_lays_a_codebook_beside_the_table(self):
        (self.folder / "d.csv").write_text("id,x\n1,1\n2,2\n3,1\n")
        (self.folder / "c.csv").write_text("column,value,label\nx,1,One\ny,,Not there\n")
        done = self.job("import", "d.csv", "--id", "id", "--codebook", "c.csv", "--output", "d.h5")
        self.assertIn('warning: --codebook: there is no column "y"', done.stderr)
        with h5py.File(self.folder / "d.h5") as file:
            self.assertEqual(file["codebook/label"].asstr()[()].tolist(), ["One", "Not there"])

    def test_formulas_are_harmless(self):
        self.job("segment", "s.toml", "--output", "r.h5")
        self.assertIn("'=1+1", {r["level"] for r in self.exported()})

    def test_letters(self):
        rows = self.rows("profile", "s.toml", "--by", "region", "--set", 'profile.letters=["spend"]')
        self.assertTrue(all(r["letters"] == "" for r in rows.values() if r["feature"] != "spend"))

    def test_ids_can_be_left_out(self):
        self.job("segment", "s.toml", "--output", "r.h5", "--set", "privacy.ids=false")
        with h5py.File(self.folder / "r.h5") as file:
            self.assertNotIn("typical", file)

    def test_the_same_bits_on_any_ranks(self):
        made_up(self.folder, rows=2000, weight=np.random.default_rng(2).integers(1, 4, 2000).astype(float))
        tail = np.exp(3 * np.random.default_rng(3).normal(size=2000))
        with h5py.File(self.folder / "t.h5", "a") as file:
            file["customers/tail"] = np.where(np.arange(2000) % 3 == 0, 0, tail)
        told = set()
        for ranks in (1, 2, 3, 4):
            for more in ((), ("--set", "input.weight=weight")):
                self.job("profile", "s.toml", "--by", "region", "--columns", "tail", "spend", "plan", "--csv", f"p{len(more)}.csv", *more,
                         ranks=ranks)
            told.add(((self.folder / "p0.csv").read_bytes(), (self.folder / "p2.csv").read_bytes()))
        self.assertEqual(len(told), 1)

    def test_assign_and_verify_know_of_it(self):
        self.job("segment", "s.toml", "--output", "r.h5", ranks=2)
        self.job("assign", "r.h5", "--input", "t.h5", "--output", "a.h5", ranks=3)
        for result in ("r.h5", "a.h5"):
            self.assertIn("is what version", self.job("verify", result, "--input", "t.h5", ranks=2).stdout)
        with h5py.File(self.folder / "r.h5") as one, h5py.File(self.folder / "a.h5") as other:
            for name, cells in one["profile"].items():
                np.testing.assert_array_equal(cells[()], other["profile"][name][()], name)
        with h5py.File(self.folder / "r.h5", "a") as file:
            file["profile/mean"][0] += 1
        self.assert_fails(3, ["1 differ"], 2, "verify", "r.h5", "--input", "t.h5", cwd=self.folder)


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

    def test_no_small_count_in_any_table(self):
        random = np.random.default_rng(8)
        made_up(self.folder, rows=300, rare=np.array(["a", "b", "c", "d"], dtype="S1")[np.minimum(3, random.geometric(0.7, 300) - 1)],
                score=np.where(random.random(300) < 0.1, random.integers(1, 6, 300), np.nan))
        spec = (self.folder / "s.toml").read_text().replace('"region", "plan"', '"region", "plan", "rare", "score"')
        (self.folder / "s.toml").write_text(spec.replace("k = 2", "k = 6") + "[privacy]\nmin_cell = 10\n")
        self.run_ok(2, "segment", "s.toml", "--output", "r.h5", cwd=self.folder)
        withheld = 0
        for table in ("profile", "personas"):
            self.run_ok(1, "export", "r.h5", f"--{table}", "--output", "x.csv", cwd=self.folder)
            for row in rows_of(self.folder / "x.csv"):
                for column in ("count", "base", "missing"):
                    if row.get(column):
                        self.assertFalse(0 < int(row[column]) < 10, row)
                withheld += row.get("verdict") == "withheld"
                if row.get("verdict") == "withheld":
                    self.assertEqual([row[c] for c in ("mean", "median", "share", "index_low", "sd", "q05")], [""] * 6)
        self.assertGreater(withheld, 0)
        with h5py.File(self.folder / "r.h5") as file:
            customers = file["neighbours/customers"][()]
            for name in ("count", "missing", "min", "max", "mean", "quantiles", "levels/count"):
                cells = file[f"features/{name}"][()]
                self.assertTrue((np.isnan(cells) if cells.dtype.kind == "f" else cells == -1).all(), name)
        self.assertFalse(((0 < customers) & (customers < 10)).any())

    def test_a_construct_does_not_tell_its_items(self):
        """And no terminal does."""
        random = np.random.default_rng(9)
        group = np.repeat([0, 1], 200)
        item = np.where(group == 0, random.choice([2, 3, 5], 400), random.choice([1, 2, 3, 4, 5], 400))
        item[:3] = 1  # three of segment 0, whose level and so whose mean is withheld
        with h5py.File(self.folder / "t.h5", "w") as file:
            for name, cells in {"customer_id": np.arange(400), "x": group * 9.0 + random.normal(size=400), "i1": item,
                                "i2": random.choice([1, 2, 3, 4, 5], 400)}.items():
                file[f"customers/{name}"] = cells
        (self.folder / "s.toml").write_text(
            '[input]\nfiles = ["t.h5"]\nid = "customer_id"\n[[features]]\ncolumns = ["x"]\n[[features]]\ncolumns = ["i1"]\n'
            'kind = "ordinal"\nweight = 0.001\n[[constructs]]\nname = "scale"\nitems = ["i1", "i2"]\nweight = 0.001\n[cluster]\nk = 2\n'
            '[privacy]\nmin_cell = 10\n')
        told = self.run_ok(2, "segment", "s.toml", "--output", "r.h5", cwd=self.folder).stdout
        self.assertNotIn("(all", told)
        self.run_ok(1, "export", "r.h5", "--profile", "--output", "x.csv", cwd=self.folder)
        rows = {(r["feature"], r["level"], r["segment"]): r for r in rows_of(self.folder / "x.csv")}
        small = [key for key in rows if key[0] == "i1" and key[1] == "1" and rows[key]["count"] == ""]
        self.assertTrue(small)
        for _, _, segment in small:
            for feature in ("i1", "scale"):
                self.assertEqual(rows[feature, "", segment]["mean"], "", (feature, segment))
        self.assertEqual(rows["i1", "", "all"]["df2"], "")

    def test_sizes_do_not_follow_from_other_features(self):
        """Base and missing add up to the same for every feature."""
        random = np.random.default_rng(10)
        region = np.repeat([b"A", b"B", b"C", b"D"], [7, 12, 13, 200])
        with h5py.File(self.folder / "t.h5", "w") as file:
            file["customers/region"] = region
            for name, lost in (("x", b"B"), ("z", b"C")):
                cells = random.normal(size=232)
                cells[(region == lost).nonzero()[0][:4]] = np.nan
                file[f"customers/{name}"] = cells
        rows = self.profile('[input]\nfiles = ["t.h5"]\n[[features]]\ncolumns = ["x", "z"]\n[privacy]\nmin_cell = 10\n', "region")
        told = {segment: int(rows[f, "", segment]["base"]) + int(rows[f, "", segment]["missing"]) for f in "xz" for segment in "ABCD"
                if rows[f, "", segment]["base"] and rows[f, "", segment]["missing"]}
        self.assertNotIn("A", told)
        self.assertLess(len(told), 3)

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
