#!/usr/bin/env python3
"""The report of a campaign. Every figure, and every place in a picture, is held against the file."""
import re
import unittest

import h5py
import numpy as np

from program import tidy
from reports import BrowserTest, ReportTest, modules, number

SEGMENTS = '[input]\nfiles = ["g.h5"]\nid = "customer_id"\n[[features]]\ncolumns = ["feature_*"]\n[cluster]\nk = 4\n'
CAMPAIGN = ('[campaign]\nfiles = ["c.h5"]\narm = "arm"\ncontrol = "none"\noutcomes = ["visit", "purchase", "spend"]\ncovariates = ["spend_before"]\n')


class Campaigns(ReportTest):
    def generate(self, *more, customers=40_000):
        self.run_ok(2, "generate", "--customers", customers, "--features", "3", "--segments", "4", "--separation", "30", "--output", "g.h5", "--campaign", "c.h5", "--quiet",
                    *more, cwd=self.folder)

    def measure(self, text=CAMPAIGN, segments=True, output="m.h5"):
        (self.folder / "s.toml").write_text(SEGMENTS)
        (self.folder / "c.toml").write_text(text)
        if segments:
            self.run_ok(2, "segment", "s.toml", "--output", "r.h5", "--quiet", cwd=self.folder)
        self.run_ok(2, "measure", "c.toml", *(["--segments", "r.h5"] if segments else []), "--output", output, "--quiet", cwd=self.folder)

    def table(self, name):
        return tidy(self.folder / "m.h5", f"campaign/{name}")

    def refused(self, parts, *files, code=3):
        self.assert_fails(code, parts, 1, "report", *files, "--output", "no.html", cwd=self.folder)
        self.assertFalse((self.folder / "no.html").exists())


class Figures(Campaigns):
    def check_forest(self, picture, rows, everybody, times, digits):
        """Dots and intervals stand where the axis says; a pixel is the room that rounding has."""
        one, other = picture["ticks"][0], picture["ticks"][-1]
        low, high = number(one["text"]), number(other["text"])
        at = lambda value: one["x"] + (other["x"] - one["x"]) * (times * value - low) / (high - low)
        by_place = {(row["segment"], row["arm"]): row for row in rows}
        arms = list(dict.fromkeys(row["arm"] for row in rows))
        self.assertEqual({group["name"] for group in picture["groups"]}, {row["segment"] for row in rows})
        for group in picture["groups"]:
            for line in group["lines"]:
                row = by_place[group["name"], arms[line["number"] - 1]]
                self.assertAlmostEqual(line["x"], at(row["lift"]), delta=1)
                if not line["cut"]:
                    self.assertAlmostEqual(line["low"], at(row["low"]), delta=1)
                    self.assertAlmostEqual(line["high"], at(row["high"]), delta=1)
                self.assertEqual(line["shown"], row["verdict"] == "shown")
                figures = [number(one) for one in re.findall(r"[+−]?[\d.]+", line["text"])]
                np.testing.assert_allclose(figures, [times * row[name] for name in ("lift", "low", "high")], atol=.51 * 10.0 ** -digits)
        self.assertAlmostEqual(picture["zero"], at(0), delta=1)
        for mark in picture["marks"]:
            self.assertAlmostEqual(mark["x"], at(everybody[arms[mark["number"] - 1]]["lift"]), delta=1)
        firsts = [by_place[group["name"], arms[0]]["lift"] for group in picture["groups"]]
        self.assertEqual(firsts, sorted(firsts, reverse=True))

    def test_says_what_measure_found(self):
        self.generate(customers=100_000)
        self.measure()
        told, page = self.told("m.h5")
        campaign = told["more"]["campaign"]
        lifts = self.table("lifts")
        everybody = {(row["arm"], row["outcome"]): row for row in lifts if row["grouping"] == "all"}
        self.assertEqual((told["kind"], campaign["control"], campaign["outcomes"]), ("campaign", "none", ["visit", "purchase", "spend"]))
        self.assertEqual([one["name"] for one in campaign["arms"]], ["mail", "letter"])
        for one in campaign["verdicts"]:
            for sentence, arm in zip(one["sentences"], ("mail", "letter")):
                row = everybody[arm, one["outcome"]]
                kind = ("raises" if row["lift"] > 0 else "lowers") if row["verdict"] == "shown" else row["verdict"]
                self.assertEqual(sentence["kind"], kind)
                self.assertTrue(sentence["text"].startswith(arm))
                self.assertIn(sentence["text"].replace(" %", "\u00a0%"), page)
        visit = everybody["mail", "visit"]
        self.assertEqual(campaign["verdicts"][0]["sentences"][0]["text"],
                         f"mail raises visit from {100 * visit['mean_control']:.1f} % to {100 * visit['mean']:.1f} %: by {100 * visit['lift']:.1f} "
                         f"({100 * visit['low']:.1f} to {100 * visit['high']:.1f}) percentage points.")
        for row in campaign["everybody"]:
            own = everybody[row["arm"], row["outcome"]]
            self.assertEqual((number(row["n"]), number(row["n_control"]), number(row["next_test"]), row["verdict"]), (own["n"], own["n_control"], own["next_test"], own["verdict"]))
            times, digits = (1, 2) if row["outcome"] == "spend" else (100, 1 if row["outcome"] == "visit" else 2)
            self.assertEqual(number(row["detectable"]), round(times * own["smallest_detectable"], digits))
            self.assertEqual(number(row["mean"].removesuffix(" %")), round(times * own["mean"], digits))
            self.assertEqual(row["mean"].endswith("%"), row["outcome"] != "spend")
        part, = campaign["parts"]
        self.assertEqual((part["grouping"], part["groups"], part["rows_left_out"]), ("segment", 4, 0))
        for one in part["pictures"]:
            rows = [row for row in lifts if row["grouping"] == "segment" and row["outcome"] == one["outcome"]]
            of_all = {arm: everybody[arm, one["outcome"]] for arm in ("mail", "letter")}
            self.check_forest(one["picture"], rows, of_all, 1 if one["outcome"] == "spend" else 100, {"visit": 1}.get(one["outcome"], 2))
            self.assertEqual(len(one["rows"]), 8)
            gain = next(row for row in self.table("targeting") if row["outcome"] == one["outcome"])
            self.assertIn({"gains": "would have paid", "loses": "would have lost", "no gain shown": "is not shown to pay"}[gain["verdict"]], one["targeting"])
            times = 1 if one["outcome"] == "spend" else 100
            figures = [number(figure) for figure in re.findall(r"[−]?\d+\.\d+", one["targeting"])]
            sign = -1 if gain["verdict"] == "loses" else 1
            np.testing.assert_allclose(figures, [times * sign * gain["gain"], *sorted(times * sign * gain[end] for end in ("low", "high")), times * gain["se"]], rtol=.3, atol=.01)
            chosen = [row for row in self.table("choices") if row["outcome"] == one["outcome"] and row["chosen_on"] == "even rows"]
            self.assertEqual([row["even"] for row in one["choices"]], [row["arm"] for row in chosen])
            for arm, sentence in zip(("mail", "letter"), one["differ"]):
                differ = next(row for row in self.table("heterogeneity") if row["arm"] == arm and row["outcome"] == one["outcome"])
                self.assertIn("by more than chance" if differ["p"] <= .05 else "no more than by chance", sentence)
                self.assertIn(f"in {sum(row['verdict'] == 'shown' for row in rows if row['arm'] == arm)} of 4", sentence)
        self.assertIn("as large as they were planned", campaign["trust"][0])
        self.assertIn("none of 2 differences", campaign["trust"][1])
        self.assertFalse(campaign["warned"])
        self.assertEqual(page.count("<svg class=\"chart wide\""), 3)

    def test_beside_its_segments(self):
        self.generate()
        self.measure()
        told, page = self.told("r.h5", "m.h5")
        names = {page["segment_id"]: page["name"] for page in told["pages"]}
        for one in told["more"]["campaign"]["parts"][0]["pictures"]:
            self.assertEqual({group["id"]: group["name"] for group in one["picture"]["groups"]}, names)
        self.assertIn('<a href="#campaign">Campaign</a>', page)
        self.refused(["a campaign is a page by itself", "name the result of its segments first"], "m.h5", "r.h5")
        self.refused(["is a second campaign"], "r.h5", "m.h5", "m.h5")
        self.measure(segments=False, output="all.h5")
        self.refused(["all.h5: was not measured by segments"], "r.h5", "all.h5")
        self.run_ok(2, "segment", "s.toml", "--set", "cluster.k=3", "--output", "other.h5", "--quiet", cwd=self.folder)
        self.refused(["m.h5: is of other segments"], "other.h5", "m.h5")
        with h5py.File(self.folder / "m.h5", "a") as file:
            del file["campaign/means"]
        self.refused(["m.h5", "/campaign/means has no rows"], "m.h5")

    def test_arms_that_are_not_as_planned(self):
        self.generate("--arms", "none=1,mail=2", "--lifts=-0.04")
        self.measure()
        told, page = self.told("m.h5")
        self.assertTrue(told["more"]["campaign"]["warned"])
        self.assertIn("don&#39;t act on any figure", page)
        self.assertEqual([one["kind"] for one in told["more"]["campaign"]["verdicts"][0]["sentences"]], ["lowers"])
        self.assertIn("One arm is the best in every group: none.", page)

    def test_without_a_control(self):
        self.generate()
        self.measure(CAMPAIGN.replace('control = "none"\n', ""))
        told, page = self.told("m.h5")
        campaign = told["more"]["campaign"]
        self.assertIn("No arm was a control", page)
        self.assertEqual((campaign["verdicts"], campaign["everybody"]), ([], []))
        means = {(row["arm"], row["outcome"]): row for row in self.table("means") if row["grouping"] == "all"}
        for row in campaign["means"]:
            self.assertAlmostEqual(number(row["mean"].split(" ")[0]), means[row["arm"], row["outcome"]]["mean"] * (1 if row["outcome"] == "spend" else 100), delta=.06)
        picture = campaign["parts"][0]["pictures"][0]["picture"]
        self.assertIsNone(picture["zero"])
        self.assertEqual([len(group["lines"]) for group in picture["groups"]], [3] * 4)

    def test_small_groups(self):
        self.generate(customers=3000)
        with h5py.File(self.folder / "c.h5", "a") as file:
            file["customers/town"] = np.where(np.arange(3000) < 12, b"islet", np.where(np.arange(3000) % 2, b"york", b"leeds"))
        self.measure(CAMPAIGN + 'by = ["town"]\n[privacy]\nmin_cell = 20\n', segments=False)
        told, _ = self.told("m.h5")
        for one in told["more"]["campaign"]["parts"][0]["pictures"]:
            self.assertNotIn("islet", {group["name"] for group in one["picture"]["groups"]} if one["picture"] else set())
            for row in one["rows"]:
                if row["name"] == "islet":
                    self.assertEqual((row["n"], row["lift"], row["detectable"], row["verdict"]), ("–", "–", "–", "withheld"))

    def test_of_many_some(self):
        random = np.random.default_rng(2)
        n = 60_000
        with h5py.File(self.folder / "c.h5", "w") as file:
            file["customers/customer_id"] = np.arange(n)
            file["customers/arm"] = np.array([b"none", *(b"mail %02d" % i for i in range(11))])[random.integers(0, 12, n)]
            file["customers/town"] = random.integers(0, 300, n)
            for i in range(8):
                file[f"customers/y{i}"] = random.normal(size=n) + (file["customers/town"][:] % 2)
        self.measure('[campaign]\nfiles = ["c.h5"]\narm = "arm"\ncontrol = "none"\nby = ["town"]\noutcomes = [' + ", ".join(f'"y{i}"' for i in range(8)) + "]\n", segments=False)
        told, page = self.told("m.h5")
        campaign = told["more"]["campaign"]
        self.assertEqual((len(campaign["outcomes"]), campaign["outcomes_left_out"], len(campaign["arms"]), campaign["arms_left_out"]), (6, 2, 8, 3))
        picture = campaign["parts"][0]["pictures"][0]
        self.assertEqual((len(picture["picture"]["groups"]), picture["picture"]["left_out"], len(picture["rows"])), (40, 260, 300))
        self.assertEqual(campaign["parts"][0]["rows_left_out"], 300 * 11 - 300)
        self.assertLess(len(page.encode()), 2 << 20)
        self.assertNotIn("nan", page.split("<main")[1].split("<script")[0].lower().replace("finance", ""))

    def test_how_figures_are_written(self):
        campaign, words = modules(self, "campaign")
        own = words["campaign"]
        rows = [{"mean": .02, "sd": float(np.sqrt(.02 * .98 * 1000 / 999)), "n": 1000}]
        share = campaign.Outcome("y", rows, [.0004], own)
        self.assertEqual((share.is_share, share.digits), (True, 2))
        self.assertEqual(share.lift({"lift": -.00123, "low": -.002, "high": .00001}), "−0.12 (−0.20 to 0.00)")
        self.assertEqual((share.mean(.02), share.mean(None), share.size(None)), ("2.00 %", "–", "–"))
        amount = campaign.Outcome("y", [rows[0] | {"sd": 4.0}], [35.0], own)
        self.assertEqual((amount.is_share, amount.digits, amount.mean(12345.6)), (False, 0, "12\u00a0346"))
        self.assertFalse(campaign.is_flag([{"mean": None, "sd": None, "n": -1}]))
        self.assertEqual(campaign.chance(.0004), "p\u00a0<\u00a00.001")


class Playbooks(Campaigns):
    def test_the_brief_leads_with_what_was_shown(self):
        self.generate("--baseline", "0.3", "--lifts", "0.06,-0.06,0", customers=60_000)
        with h5py.File(self.folder / "g.h5", "a") as file:
            for name in ("mails", "letters"):
                file[f"customers/{name}"] = np.random.default_rng(5).integers(0, 2, 60_000).astype(np.int8)
        self.measure()
        (self.folder / "b.toml").write_text('[[playbook]]\nrole = "channel"\noptions = ["mail", "letter"]\ncolumns = ["mails", "letters"]\n')
        self.run_ok(2, "playbook", "r.h5", "--spec", "b.toml", "--campaign", "m.h5", "--output", "p.h5", cwd=self.folder)
        told, page = self.told("r.h5", "p.h5", "m.h5", "--brief", "brief.txt")
        options = tidy(self.folder / "p.h5", "playbook/options")
        for one in told["pages"]:
            trials = {row["option"]: row for row in options if row["segment_id"] == one["segment_id"]}
            lines = {line["option"]: line for line in one["brief"] if line["kind"] in ("raises", "lowers", "open")}
            self.assertEqual(set(lines), set(trials))
            for option, line in lines.items():
                row = trials[option]
                self.assertEqual(line["kind"], row["trial"] if row["trial"] in ("raises", "lowers") else "open")
                self.assertEqual(line["grade"], "tested" if row["trial"] in ("raises", "lowers") else "tried")
                self.assertIn(f"{abs(row['lift']):.3f}" if abs(row["lift"]) >= .01 else f"{abs(row['lift']):.4f}", line["sentence"])
        brief = (self.folder / "brief.txt").read_text()
        self.assertIn("Shown to work here\n    - mail: raises visit by 0.0", brief)
        self.assertIn("tested by lot", brief)
        self.assertIn("By lot, more visit", page)
        shown = [row for segment in told["more"]["playbook"]["segments"] for row in segment["options"] if row["trial"] == "raises"]
        self.assertTrue(shown)


class Browser(BrowserTest, Campaigns):
    def test_alone(self):
        self.generate()
        self.measure()
        self.report("m.h5", "--output", "report.html")
        self.look("report.html", "--campaign")

    def test_beside_its_segments(self):
        self.generate()
        self.measure()
        self.report("r.h5", "m.h5", "--output", "report.html")
        self.look("report.html")


if __name__ == "__main__":
    unittest.main()
