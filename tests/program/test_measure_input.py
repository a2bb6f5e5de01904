#!/usr/bin/env python3
"""measure on tables as they come: ids, arms, outcomes and groups of all sorts, few people, and ends before the end."""
import os
import signal
import subprocess
import time
import unittest

import numpy as np

from disks import Disks
from program import command, environment, hash_datasets, messages, ranks_of, warnings
from test_measure import CAMPAIGN, Measure, made_up

PLAIN = '[campaign]\nfiles = ["campaign.h5"]\narm = "arm"\ncontrol = "none"\noutcomes = ["visit"]\n'


class Tables(Measure):
    def lifts(self, *more, ranks=2, text=PLAIN):
        self.spec(text)
        return self.measure(*more, ranks=ranks)["lifts"]

    def test_arms_that_are_numbers(self):
        c = made_up(600)
        flag = np.arange(600) % 2
        expected = None
        for cells in (flag, flag.astype(np.int8), flag.astype(np.uint64), flag.astype(np.float32)):
            self.write(c | {"arm": cells})
            for control in ("0", '"0"'):
                found = self.lifts(text=PLAIN.replace('"none"', control))
                self.assertEqual([row["arm"] for row in found], ["1"])
                expected = expected or found
                self.assertEqual(found, expected)
        self.spec(PLAIN.replace('"none"', "7"))
        self.refused(3, ['column "arm" has no "7"', "0, 1"])
        self.spec(PLAIN.replace('"none"', "0.5"))
        self.refused(2, ["campaign.control", "expected a string"])

    def test_arms_that_look_alike(self):
        c = made_up(600)
        self.write(c | {"arm": np.array([b"none", b"None ", b"mail"])[np.arange(600) % 3]})
        self.lifts()
        self.assertIn('has "None " and "none", which are two arms here', " ".join(warnings(self.completed)))
        self.write(c)
        self.lifts()
        self.assertEqual(warnings(self.completed), [])

    def test_customers_of_no_arm(self):
        c = made_up(600)
        arm = np.where(np.arange(600) % 3 == 0, b"", c["arm"])
        self.write(c | {"arm": arm})
        found = self.lifts()
        self.assertEqual(found[0]["n_control"], (arm == b"none").sum())
        self.assertIn('200 customers have nothing in "arm": they are left out', " ".join(warnings(self.completed)))
        self.write(c | {"arm": np.full(600, b"")})
        self.spec(PLAIN)
        self.refused(3, ['column "arm" has no value at all'])

    def test_one_arm_and_no_control(self):
        self.write(made_up(300) | {"arm": np.full(300, b"mail")})
        self.spec(CAMPAIGN.replace('control = "none"\n', ""))
        found = self.measure()
        self.assertEqual((found["lifts"], found["targeting"], found["ratios"]), ([], [], []))
        self.assertEqual(len(found["means"]), 8)
        self.assertNotIn("By region", self.completed.stdout)

    def test_ids_twice(self):
        c = made_up(400)
        c["customer_id"][300] = c["customer_id"][7]
        self.write(c)
        self.spec(PLAIN)
        self.refused(3, ["customer_id", str(c["customer_id"][7]), "300"], ranks=3)
        # Without ids nobody can tell, and nobody needs them.
        del c["customer_id"]
        self.write(c)
        self.assertEqual(len(self.lifts()), 2)

    def test_ids_of_all_types(self):
        c = made_up(900)
        self.write({"customer_id": c["customer_id"], "age": c["age"]}, "customers.h5")
        (self.folder / "spec.toml").write_text('[input]\nfiles = ["customers.h5"]\nid = "customer_id"\n[[features]]\ncolumns = ["age"]\n[cluster]\nk = 3\n')
        self.run_ok(2, "segment", "spec.toml", "--output", "s.h5", "--quiet", cwd=self.folder)
        expected = None
        for dtype in (np.int64, np.int16, np.uint64, np.float64):
            self.write(c | {"customer_id": c["customer_id"].astype(dtype)})
            found = self.lifts("--segments", "s.h5")
            expected = expected or found
            self.assertEqual(found, expected, dtype)
        self.write(c | {"customer_id": np.char.encode(c["customer_id"].astype(str))})
        self.refused(3, ["text", "integers"], "--segments", "s.h5")
        self.write(c | {"customer_id": c["customer_id"] + 10**6})
        self.refused(3, ["none of its customers is in s.h5"], "--segments", "s.h5")
        self.write({name: cells for name, cells in c.items() if name != "customer_id"})
        self.refused(3, ['no column "customer_id"', "campaign.id"], "--segments", "s.h5")

    def test_in_scratch(self):
        c = self.write(made_up(400_000))
        self.write({"customer_id": c["customer_id"][::-1], "age": c["age"][::-1]}, "customers.h5")
        (self.folder / "spec.toml").write_text('[input]\nfiles = ["customers.h5"]\nid = "customer_id"\n[[features]]\ncolumns = ["age"]\n[cluster]\nk = 3\n')
        self.run_ok(2, "segment", "spec.toml", "--output", "s.h5", "--quiet", "--no-profile", cwd=self.folder)
        self.spec()
        self.run_ok(2, "measure", "campaign.toml", "--segments", "s.h5", "--output", "memory.h5", cwd=self.folder)
        told = self.run_ok(2, "measure", "campaign.toml", "--segments", "s.h5", "--output", "scratch.h5", "--memory", "1M", "--scratch", "/var/tmp",
                           cwd=self.folder)
        self.assertIn("they are kept in /var/tmp", told.stderr)
        self.assertEqual(hash_datasets(self.folder / "scratch.h5"), hash_datasets(self.folder / "memory.h5"))

    def test_segments_of_one_customer(self):
        c = self.write(made_up(900))
        age = c["age"].astype(float)
        age[[3, 4]] = 1e6, -1e6
        self.write({"customer_id": c["customer_id"], "age": age}, "customers.h5")
        (self.folder / "spec.toml").write_text('[input]\nfiles = ["customers.h5"]\nid = "customer_id"\n[[features]]\ncolumns = ["age"]\nscale = "none"\n'
                                               '[cluster]\nk = 3\n')
        self.run_ok(2, "segment", "spec.toml", "--output", "s.h5", "--quiet", cwd=self.folder)
        self.spec(PLAIN)
        found = self.measure("--segments", "s.h5", ranks=3)
        alone = [row for row in found["lifts"] if row["segment"] in ("segment 1", "segment 2")]
        self.assertEqual(len(alone), 4)
        for row in alone:
            self.assertEqual(row["verdict"], "too few to tell")
            self.assertTrue(np.isnan(row["se"]) and np.isnan(row["p_holm"]))
        everybody = {r["arm"]: r for r in found["lifts"] if r["segment"] == "segment 0"}
        self.assertFalse(np.isnan(everybody["mail"]["p_holm"]))

    def test_segments_in_which_nobody_is(self):
        c = made_up(900)
        self.write({"customer_id": c["customer_id"], "age": (c["customer_id"] % 3 * 30).astype(float)}, "customers.h5")
        (self.folder / "spec.toml").write_text('[input]\nfiles = ["customers.h5"]\nid = "customer_id"\n[[features]]\ncolumns = ["age"]\n[cluster]\nk = 3\n')
        self.run_ok(1, "segment", "spec.toml", "--output", "s.h5", "--quiet", cwd=self.folder)
        self.write({name: cells[c["customer_id"] % 3 != 0] for name, cells in c.items()})
        self.spec(PLAIN)
        found = self.measure("--segments", "s.h5")
        nobody = {row["segment"] for row in found["means"] if row["grouping"] == "segment" and row["n"] == 0}
        self.assertEqual(len(nobody), 1)
        ratio = [row for row in found["ratios"] if row["segment"] in nobody]
        self.assertEqual({row["verdict"] for row in ratio}, {"too few to tell"})
        self.assertEqual({row["arm"] for row in found["choices"] if row["segment"] in nobody}, {""})
        self.assertEqual({row["groups"] for row in found["heterogeneity"]}, {2})

    def test_outcomes_of_all_sorts(self):
        c = made_up(600)
        for cells, says in ((np.full(600, np.nan), "600 customers have nothing in"), (np.full(600, 3.0), "is 3 of everybody who has a value")):
            self.write(c | {"visit": cells})
            found = self.lifts()
            self.assertEqual({row["verdict"] for row in found}, {"too few to tell"})
            self.assertIn(says, " ".join(warnings(self.completed)))
        for cells, part in ((np.where(np.arange(600) == 5, np.inf, 1.0), "row 5: an infinite value"), (np.where(np.arange(600) == 5, 1e200, 1.0), "too large")):
            self.write(c | {"visit": cells})
            self.refused(3, ['column "visit"', part])
        self.write(c | {"visit": -1000.0 * c["visit"] - 2.5})
        low = {row["arm"]: row for row in self.lifts()}
        self.write(c | {"visit": c["visit"].astype(np.uint64)})
        for row in self.lifts():
            np.testing.assert_allclose(low[row["arm"]]["lift"], -1000 * row["lift"], rtol=1e-12)
            np.testing.assert_allclose(low[row["arm"]]["p"], row["p"], rtol=1e-9)

    def test_groups_whose_names_are_taken(self):
        c = made_up(300)
        self.write(c | {"all": c["region"], "segment": c["region"]})
        self.spec(CAMPAIGN.replace('["region"]', '["all"]'))
        self.refused(2, ["campaign.by", '"all" is what figures of everybody are called'])
        self.spec(CAMPAIGN.replace('["region"]', '["segment"]'))
        self.refused(2, ["campaign.by", '"segment" is what segments of the result are called'], "--segments", "campaign.h5")
        self.assertEqual(sum(row["grouping"] == "segment" for row in self.measure()["lifts"]), 12)
        self.refused(3, ["campaign.h5: no result of segment"], "--segments", "campaign.h5", "--set", "campaign.by=[]")
        self.write(c | {"region": np.arange(300)})
        self.spec()
        self.measure()
        self.assertIn("too few customers to tell what it would have gained of visit", self.completed.stdout)

    def test_several_files(self):
        c = self.write(made_up(900))
        self.spec()
        whole = self.measure("--csv", "one")
        for part in range(3):
            self.write({name: cells[300 * part:300 * part + 300] for name, cells in c.items()}, f"part-{part}.h5")
        self.assertEqual(repr(self.measure("--input", "part-*.h5", ranks=3)), repr(whole))

    def test_tables_too_small(self):
        c = made_up(30)
        self.write({name: cells[:0] for name, cells in c.items()})
        self.spec(PLAIN)
        self.refused(3, ["has no rows"])
        self.write({name: cells[:3] for name, cells in c.items()} | {"arm": np.array([b"none", b"mail", b"mail"])})
        found = self.measure(ranks=4)
        self.assertEqual([row["verdict"] for row in found["lifts"]], ["too few to tell"])
        self.assertIn(" -  ", self.completed.stdout)

    def test_one_gate_for_all_tables(self):
        """An arm of few customers is told of in no table and in no word."""
        c = made_up(2000)
        arm = np.where(np.arange(2000) < 4, b"rare", c["arm"])
        self.write(c | {"arm": arm})
        self.spec(extra="[privacy]\nmin_cell = 10\n")
        found = self.measure("--csv", "tables")
        for name in ("lifts", "means", "adjusted", "balance"):
            rare = [row for row in found[name] if row["arm"] == "rare"]
            self.assertTrue(rare, name)
            for row in rare:
                self.assertIn(row["n"], (-1, 0), (name, row))  # that there is nobody may be told
                for figure in () if row["n"] == 0 else set(row) & {"mean", "lift", "se", "low", "high", "p", "standardised_difference"}:
                    self.assertTrue(np.isnan(row[figure]), (name, figure, row))
        self.assertEqual({row["verdict"] for row in found["ratios"] if row["grouping"] == "all"}, {"withheld"})
        withheld = {row["segment"] for row in found["ratios"] if row["grouping"] == "region" and row["verdict"] == "withheld"}
        self.assertTrue(withheld)
        self.assertEqual({row["arm"] for row in found["choices"] if row["segment"] in withheld}, {""})
        line = next(line for line in self.completed.stdout.splitlines() if line.startswith("visit") and " rare " in line)
        self.assertEqual(line.split()[2:], ["-", "-", "-", "-", "withheld"])
        told = (self.folder / "tables/lifts.csv").read_text()
        self.assertIn("all,rare,visit,,,", told.replace("all,all", "all"))


class Ends(Disks, Measure):
    def large(self):
        n = 1_500_000
        random = np.random.default_rng(1)
        self.write({"customer_id": np.arange(n), "arm": random.integers(0, 3, n).astype(np.int8), "before": random.random(n),
                    "visit": random.integers(0, 2, n).astype(np.int8), "region": random.integers(0, 200, n).astype(np.int16)})
        self.spec('[campaign]\nfiles = ["campaign.h5"]\narm = "arm"\ncontrol = 0\noutcomes = ["visit"]\ncovariates = ["before"]\nby = ["region"]\n')

    def ended(self, sign, which):
        arguments = command(2, "measure", "campaign.toml", "--output", "out.h5")
        with subprocess.Popen(arguments, cwd=self.folder, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                              text=True) as process:
            for line in process.stderr:
                if "measuring" in line:
                    break
            time.sleep(0.1)
            ranks = ranks_of(process.pid)
            for rank in ranks if which is None else ranks[which:which + 1]:
                os.kill(rank, sign)
            process.stderr.read()
        return process.returncode

    def test_stopped(self):
        self.large()
        for which in (None, 0, 1):
            with self.subTest(which=which):
                self.assertEqual(self.ended(signal.SIGTERM, which), 75)
                self.assertFalse((self.folder / "out.h5").exists())
                self.assert_nothing_temporary()
        self.assertNotEqual(self.ended(signal.SIGKILL, 0), 0)
        self.assertFalse((self.folder / "out.h5").exists())
        self.assertEqual(len(self.measure()["lifts"]), 402)
        self.assert_nothing_temporary()

    def test_a_full_disk(self):
        c = made_up(3000)
        self.write(c | {"region": np.arange(3000) % 900})
        self.spec()
        self.measure()
        needed = (self.folder / "out.h5").stat().st_size // 1024
        for size in (4, 64, needed // 2, needed - 8):
            disk = self.mount_memory("disk", size)
            completed = subprocess.run(command(2, "measure", "campaign.toml", "--quiet", "--output", str(disk / "lifts.h5")), cwd=self.folder,
                                       env=environment(), capture_output=True, text=True, timeout=60, check=False)
            self.assertEqual(completed.returncode, 4, completed.stderr)
            self.assertEqual(len(messages(completed)), 1, completed.stderr)
            self.assertIn("lifts.h5", messages(completed)[0])
            self.assertEqual(os.listdir(disk), [])
            self.unmount(disk)


if __name__ == "__main__":
    unittest.main()
