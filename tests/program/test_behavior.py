#!/usr/bin/env python3
"""Features of customers from their events, and how they come and go: figures that other programs have computed, the
same bits on any ranks, and what becomes of bad, late and repeated events."""
import collections
import csv
import datetime
import gzip
import json
import os
import pathlib
import random
import re
import signal
import subprocess
import time
import unittest

import h5py
import numpy as np

from program import ProgramTest, binary, build_write_faults, command, environment, hash_datasets, ranks_of, warnings

DOCS = pathlib.Path(__file__).resolve().parents[2] / "docs"
DATA = pathlib.Path(__file__).resolve().parents[1] / "data"
REFERENCES = json.loads((DATA / "references/marketing.json").read_text())

GENERATED = """[[events]]
files = ["shop_events_*"]
id = "customer_id"
time = "time"
basket = "basket_id"
value = "amount"
channel = "channel"
category = "category"
promotion = "promotion"
online = ["web", "app"]
categories = 5
[retention]
"""
DAY = 86400


class BehaviorTest(ProgramTest):
    def job(self, *args, ranks=1, env=None):
        return self.run_ok(ranks, *args, cwd=self.folder, env=env)

    def write(self, name, text):
        (self.folder / name).write_text(text)

    def csv(self, name):
        with open(self.folder / name, newline="") as file:
            return list(csv.DictReader(file))

    def generate(self, *more, customers=300, files=3, output="shop.h5", **options):
        self.job("generate", "--kind", "events", "--customers", customers, "--segments", 3, "--baskets", 6, "--files", files,
                 "--output", output, *more, **options)

    def customers(self, name="out.h5"):
        with h5py.File(self.folder / name) as file:
            return {column: (np.array(item["categories"][()].astype(str).tolist() + ["(none)"])[item["codes"][()]]
                             if isinstance(item, h5py.Group) else item[()])
                    for column, item in file["customers"].items()}


class References(BehaviorTest):
    """Their data are another's; PSYCHOGRAPH_DATA is the folder that has completejourney."""

    def setUp(self):
        super().setUp()
        self.source = pathlib.Path(os.environ.get("PSYCHOGRAPH_DATA", ".")) / "completejourney"
        if not (self.source / "transactions_sample.csv").exists():
            self.skipTest("PSYCHOGRAPH_DATA names no folder with completejourney/transactions_sample.csv")
        self.write("e.toml", f'[[events]]\nfiles = ["{self.source}/transactions_sample.csv"]\nid = "household_id"\n'
                             'time = "transaction_timestamp"\nbasket = "basket_id"\nvalue = "sales_value"\n[retention]\n')

    def near(self, found, expected, what):
        self.assertLessEqual(abs(float(found) - expected), 1e-8 * max(1, abs(expected)), what)

    def test_rfm(self):
        expected = REFERENCES["rfm"]
        self.job("behavior", "e.toml", "--output", "out.h5", "--csv", "tables", ranks=3)
        found = self.customers()
        self.assertEqual(len(found["customer_id"]), expected["households"])
        self.assertTrue((np.diff(found["customer_id"]) > 0).all())
        cuts = collections.defaultdict(list)
        for row in self.csv("tables/cut_points.csv"):
            cuts[row["score"]].append(float(row["cut_point"]))
        for score, key, unit in (("recency", "recency_days", 1), ("frequency", "frequency", 1), ("monetary", "cents", 100)):
            for a, b in zip(cuts[score], expected["cut_points"][key], strict=True):
                self.near(a * unit, b, score)
        for letter, counts in expected["score_counts"].items():
            scores = collections.Counter(found[f"{letter.lower()}_score"].tolist())
            self.assertEqual({str(score): count for score, count in scores.items()}, counts)
        at = {str(household): row for row, household in enumerate(found["customer_id"])}
        for household, figures in expected["examples"].items():
            for name, figure in figures.items():
                if name != "last_purchase":
                    self.near(found[name][at[household]], figure, (household, name))

    def test_retention(self):
        expected = REFERENCES["retention"]
        self.job("import", self.source / "demographics.csv", "--id", "household_id", "--output", "people.h5")
        self.job("behavior", "e.toml", "--customers", "people.h5", "--set", "retention.by=age", "--output", "out.h5", "--csv", "tables", ranks=2)
        rows = self.csv("tables/retention.csv")
        names = {"month": "period", "retention_lo": "retention_low", "retention_hi": "retention_high"}
        for key, group in (("all", "all"), ("age_45_54", "45-54"), ("age_65_plus", "65+")):
            own = [row for row in rows if row["group"] == group]
            self.assertEqual(len(own), 12)
            for row, month in zip(own, expected[key]):
                for name, figure in month.items():
                    cell = row[names.get(name, name)]
                    if name == "month":
                        self.assertEqual(cell, figure)
                    else:
                        self.near(cell, figure, (group, month["month"], name))
        cohort = [row for row in self.csv("tables/cohorts.csv") if row["group"] == "all" and row["first"] == "2017-01"]
        self.assertEqual([int(row["active"]) for row in cohort], list(expected["cohort_2017_01"].values()))


class Generated(BehaviorTest):
    """A twin of real data that everyone can make."""

    def events(self):
        lines = []
        for path in sorted(self.folder.glob("shop_events_*.h5")):
            with h5py.File(path) as file:
                group = file["events"]
                names = {level: group[f"{level}/categories"][()].astype(str) for level in ("channel", "category")}
                columns = [group[name][()] for name in ("customer_id", "time", "basket_id", "amount")]
                columns += [names[level][group[f"{level}/codes"][()]] for level in names] + [group["promotion"][()]]
                lines += zip(*(column.tolist() for column in columns))
        return lines

    def test_packed_files(self):
        """The same features from files as they are, packed in one way or the other, and nothing left behind."""
        self.generate("--format", "csv", files=3)
        self.write("e.toml", GENERATED)
        self.job("behavior", "e.toml", "--output", "plain.h5", ranks=2)
        plain = hash_datasets(self.folder / "plain.h5")
        first, second, _ = sorted(self.folder.glob("shop_events_*.csv"))
        pathlib.Path(f"{first}.gz").write_bytes(gzip.compress(first.read_bytes()))
        subprocess.run(["zstd", "-q", second], check=True)
        first.unlink(), second.unlink()
        before = sorted(path.name for path in self.folder.iterdir())
        for ranks in (1, 3):
            self.job("behavior", "e.toml", "--output", "packed.h5", ranks=ranks)
            self.assertEqual(hash_datasets(self.folder / "packed.h5"), plain)
        self.assertEqual(sorted(path.name for path in self.folder.iterdir()), sorted([*before, "packed.h5"]))
        whole = pathlib.Path(f"{first}.gz").read_bytes()
        pathlib.Path(f"{first}.gz").write_bytes(whole[:len(whole) // 2])
        self.assert_fails(3, [first.name, "ends in the middle of its gzip data"], 2, "behavior", "e.toml", "--output", "x.h5", cwd=self.folder)

    def test_against_plain_python(self):
        self.generate()
        self.write("e.toml", GENERATED)
        self.job("behavior", "e.toml", "--output", "out.h5", "--csv", "tables", ranks=2)
        found = self.customers()
        lines = self.events()
        self.assertEqual(len(lines), 300 * 6 * 3)
        as_of = max(line[1] for line in lines) // DAY + 1
        first = min(line[1] for line in lines) // DAY
        split = first + (as_of - first) // 2
        largest = [name for name, _ in sorted(collections.Counter(line[5] for line in lines).items(), key=lambda item: (-item[1], item[0]))[:5]]
        by_customer = collections.defaultdict(list)
        for line in lines:
            by_customer[line[0]].append(line)
        self.assertEqual(found["customer_id"].tolist(), sorted(by_customer))
        for row, customer in enumerate(found["customer_id"].tolist()):
            own = sorted(by_customer[customer], key=lambda line: line[1])
            days = [line[1] // DAY for line in own]
            baskets = {line[2]: line for line in reversed(own)}
            categories = collections.Counter(line[5] for line in own)
            cents = sum(round(line[3] * 100) for line in own)
            early = sum(line[1] // DAY < split for line in baskets.values())
            expected = {
                "recency_days": as_of - days[-1], "tenure_days": as_of - days[0], "frequency": len(baskets), "monetary": cents / 100,
                "basket_size": len(own) / len(baskets), "basket_value": cents / (100 * len(baskets)),
                "gap_days": (days[-1] - days[0]) / (len(baskets) - 1) if len(baskets) > 1 else np.nan,
                "categories": len(categories), "share_promotion": sum(line[6] for line in own) / len(own),
                "top_category": min(categories, key=lambda name: (-categories[name], name)),
                "share_channel_web": sum(line[4] == "web" for line in baskets.values()) / len(baskets),
                "share_online": sum(line[4] != "store" for line in baskets.values()) / len(baskets),
                "share_daypart_morning": sum(6 <= line[1] % DAY // 3600 < 12 for line in baskets.values()) / len(baskets),
                "share_weekday_sunday": sum((line[1] // DAY + 3) % 7 == 6 for line in baskets.values()) / len(baskets),
                "share_other_categories": sum(line[5] not in largest for line in own) / len(own),
                "trend_baskets": (len(baskets) - 2 * early) / len(baskets),
                "state": "lapsed" if as_of - days[-1] > 90 else "repeat" if len(baskets) > 1 else "first",
            }
            expected.update({f"share_category_{name}": categories[name] / len(own) for name in largest})
            for name, value in expected.items():
                if isinstance(value, str):
                    self.assertEqual(found[name][row], value, (customer, name))
                else:
                    np.testing.assert_allclose(found[name][row], value, rtol=1e-12, err_msg=f"{customer} {name}")
        for score, column, sign in (("r_score", "recency_days", -1), ("f_score", "frequency", 1), ("m_score", "monetary", 1)):
            cuts = np.quantile(np.round(found[column] * 100), [.2, .4, .6, .8])
            scores = 1 + (np.round(found[column] * 100)[:, None] > cuts + 1e-9).sum(1)
            np.testing.assert_array_equal(found[score], scores if sign > 0 else 6 - scores)
        self.check_growth()

    def check_growth(self):
        """New, returned and lapsed add up; and so does money, to the cent."""
        rows = self.csv("tables/retention.csv")
        cents = lambda text: round(float(text) * 100)
        for before, now in zip(rows, rows[1:]):
            self.assertEqual(int(now["active"]), int(now["retained"]) + int(now["new"]) + int(now["reactivated"]))
            self.assertEqual(int(before["active"]), int(now["retained"]) + int(now["lapsed"]))
            self.assertEqual(cents(now["spend"]) - cents(before["spend"]),
                             sum(cents(now[name]) for name in ("spend_new", "spend_reactivated", "expansion"))
                             - cents(now["contraction"]) - cents(now["spend_lapsed"]))

    def test_the_planted_truth_is_found(self):
        """By the example, and by what the page about it shows."""
        self.generate(customers=3000, files=1)
        page = (DOCS / "behavior.md").read_text()
        self.write("page.toml", re.search(r"```toml\n(.*?)```", page, re.S).group(1).replace("baskets_*.csv", "shop_events_*"))
        self.job("behavior", "page.toml", "--customers", "shop.h5", "--output", "page.h5", "--csv", "tables")
        self.job("behavior", DOCS / "examples/events.toml", "--customers", "shop.h5", "--output", "out.h5", ranks=2)
        found = self.customers()
        with h5py.File(self.folder / "shop.h5") as file:
            segment = file["truth/segment"][()]
            truth = {name: file[f"truth/events/{name}"][()] for name in file["truth/events"]}
        rates = [found["frequency"][segment == s].mean() for s in range(3)]
        for s in range(3):
            self.assertAlmostEqual(rates[s] / rates[0], truth["rate"][s], delta=0.05)
            of = segment == s
            weights = found["frequency"][of]
            for name in ("store", "web", "app"):
                share = np.nansum(found[f"share_channel_{name}"][of] * weights) / weights.sum()
                self.assertAlmostEqual(share, truth[f"channel_{name}"][s], delta=0.03)
            share = np.nansum(found["share_promotion"][of] * weights) / weights.sum()
            self.assertAlmostEqual(share, truth["promotion"][s], delta=0.03)

    def test_same_bits_on_any_ranks_and_in_any_order(self):
        self.generate()
        self.write("e.toml", GENERATED)

        def make(ranks):
            self.job("behavior", "e.toml", "--output", f"out{ranks}.h5", ranks=ranks)
            return self.path(f"out{ranks}.h5")
        first = self.assert_same_on_ranks(make)
        paths = sorted(self.folder.glob("shop_events_*.h5"))
        shuffle = np.random.default_rng(1)
        for path, name in zip(paths, ("shop_events_x.h5", "shop_events_a.h5", "shop_events_m.h5")):
            with h5py.File(path, "r+") as file:
                group = file["events"]
                order = shuffle.permutation(len(group["time"]))
                for column in ("customer_id", "basket_id", "time", "amount", "promotion", "channel/codes", "category/codes"):
                    group[column][...] = group[column][()][order]
            path.rename(self.folder / name)
        self.job("behavior", "e.toml", "--output", "again.h5", ranks=2)
        self.assertEqual(hash_datasets(self.path("again.h5")), first)

    def test_generated_bits_and_csv(self):
        def make(ranks):
            self.generate(files=2, output=f"g{ranks}.h5", ranks=ranks)
            return self.path(f"g{ranks}_events_1.h5")
        self.assert_same_on_ranks(make, (1, 2, 3))
        self.write("e.toml", GENERATED)
        self.generate()
        self.job("behavior", "e.toml", "--output", "hdf5.h5")
        for path in self.folder.glob("shop_events_*"):
            path.unlink()
        self.generate("--format", "csv", ranks=2)
        self.job("behavior", "e.toml", "--output", "csv.h5", ranks=3)
        self.assertEqual(hash_datasets(self.path("csv.h5")), hash_datasets(self.path("hdf5.h5")))

    def test_customers_keep_their_rows_and_columns(self):
        self.generate()
        with h5py.File(self.folder / "people.h5", "w") as file:
            group = file.create_group("customers")
            ids = np.array([5, 900, 3, 299, 12], dtype="i4")
            group["customer_id"] = ids
            group["age"] = np.array([30, -9, 50, 20, 41], dtype="i1")
            group["age"].attrs["missing_value"] = np.int8(-9)
            group["name"] = np.array(["Ann", "Bo", "Cy", "D", "E"], dtype=h5py.string_dtype())
            group["region"] = np.array([1, 0, 1, 0, 1], dtype=h5py.enum_dtype({"north": 0, "south": 1}, "i1"))
            group["joined"] = np.arange(5)
            group["joined"].attrs["units"] = "days since 2020-01-01"
            group["frequency"] = np.zeros(5)
        self.write("e.toml", GENERATED + 'by = "region"\n')

        def make(ranks):
            completed = self.job("behavior", "e.toml", "--customers", "people.h5", "--output", f"out{ranks}.h5", "--csv", "tables", ranks=ranks)
            self.assertRegex(completed.stderr, r"290 customers with \d+ events are not in the table")
            self.assertIn('column "frequency" of the customers is replaced', completed.stderr)
            return self.path(f"out{ranks}.h5")
        self.assert_same_on_ranks(make)
        found = self.customers("out2.h5")
        self.assertEqual(found["customer_id"].tolist(), ids.tolist())
        self.assertEqual(found["age"].dtype, np.int8)
        self.assertEqual(found["name"].tolist(), [b"Ann", b"Bo", b"Cy", b"D", b"E"])
        self.assertEqual(found["region"].tolist(), [1, 0, 1, 0, 1])
        self.assertEqual((found["frequency"][1], found["monetary"][1], found["rfm"][1], found["rfm_segment"][1], found["state"][1]),
                         (0, 0, 0, "no purchases", "none"))
        self.assertTrue(np.isnan(found["recency_days"][1]))
        with h5py.File(self.path("out2.h5")) as file:
            self.assertEqual(file["customers/joined"].attrs["units"], b"days since 2020-01-01" if isinstance(
                file["customers/joined"].attrs["units"], bytes) else "days since 2020-01-01")
            self.assertEqual(file["customers/age"].attrs["missing_value"], -9)
            self.assertEqual(h5py.check_enum_dtype(file["customers/region"].dtype), {"north": 0, "south": 1})
        groups = {row["group"] for row in self.csv("tables/retention.csv")}
        self.assertEqual(groups, {"all", "north", "south", "(unknown)"})
        self.job("segment", str(self.segment_spec()), "--input", "out2.h5", "--output", "s.h5")
        self.write("e.toml", GENERATED + 'segments = "s.h5"\n')
        self.job("behavior", "e.toml", "--output", "by.h5", "--csv", "tables", ranks=2)
        rows = self.csv("tables/retention.csv")
        self.assertEqual(len({row["group"] for row in rows}), 4)

    def segment_spec(self):
        self.write("s.toml", '[input]\nid = "customer_id"\nfiles = ["x"]\n[[features]]\ncolumns = ["frequency", "monetary"]\n[cluster]\nk = 2\n')
        return "s.toml"


class Texts(BehaviorTest):
    """A small CSV file, written by hand."""
    LINES = ("who,when,what,amount\n"
             "b-7,2024-01-05,A1,10.00\n"
             "007,2024-01-06T10:00,A2,1.5\n"
             "7,2024-01-06 11:30:00,A2,2\n"
             "\"b-7\",2024-02-01,A3,-4.25\n"
             "ä,2024-02-03,A4,3\n"
             "b-7,2024-02-01,A3,-4.25\n"
             "NA,2024-02-03,A4,3\n")
    SPEC = '[[events]]\nfiles = ["e.csv"]\nid = "who"\ntime = "when"\nbasket = "what"\nvalue = "amount"\n'

    def setUp(self):
        super().setUp()
        self.write("e.csv", self.LINES)
        self.write("e.toml", self.SPEC)

    def test_ids_that_are_texts(self):
        for ranks in (1, 3):
            completed = self.job("behavior", "e.toml", "--output", "out.h5", ranks=ranks)
            found = self.customers()
            self.assertEqual([name.decode() for name in found["customer_id"]], ["007", "7", "b-7", "ä"])
            self.assertEqual(found["monetary"].tolist(), [1.5, 2, 1.5, 3])
            self.assertEqual(found["frequency"].tolist(), [1, 1, 2, 1])
            self.assertEqual(found["recency_days"].tolist(), [29, 29, 3, 1])
            told = "\n".join(warnings(completed))
            self.assertIn("1 events without an id are left out; the first: e.csv: line 8", told)
            self.assertIn("1 events are the same as another one", told)

    def test_repeated_and_windows(self):
        self.job("behavior", "e.toml", "--set", "events.0.repeated=drop", "--output", "out.h5")
        self.assertEqual(self.customers()["monetary"].tolist(), [1.5, 2, 5.75, 3])
        completed = self.job("behavior", "e.toml", "--set", "behavior.as_of=2024-02-03", "--set", "behavior.window_days=5", "--output", "out.h5", ranks=2)
        told = "\n".join(warnings(completed))
        self.assertIn('1 events on the as-of date or later are left out; the first: e.csv: line 6, column "when"', told)
        self.assertIn("3 events before the window count for recency and tenure alone", told)
        found = self.customers()
        self.assertEqual(found["frequency"].tolist(), [0, 0, 1])
        self.assertEqual(found["tenure_days"].tolist(), [28, 28, 29])
        self.assertEqual(found["state"].tolist(), ["first", "first", "repeat"])

    def test_two_blocks(self):
        self.write("v.csv", "visitor,at\n7,1704067200\n8,1704153600\n")
        self.write("e.toml", self.SPEC.replace("[[events]]\n", '[[events]]\nname = "shop"\n')
                   + '[[events]]\nname = "web"\nfiles = ["v.csv"]\nid = "visitor"\ntime = "at"\ntime_units = "seconds since 1970-01-01"\n'
                   '[retention]\nevents = "web"\nperiod = "week"\n')
        self.job("behavior", "e.toml", "--output", "out.h5", "--csv", "tables", ranks=2)
        found = self.customers()
        self.assertEqual([name.decode() for name in found["customer_id"]], ["007", "7", "8", "b-7", "ä"])
        self.assertEqual(found["web_frequency"].tolist(), [0, 1, 1, 0, 0])
        self.assertEqual(found["shop_frequency"].tolist(), [1, 1, 0, 2, 1])
        self.assertNotIn("web_monetary", found)
        self.assertEqual(self.csv("tables/retention.csv")[0]["period"], "2024-W01")

    def test_what_is_wrong_is_told(self):
        def fails(code, parts, *args):
            self.assert_fails(code, parts, 2, "behavior", "e.toml", *args, "--output", "out.h5", cwd=self.folder)
            self.assertFalse((self.folder / "out.h5").exists())
        fails(2, ["e.toml", "events.0.decimals"], "--set", "events.0.decimals=x")
        fails(3, ["no_such.csv"], "--set", 'events.0.files=["no_such.csv"]')
        fails(3, ['"amonut"'], "--set", "events.0.value=amonut")
        fails(3, ["e.csv: line 3", '"amount"', "1.5 has more than 0 decimals"], "--set", "events.0.decimals=0")
        fails(3, ["e.csv: line 2", '"what"', '"A1" is no point of time'], "--set", "events.0.time=what", "--set", "events.0.basket=when")
        fails(3, ["no events are left"], "--set", "behavior.as_of=2020-01-01")
        fails(2, ["behavior.split", "2030-01-01"], "--set", "behavior.split=2030-01-01")
        fails(3, ["people.h5"], "--customers", "people.h5")
        with h5py.File(self.folder / "people.h5", "w") as file:
            file["customers/customer_id"] = np.array([7, 8, 7])
        fails(3, ['people.h5: column "customer_id", row 0: the id 7 is repeated in row 2'], "--customers", "people.h5")
        fails(3, ["no column", '"ag"'], "--customers", "people.h5", "--set", "retention.by=ag")
        self.assert_fails(2, ["where to?"], 1, "behavior", "e.toml", cwd=self.folder)
        self.assert_fails(2, ["--output"], 1, "behavior", "e.toml", "--output", "e.csv", cwd=self.folder)
        self.write("e.csv", self.LINES + "9,2024-02-30,A9,oops\n10,2024-02-10,A9,oops\n")
        fails(3, ["e.csv: line 9", '"2024-02-30" is no point of time'])
        completed = self.job("behavior", "e.toml", "--set", "events.0.on_bad_event=skip", "--output", "out.h5")
        self.assertIn("2 events that can't be read are left out; the first: e.csv: line 9", completed.stderr)

    def test_numbers_in_hdf5(self):
        with h5py.File(self.folder / "e.h5", "w") as file:
            file["events/who"] = np.array([1.0, 2.0, 2.5])
            file["events/when"] = np.array([5, 6, 7])
        self.write("e.toml", '[[events]]\nfiles = ["e.h5"]\nid = "who"\ntime = "when"\n')
        self.assert_fails(3, ["e.h5", '"when"', "time_units"], 1, "behavior", "e.toml", "--output", "o.h5", cwd=self.folder)
        self.assert_fails(3, ["e.h5", "row 2", "2.5"], 2, "behavior", "e.toml", "--set", "events.0.time_units=days since 2024-01-01",
                          "--output", "o.h5", cwd=self.folder)
        completed = self.job("behavior", "e.toml", "--set", "events.0.time_units=days since 2024-01-01", "--set", "events.0.on_bad_event=skip",
                             "--output", "o.h5")
        self.assertIn("as of 2024-01-08", completed.stdout)

    def test_generate_refuses_what_is_of_other_kinds(self):
        base = ("generate", "--customers", 10, "--segments", 2, "--output", "g.h5")
        self.assert_fails(2, ["--features is not for --kind events"], 1, *base, "--kind", "events", "--features", 3, cwd=self.folder)
        self.assert_fails(2, ["--baskets is for --kind events"], 1, *base, "--features", 3, "--baskets", 3, cwd=self.folder)
        self.assert_fails(2, ["--features is required"], 1, *base, cwd=self.folder)
        self.assert_fails(2, ["--segments 20"], 1, "generate", "--kind", "events", "--customers", 10, "--segments", 20, "--output", "g.h5", cwd=self.folder)


class Stopped(BehaviorTest):
    def start(self):
        return subprocess.Popen(command(2, "behavior", "e.toml", "--output", "out.h5", "--quiet"), cwd=self.folder, env=environment(),
                                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def test_killed_at_random_leaves_no_half_file(self):
        self.generate("--lines", 20, customers=4000)
        self.write("e.toml", GENERATED)
        self.job("behavior", "e.toml", "--output", "whole.h5", ranks=2)
        whole = hash_datasets(self.path("whole.h5"))
        moments = random.Random(5)
        for sign in (signal.SIGKILL, signal.SIGTERM, signal.SIGKILL):
            process = self.start()
            time.sleep(0.3 + moments.random())
            for rank in ranks_of(process.pid):
                os.kill(rank, sign)
            process.wait(60)
            if (self.folder / "out.h5").exists():  # it was done before
                self.assertEqual(hash_datasets(self.path("out.h5")), whole)
                (self.folder / "out.h5").unlink()
        self.job("behavior", "e.toml", "--output", "out.h5")
        self.assert_nothing_temporary()
        self.assertEqual([path.name for path in self.folder.iterdir() if path.name.startswith(".")], [])
        self.assertEqual(hash_datasets(self.path("out.h5")), whole)


    def test_csv_files_take_their_places_after_the_file(self):
        """As a shim that counts the calls which change the folder has seen it."""
        self.generate(customers=20, files=1)
        self.write("e.toml", GENERATED)
        shim, log = build_write_faults(self.path("faults.so")), self.folder / "log"
        self.job("behavior", "e.toml", "--output", "out.h5", "--csv", "tables", ranks=0,
                 env={"LD_PRELOAD": shim, "FAULT_PROGRAM": pathlib.Path(binary()).name, "FAULT_FOLDER": f"{self.folder}/", "FAULT_RANK": 0,
                      "FAULT_LOG": log})
        renamed = [line.split(" ", 1)[1] for line in log.read_text().splitlines() if line.startswith("rename")]
        self.assertEqual(len(renamed), 5, renamed)
        self.assertTrue(renamed[0].startswith(".out.h5"), renamed)
        self.assertEqual(len(list((self.folder / "tables").glob("*.csv"))), 4)


if __name__ == "__main__":
    unittest.main()
