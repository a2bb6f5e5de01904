#!/usr/bin/env python3
"""A playbook beside a campaign: what was shown by lot is tested, what was not is told so."""
import unittest

import h5py
import numpy as np

from program import ProgramTest, tidy

SPEC = '''[input]
files = ["g.h5"]
id = "customer_id"
[[features]]
columns = ["feature_*"]
[cluster]
k = 3
'''
BLOCK = '''[[playbook]]
role = "channel"
options = ["mail", "letter", "shop"]
columns = ["mails", "letters", "shops"]
'''
CAMPAIGN = '[campaign]\nfiles = ["c.h5"]\narm = "arm"\ncontrol = "none"\noutcomes = ["visit", "spend"]\n'


class Trials(ProgramTest):
    """Mail raises visits in segment 0, lowers them in segment 1, and does nothing in segment 2; letters the other way round."""

    def setUp(self):
        super().setUp()
        self.job("generate", "--customers", "60000", "--features", "3", "--segments", "3", "--separation", "30", "--output", "g.h5", "--campaign", "c.h5",
                 "--baseline", "0.3", "--lifts", "0.05,-0.05,0", "--quiet")
        random = np.random.default_rng(5)
        with h5py.File(self.folder / "g.h5", "a") as file:
            for name in ("mails", "letters", "shops"):
                file[f"customers/{name}"] = random.integers(0, 2, 60_000).astype(np.int8)
        (self.folder / "s.toml").write_text(SPEC)
        (self.folder / "c.toml").write_text(CAMPAIGN)
        (self.folder / "b.toml").write_text(BLOCK)
        self.job("segment", "s.toml", "--output", "r.h5", "--quiet")
        self.job("measure", "c.toml", "--segments", "r.h5", "--output", "m.h5", "--quiet")

    def job(self, *arguments, ranks=2):
        self.completed = self.run_ok(ranks, *arguments, cwd=self.folder)
        return self.completed

    def options(self, *more, ranks=2, output="p.h5", spec="b.toml"):
        self.job("playbook", "r.h5", "--spec", spec, "--output", output, *more, ranks=ranks)
        return {(row["option"], row["segment_id"]): row for row in tidy(self.folder / output, "playbook/options")}

    def test_what_is_shown_is_tested(self):
        found = self.options("--campaign", "m.h5")
        lifts = {(row["segment"], row["arm"]): row for row in tidy(self.folder / "m.h5", "campaign/lifts") if row["outcome"] == "visit"}
        trials = {place: row["trial"] for place, row in found.items()}
        self.assertEqual([trials["mail", s] for s in (0, 1)], ["raises", "lowers"])
        self.assertEqual([trials["letter", s] for s in (0, 2)], ["lowers", "raises"])
        self.assertIn(trials["mail", 2], ("not shown", "too few to tell"))
        for (option, segment), row in found.items():
            if option == "shop":
                self.assertEqual((row["trial"], row["arm"], row["arm_customers"], row["grade"]), ("", "", -1, "observed"))
                self.assertTrue(np.isnan(row["lift"]))
                continue
            own = lifts["all" if segment < 0 else f"segment {segment}", option]
            self.assertEqual((row["arm"], row["outcome"]), (option, "visit"))
            for name, of in (("lift", "lift"), ("lift_low", "low"), ("lift_high", "high"), ("lift_p", "p_holm"), ("arm_customers", "n"),
                             ("control_customers", "n_control")):
                self.assertEqual(row[name], own[of], (option, segment, name))
            self.assertEqual(row["grade"], "tested" if own["verdict"] == "shown" else "observed")
        told = self.completed.stdout.split("What the campaign has shown\n")[1]
        self.assertEqual(told.count("; tested"), sum(row["grade"] == "tested" for place, row in found.items() if place[1] >= 0))
        self.assertRegex(told, r"channel mail: visit 0\.0\d+ \(0\.0\d+ to 0\.0\d+\) beside those without it, \d+ and \d+ customers; tested")
        self.assertNotIn("shop", told)

    def test_without_a_campaign(self):
        found = self.options()
        self.assertEqual({row["grade"] for row in found.values()}, {"observed"})
        self.assertEqual({row["trial"] for row in found.values()}, {""})
        self.assertNotIn("campaign", self.completed.stdout)

    def test_ranks(self):
        self.assert_same_on_ranks(lambda ranks: (self.options("--campaign", "m.h5", ranks=ranks, output=f"p{ranks}.h5"), self.folder / f"p{ranks}.h5")[1])

    def test_arms_and_outcomes_by_name(self):
        (self.folder / "b.toml").write_text(BLOCK + 'arms = ["", "mail", ""]\noutcome = "spend"\nevidence = "tested"\n')
        found = self.options("--campaign", "m.h5")
        self.assertEqual({row["arm"] for place, row in found.items() if place[0] == "letter"}, {"mail"})
        self.assertEqual({row["outcome"] for place, row in found.items() if place[0] == "letter"}, {"spend"})
        self.assertEqual({row["arm"] for place, row in found.items() if place[0] == "mail"}, {""})
        # What the block says holds for what was not measured, and no further.
        self.assertEqual({row["grade"] for place, row in found.items() if place[0] == "mail"}, {"tested"})
        lifts = {row["segment"]: row["verdict"] for row in tidy(self.folder / "m.h5", "campaign/lifts") if row["outcome"] == "spend" and row["arm"] == "mail"}
        for segment in (0, 1, 2):
            self.assertEqual(found["letter", segment]["grade"], "tested" if lifts[f"segment {segment}"] == "shown" else "observed")

    def test_what_is_withheld(self):
        self.job("measure", "c.toml", "--segments", "r.h5", "--output", "m.h5", "--quiet", "--set", "privacy.min_cell=100000")
        found = self.options("--campaign", "m.h5", "--set", "privacy.min_cell=5")
        self.assertEqual({row["trial"] for place, row in found.items() if place[0] == "mail"}, {"withheld"})
        self.assertTrue(all(np.isnan(row["lift"]) and row["arm_customers"] == -1 for row in found.values()))
        self.assertIn("channel mail: withheld", self.completed.stdout)

    def test_refused(self):
        def refused(code, parts, *more, spec=BLOCK):
            (self.folder / "b.toml").write_text(spec)
            self.assert_fails(code, parts, 2, "playbook", "r.h5", "--spec", "b.toml", "--output", "no.h5", *more, cwd=self.folder)
            self.assertFalse((self.folder / "no.h5").exists())
        refused(3, ["nowhere.h5"], "--campaign", "nowhere.h5")
        refused(3, ["r.h5: no result of measure"], "--campaign", "r.h5")
        refused(3, ['has no arm "male"', 'did you mean "mail"?'], "--campaign", "m.h5", spec=BLOCK + 'arms = ["male", "", ""]\n')
        refused(3, ['has no outcome "visits"', 'did you mean "visit"?'], "--campaign", "m.h5", spec=BLOCK + 'outcome = "visits"\n')
        refused(2, ["arms", "2 arms for 3 options"], spec=BLOCK + 'arms = ["mail", ""]\n')
        refused(3, ["no option of [[playbook]] is an arm", "mail, letter"], "--campaign", "m.h5", spec=BLOCK.replace('"mail", "letter"', '"post", "e-mail"'))
        refused(2, ["--campaign m.h5", "min_cell = 0"], "--campaign", "m.h5", "--set", "privacy.min_cell=5")
        self.job("segment", "s.toml", "--output", "other.h5", "--quiet", "--set", "cluster.k=2")
        self.job("measure", "c.toml", "--segments", "other.h5", "--output", "other_m.h5", "--quiet")
        refused(3, ["other_m.h5: was not measured by the segments of r.h5"], "--campaign", "other_m.h5")
        self.job("measure", "c.toml", "--output", "all.h5", "--quiet")
        refused(3, ["all.h5: was not measured by the segments of r.h5"], "--campaign", "all.h5")
        self.job("measure", "c.toml", "--segments", "r.h5", "--output", "means.h5", "--quiet", "--set", 'campaign.control=""')
        refused(3, ["means.h5: tells no lifts of segments"], "--campaign", "means.h5")
        with h5py.File(self.folder / "m.h5", "a") as file:
            del file["campaign/lifts/p_holm"]
        refused(3, ["m.h5"], "--campaign", "m.h5")


if __name__ == "__main__":
    unittest.main()
