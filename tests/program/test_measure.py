#!/usr/bin/env python3
"""What campaigns changed: figures that other programs have computed, the same bits on any ranks, intervals that cover,
tests that keep their error, and what is refused."""
import csv
import json
import os
import pathlib
import unittest

import h5py
import numpy as np
from scipy import stats

from program import ProgramTest, hash_datasets, tidy, warnings

DATA = pathlib.Path(__file__).resolve().parents[1] / "data"
REFERENCES = json.loads((DATA / "references/marketing.json").read_text())
REAL = pathlib.Path(os.environ.get("PSYCHOGRAPH_DATA", "/nowhere")) / "hillstrom"
JOURNEY = pathlib.Path(os.environ.get("PSYCHOGRAPH_DATA", "/nowhere")) / "completejourney"
SOAK = bool(os.environ.get("PSYCHOGRAPH_SOAK"))

CAMPAIGN = """[campaign]
files = ["campaign.h5"]
arm = "arm"
control = "none"
outcomes = ["visit", "spend"]
covariates = ["before", "age"]
by = ["region"]
"""


def made_up(n=6000, seed=4, lift=0.1):
    """Customers of three regions, whose visits and spending two mails change: only in the north by the second."""
    random = np.random.default_rng(seed)
    region = random.integers(0, 3, n)
    arm = random.integers(0, 3, n)
    age = random.integers(18, 80, n).astype(np.int8)
    before = np.round(random.gamma(2, 30, n), 2)
    rate = 0.15 + lift * (arm == 1) + 2 * lift * ((arm == 2) & (region == 0))
    visit = (random.random(n) < rate).astype(np.int8)
    spend = np.round(visit * random.gamma(2, 20, n) + 0.2 * before, 2)
    spend[random.random(n) < 0.02] = np.nan
    names = np.array([b"none", b"letter", b"mail"])
    return {"customer_id": np.arange(n) + 7, "arm": names[arm], "region": np.array([b"north", b"east", b"south"])[region],
            "age": age, "before": before, "visit": visit, "spend": spend}


class Measure(ProgramTest):
    def write(self, columns, name="campaign.h5"):
        with h5py.File(self.folder / name, "w") as file:
            for column, cells in columns.items():
                file[f"customers/{column}"] = cells
        return columns

    def spec(self, text=CAMPAIGN, extra=""):
        (self.folder / "campaign.toml").write_text(text + extra)

    def measure(self, *more, ranks=2, output="out.h5"):
        self.completed = self.run_ok(ranks, "measure", "campaign.toml", "--output", output, *more, cwd=self.folder)
        return {name: tidy(self.folder / output, f"campaign/{name}")
                for name in ("lifts", "means", "ratios", "balance", "adjusted", "heterogeneity", "targeting", "choices")}

    def refused(self, code, parts, *more, ranks=2):
        self.assert_fails(code, parts, ranks, "measure", "campaign.toml", "--output", "no.h5", *more, cwd=self.folder)
        self.assertFalse((self.folder / "no.h5").exists())


class Figures(Measure):
    def test_against_plain_numpy(self):
        c = self.write(made_up())
        self.spec()
        found = self.measure()
        rows = {(r["grouping"], r["segment"], r["arm"], r["outcome"]): r for r in found["lifts"]}
        self.assertEqual(len(rows), 2 * 2 * 4)
        for grouping, segment in (("all", "all"), ("region", "north"), ("region", "east"), ("region", "south")):
            inside = np.ones(len(c["arm"]), bool) if segment == "all" else c["region"] == segment.encode()
            for outcome in ("visit", "spend"):
                family = []
                for arm in ("letter", "mail"):
                    own, control = (c[outcome][inside & (c["arm"] == name) & ~np.isnan(c[outcome].astype(float))].astype(float)
                                    for name in (arm.encode(), b"none"))
                    row = rows[grouping, segment, arm, outcome]
                    lift = own.mean() - control.mean()
                    error = np.sqrt(own.var(ddof=1) / len(own) + control.var(ddof=1) / len(control))
                    self.assertEqual((row["n"], row["n_control"]), (len(own), len(control)))
                    for name, value in (("lift", lift), ("se", error), ("low", lift - stats.norm.ppf(.975) * error),
                                        ("p", 2 * stats.norm.sf(abs(lift) / error)), ("mean", own.mean()), ("mean_control", control.mean()),
                                        ("smallest_detectable", (stats.norm.ppf(.975) + stats.norm.ppf(.8)) * error)):
                        np.testing.assert_allclose(row[name], value, rtol=1e-9, err_msg=f"{grouping} {segment} {arm} {outcome} {name}")
                    family.append(row)
        north = rows["region", "north", "mail", "visit"]
        self.assertEqual(north["verdict"], "shown")
        self.assertEqual(rows["region", "south", "mail", "visit"]["verdict"], "too few to tell")
        self.assertIn("customers have nothing in \"spend\"", " ".join(warnings(self.completed)))
        differ = {(r["arm"], r["outcome"]): r for r in found["heterogeneity"]}
        self.assertLess(differ["mail", "visit"]["p"], 0.001)
        self.assertIn("would have gained", self.completed.stdout)
        chosen = {(r["chosen_on"], r["segment"]): r["arm"] for r in found["choices"] if r["outcome"] == "visit"}
        self.assertEqual({half: chosen[half, "north"] for half in ("even rows", "odd rows")}, {"even rows": "mail", "odd rows": "mail"})
        self.assertEqual({chosen[half, region] for half in ("even rows", "odd rows") for region in ("east", "south")}, {"letter"})

    def test_adjusted_against_least_squares(self):
        """Lin's regression with interactions in one piece, and HC2 from its hat matrix."""
        c = self.write(made_up(1500))
        self.spec()
        found = {(r["arm"], r["outcome"]): r for r in self.measure(ranks=3)["adjusted"]}
        for arm in ("letter", "mail"):
            for outcome in ("visit", "spend"):
                inside = ((c["arm"] == arm.encode()) | (c["arm"] == b"none")) & ~np.isnan(c[outcome].astype(float))
                x = np.column_stack([c["before"], c["age"].astype(float)])[inside]
                x = x - x.mean(axis=0)
                treated = (c["arm"][inside] == arm.encode()).astype(float)
                design = np.column_stack([np.ones(len(x)), treated, x, x * treated[:, None]])
                inverse = np.linalg.inv(design.T @ design)
                y = c[outcome][inside].astype(float)
                slopes = inverse @ design.T @ y
                leverage = np.einsum("ij,jk,ik->i", design, inverse, design)
                meat = design.T @ (design * ((y - design @ slopes) ** 2 / (1 - leverage))[:, None])
                np.testing.assert_allclose(found[arm, outcome]["lift"], slopes[1], rtol=1e-8)
                np.testing.assert_allclose(found[arm, outcome]["se"], np.sqrt((inverse @ meat @ inverse)[1, 1]), rtol=1e-8)

    def test_covariates_that_say_nothing_or_the_same(self):
        c = made_up(400)
        self.write(c | {"age": c["before"] * 2 + 1})
        self.spec()
        self.assertTrue(all(np.isnan(row["lift"]) for row in self.measure()["adjusted"]))
        self.write(c | {"age": np.full(400, 5, np.int8)})
        self.assertTrue(all(np.isnan(row["lift"]) for row in self.measure()["adjusted"]))

    def test_segments_of_a_result(self):
        c = self.write(made_up())
        table = {"customer_id": c["customer_id"][:-100][::-1], "age": c["age"][:-100][::-1]}
        self.write(table, "customers.h5")
        (self.folder / "spec.toml").write_text('[input]\nfiles = ["customers.h5"]\nid = "customer_id"\n[[features]]\ncolumns = ["age"]\n'
                                               '[cluster]\nk = 3\n[names]\n0 = "Many"\n')
        self.run_ok(2, "segment", "spec.toml", "--output", "s.h5", "--quiet", cwd=self.folder)
        self.spec(extra="[output]\npath = \"x.h5\"\n")
        found = self.measure("--segments", "s.h5", ranks=3)
        self.assertIn("100 customers of the table are not in s.h5", " ".join(warnings(self.completed)))
        by_segment = [r for r in found["lifts"] if r["grouping"] == "segment" and r["arm"] == "mail" and r["outcome"] == "visit"]
        self.assertEqual({r["segment"] for r in by_segment}, {"Many", "segment 1", "segment 2"})
        with h5py.File(self.folder / "s.h5") as file:
            segment = dict(zip(file["assignments/customer_id"][()].tolist(), file["assignments/segment"][()].tolist()))
        of_row = np.array([segment.get(one, -1) for one in c["customer_id"].tolist()])
        for row in by_segment:
            number = 0 if row["segment"] == "Many" else int(row["segment"].split()[1])
            self.assertEqual(row["n"], ((of_row == number) & (c["arm"] == b"mail")).sum())
        self.assertEqual(sum(r["n"] for r in found["means"] if r["grouping"] == "all" and r["outcome"] == "visit"), len(c["arm"]))

    def test_ranks(self):
        self.write(made_up(3000))
        self.spec()
        self.assert_same_on_ranks(lambda ranks: (self.measure(ranks=ranks, output=f"out-{ranks}.h5"), self.folder / f"out-{ranks}.h5")[1])

    def test_csv(self):
        self.write(made_up(600))
        self.spec()
        found = self.measure("--csv", "tables")
        with open(self.folder / "tables/lifts.csv", newline="") as file:
            rows = list(csv.DictReader(file))
        self.assertEqual(len(rows), len(found["lifts"]))
        self.assertEqual(float(rows[0]["lift"]), found["lifts"][0]["lift"])

    def test_without_a_control(self):
        self.write(made_up(900))
        self.spec(CAMPAIGN.replace('control = "none"\n', ""))
        found = self.measure()
        self.assertEqual(found["lifts"], [])
        self.assertIn("No arm is a control", self.completed.stdout)
        row = next(r for r in found["means"] if r["grouping"] == "all" and r["outcome"] == "visit")
        k, n = round(row["mean"] * row["n"]), row["n"]
        interval = stats.binomtest(k, n).proportion_ci(method="wilson")
        np.testing.assert_allclose((row["low"], row["high"]), (interval.low, interval.high), rtol=1e-9)

    def test_arms_that_are_not_as_planned(self):
        c = made_up(3000)
        keep = (c["arm"] != b"mail") | (np.arange(3000) % 5 != 0)
        self.write({name: cells[keep] for name, cells in c.items()})
        self.spec()
        found = self.measure()
        everybody = next(r for r in found["ratios"] if r["grouping"] == "all")
        counts = [(c["arm"][keep] == name).sum() for name in (b"letter", b"mail", b"none")]
        expected = stats.chisquare(counts)
        np.testing.assert_allclose((everybody["chi2"], everybody["p"]), expected, rtol=1e-9)
        self.assertEqual(everybody["verdict"], "not as planned")
        self.assertIn("don't trust what follows", self.completed.stdout)
        self.spec(extra='[campaign.ratios]\nmail = 8\nletter = 10\nnone = 10\n')
        self.assertEqual(self.measure()["ratios"][0]["verdict"], "as planned")
        self.spec(extra='smallest_deviation = 0.2\n')
        self.assertEqual(self.measure()["ratios"][0]["verdict"], "off, but by little")

    def test_small_groups_are_withheld(self):
        c = made_up(2000)
        c["region"] = c["region"].copy()
        c["region"][:9] = b"islet"
        self.write(c)
        self.spec(extra="[privacy]\nmin_cell = 10\n")
        found = self.measure()
        rows = [r for r in found["lifts"] if r["segment"] == "islet"]
        self.assertTrue(rows and all(r["verdict"] == "withheld" and np.isnan(r["lift"]) and r["n"] == -1 for r in rows))
        # One group alone would follow from the others and from everybody.
        others = {r["segment"] for r in found["means"] if r["grouping"] == "region" and r["n"] == -1}
        self.assertGreater(len(others), 1)

    def test_refused(self):
        c = self.write(made_up(300))
        for text, code, parts in (
                (CAMPAIGN.replace('control = "none"', 'control = "nome"'), 3, ['column "arm" has no "nome"', 'did you mean "none"?']),
                (CAMPAIGN.replace('"spend"]', '"spent"]'), 3, ['no column "spent"', "[campaign]", 'did you mean "spend"?']),
                (CAMPAIGN.replace('"spend"]', '"region"]').replace('by = ["region"]\n', ""), 3, ['column "region" holds words', "campaign.outcomes"]),
                (CAMPAIGN.replace('outcomes = ["visit", "spend"]', "outcomes = []"), 2, ["campaign.outcomes"]),
                (CAMPAIGN.replace('"age"]', '"visit"]'), 2, ["campaign.covariates", '"visit" is no covariate']),
                (CAMPAIGN.replace('["region"]', '["arm"]'), 2, ["campaign.by", '"arm" makes no groups']),
                (CAMPAIGN.replace('arm = "arm"\n', ""), 2, ["campaign.arm", "which column"]),
                (CAMPAIGN + '[campaign.ratios]\nmail = 1\nletter = 1\n', 3, ["campaign.ratios", '"none"']),
                (CAMPAIGN + '[campaign.ratios]\nmail = 1\npost = 1\nnone = 1\n', 3, ['column "arm" has no "post"']),
                (CAMPAIGN + '[campaign.ratios]\nmail = 0\nnone = 1\n', 2, ["campaign.ratios.mail"]),
                (CAMPAIGN + "smallest_lift = -1\n", 2, ["campaign.smallest_lift"]),
                (CAMPAIGN + "smallest_deviation = 2\n", 2, ["campaign.smallest_deviation"]),
                (CAMPAIGN + 'colour = "red"\n', 2, ["campaign.colour", "unknown key"]),
                ("[input]\nfiles = []\n", 2, ["campaign"])):
            with self.subTest(parts=parts):
                self.spec(text)
                self.refused(code, parts)
        self.spec()
        self.refused(3, ["nowhere.h5"], "--segments", "nowhere.h5")
        self.write(c | {"arm": np.full(300, b"none")})
        self.refused(3, ["the control alone"])
        self.write(c | {"arm": np.arange(300)})
        self.spec(CAMPAIGN.replace('control = "none"\n', ""))
        self.refused(3, ["at most 100 arms"])


class Doubt(Measure):
    """A column each is a campaign of its own: as many families of lifts as there are outcomes."""
    CAMPAIGNS = 2000 if SOAK else 100

    def simulate(self, lifts, n=4000, arms=2, groups=6, seed=11):
        random = np.random.default_rng(seed)
        group, arm = random.integers(0, groups, n), random.integers(0, arms, n)
        columns = {"customer_id": np.arange(n), "arm": np.array([b"none", b"a", b"b", b"c"])[arm], "group": group}
        for i in range(self.CAMPAIGNS):
            columns[f"y{i:04}"] = (random.gamma(1.5, 1.0, n) + lifts(group, arm)).astype(np.float32)
        self.write(columns)
        self.spec('[campaign]\nfiles = ["campaign.h5"]\narm = "arm"\ncontrol = "none"\nby = ["group"]\noutcomes = ['
                  + ", ".join(f'"y{i:04}"' for i in range(self.CAMPAIGNS)) + "]\n")
        return self.measure("--quiet")

    def within(self, share, low, high):
        """A twentieth of the campaigns is allowed three of its own deviations more."""
        slack = 0 if SOAK else 3 * np.sqrt(low * (1 - low) / self.CAMPAIGNS) if low > 0 else 3 * np.sqrt(high * (1 - high) / self.CAMPAIGNS)
        self.assertGreaterEqual(share, low - slack)
        self.assertLessEqual(share, high + slack)

    def test_intervals_cover(self):
        found = self.simulate(lambda group, arm: 0.2 * arm * (group % 3))
        covered = [row["low"] <= 0.2 * (int(row["segment"]) % 3) <= row["high"] for row in found["lifts"] if row["grouping"] == "group"]
        self.within(np.mean(covered), 0.935, 0.965)

    def test_nothing_is_shown_where_nothing_is(self):
        found = self.simulate(lambda group, arm: 0.0, arms=3, seed=12)
        families = {}
        for row in found["lifts"]:
            if row["grouping"] == "group":
                families[row["outcome"]] = families.get(row["outcome"], False) or row["verdict"] == "shown"
        self.assertEqual(len(families), self.CAMPAIGNS)
        self.within(np.mean(list(families.values())), 0, 0.06)
        useless = [row["verdict"] != "gains" for row in found["targeting"]]
        self.within(np.mean(useless), 0.94, 1)


@unittest.skipUnless((REAL / "hillstrom.csv").exists(), "the e-mail campaign is not here, and may not be committed: PSYCHOGRAPH_DATA")
class Hillstrom(Measure):
    def setUp(self):
        super().setUp()
        with open(REAL / "hillstrom.csv", newline="") as source, open(self.folder / "hillstrom.csv", "w", newline="") as file:
            rows = csv.writer(file)
            for i, row in enumerate(csv.reader(source)):
                mens, womens = row[3:5]
                rows.writerow([*row, "buyer" if i == 0 else "both" if mens == womens else "mens only" if mens == "1" else "womens only"])
        self.run_ok(2, "import", "hillstrom.csv", "--output", "campaign.h5", cwd=self.folder)
        self.spec('[campaign]\nfiles = ["campaign.h5"]\nid = "row"\narm = "segment"\ncontrol = "No E-Mail"\n'
                  'outcomes = ["visit", "conversion", "spend"]\ncovariates = ["recency", "history", "mens", "womens", "newbie"]\n'
                  'by = ["history_segment", "channel"]\n')

    def close(self, found, expected, what):
        np.testing.assert_allclose(found, expected, rtol=1e-8, atol=1e-12, err_msg=str(what))

    def test_the_references(self):
        found = self.measure()
        known = REFERENCES["campaign"]
        self.close(found["ratios"][0]["chi2"], known["srm"]["chi2"], "srm")
        self.close(found["ratios"][0]["p"], known["srm"]["p"], "srm")
        by_group = {row["segment"]: row for row in found["ratios"] if row["grouping"] == "history_segment"}
        for group, expected in known["srm_by_history_segment"].items():
            self.close(by_group[group]["chi2"], expected["chi2"], group)
            self.close(by_group[group]["p"], expected["p"], group)
        balance = {f'{row["arm"]}|{row["covariate"]}': row["standardised_difference"] for row in found["balance"]}
        for case, expected in known["balance_smd"].items():
            self.close(balance[case], expected, case)
        lifts = {f'{row["arm"]}|{row["outcome"]}': row for row in found["lifts"] if row["grouping"] == "all"}
        for case, expected in known["mde"].items():
            self.close([lifts[case][name] for name in ("lift", "se", "smallest_detectable")],
                       [expected[name] for name in ("lift", "se", "mde_80")], case)
        for grouping, key in (("history_segment", "heterogeneity_by_history_segment"), ("channel", "heterogeneity_by_channel")):
            rows = {f'{row["arm"]}|{row["outcome"]}': row for row in found["heterogeneity"] if row["grouping"] == grouping}
            for case, expected in known[key].items():
                for name in ("groups", "pooled_lift", "cochran_q", "df", "p", "i2"):
                    self.close(rows[case][name], expected[name], (grouping, case, name))
        gain = next(row for row in found["targeting"] if row["grouping"] == "history_segment" and row["outcome"] == "visit")
        self.close((gain["gain"], gain["se"]), [REFERENCES["targeting_gain"]["visit_by_history_segment"][name] for name in ("gain_over_single_arm", "se")], "gain")
        self.assertIn("choosing the arm by it would have lost 0.0009405 of visit a customer", self.completed.stdout)
        choices = {(row["chosen_on"], row["segment"]): row["arm"] for row in found["choices"]
                   if row["grouping"] == "history_segment" and row["outcome"] == "visit"}
        for half in ("even", "odd"):
            for group, arm in REFERENCES["targeting_gain"]["visit_by_history_segment"][f"chosen_on_{half}_rows"].items():
                self.assertEqual(choices[f"{half} rows", group], arm)

    def test_adjusted(self):
        found = self.measure("--set", 'campaign.covariates=["history","recency"]')
        rows = {row["outcome"]: row for row in found["adjusted"] if row["arm"] == "Mens E-Mail"}
        for outcome in ("visit", "conversion", "spend"):
            expected = REFERENCES["campaign"]["adjusted_mens"][outcome]
            self.close((rows[outcome]["lift"], rows[outcome]["se"]), (expected["lift"], expected["se_hc2"]), outcome)

    def test_lifts_by_group(self):
        """To the last digit shown: eight of them."""
        with open(REAL / "reference_lifts_by_group.csv", newline="") as file:
            expected = list(csv.DictReader(file))
        columns = sorted({row["by"] for row in expected})
        found = self.measure("--set", f"campaign.by={json.dumps(columns)}")
        rows = {(row["grouping"], row["segment"], row["arm"], row["outcome"]): row for row in found["lifts"]}
        for row in expected:
            own = rows[row["by"], row["group"], row["arm"], row["outcome"]]
            for name, ours in (("n_t", "n"), ("n_c", "n_control"), ("mean_t", "mean"), ("mean_c", "mean_control"), ("lift", "lift"),
                               ("se", "se"), ("lo", "low"), ("hi", "high"), ("p", "p"), ("p_holm", "p_holm"), ("p_bh", "q")):
                # Their quantile of the normal distribution ends at 1.959964.
                figure = own["lift"] + (-1.959964 if name == "lo" else 1.959964) * own["se"] if name in ("lo", "hi") else own[ours]
                self.assertEqual(f"{figure:.8g}", f"{float(row[name]):.8g}", (row, name))
                if name in ("lo", "hi"):
                    np.testing.assert_allclose(own[ours], float(row[name]), rtol=1e-8, atol=1e-6 * own["se"])


@unittest.skipUnless((JOURNEY / "campaigns.csv").exists(), "the grocer's campaigns are not here, and may not be committed: PSYCHOGRAPH_DATA")
class CompleteJourney(Measure):
    def rows(self, name):
        with open(JOURNEY / f"{name}.csv", newline="") as file:
            return list(csv.DictReader(file))

    def test_a_campaign_without_a_control(self):
        """Whoever was reached by campaign 18, and redeemed a coupon of it."""
        redeemed = {row["household_id"] for row in self.rows("coupon_redemptions") if row["campaign_id"] == "18"}
        age = {row["household_id"]: row["age"] for row in self.rows("demographics")}
        with open(self.folder / "reached.csv", "w", newline="") as file:
            table = csv.writer(file)
            table.writerow(["household_id", "campaign", "redeemed", "age"])
            for row in self.rows("campaigns"):
                if row["campaign_id"] == "18":
                    household = row["household_id"]
                    table.writerow([household, "coupons", int(household in redeemed), age.get(household, "")])
        self.run_ok(2, "import", "reached.csv", "--output", "campaign.h5", cwd=self.folder)
        self.spec('[campaign]\nfiles = ["campaign.h5"]\nid = "household_id"\narm = "campaign"\noutcomes = ["redeemed"]\nby = ["age"]\n')
        found = self.measure()
        self.assertEqual(found["lifts"], [])
        means = {(row["grouping"], row["segment"]): row for row in found["means"]}
        known = REFERENCES["campaign"]["completejourney_campaign_18_descriptive"]
        everybody = means["all", "all"]
        self.assertEqual((everybody["n"], round(everybody["n"] * everybody["mean"])), (known["reached"], known["redeemed"]))
        np.testing.assert_allclose([everybody[name] for name in ("mean", "low", "high")], [known[name] for name in ("rate", "lo", "hi")], rtol=1e-8)
        self.assertEqual({segment for grouping, segment in means if grouping == "age"}, set(known["by_age"]))
        for group, expected in known["by_age"].items():
            row = means["age", group]
            self.assertEqual((row["n"], round(row["n"] * row["mean"])), (expected["reached"], expected["redeemed"]))
            np.testing.assert_allclose([row[name] for name in ("mean", "low", "high")], [expected[name] for name in ("rate", "lo", "hi")], rtol=1e-8)


if __name__ == "__main__":
    unittest.main()
