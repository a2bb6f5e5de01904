#!/usr/bin/env python3
"""The report of a comparison. Every figure, and every place in a picture, is held against the file."""
import math
import unittest

import h5py
import numpy as np

from program import tidy
from reports import BrowserTest, Research, modules, number, signed, three, value_at


class Compared(Research):
    GRID = 'algorithms = ["kmeans", "gmm"]\nk = [2, 3]\nseeds = [1, 2]\npairs = 3\nreferences = 3\nsplits = 2'

    def test_says_what_compare_found(self):
        self.plant(500)
        self.compare(self.GRID)
        told, page = self.told("c.h5")
        runs = {row["id"]: row for row in tidy(self.path("c.h5"), "comparison/runs")}
        name = lambda row: f"{row['algorithm']}, seed {row['seed']}"
        self.assertEqual((told["kind"], told["algorithms"], told["numbers"], told["varying"]), ("comparison", ["kmeans", "gmm"], [2, 3], ["seed"]))
        self.assertEqual([(one["algorithm"], one["own"], one["recommended"], one["words"]) for one in told["verdicts"]],
                         [(row["algorithm"], [str(row["seed"])], row["recommended"], row["words"]) for row in tidy(self.path("c.h5"), "comparison/verdicts")])
        self.assertTrue(any("by 3 pairs of samples a run, and that is few" in one for one in told["trust"]))
        self.check_tables(told["runs"], runs)
        self.check_differences(told["differences"]["rows"], runs, name)
        self.check_agreement(told["agreement"], runs, name)
        self.check_by_k(told["panels"], runs)
        self.check_time(told["time"], runs, name)
        self.assertEqual(told["failed"], [])
        self.assertNotIn('id="segments"', page)
        self.assertEqual(page.count('class="lines own sortable"'), 3)

    def check_tables(self, tables, runs):
        search = next(one for one in tables if one["name"] == "search")
        ids = [row["cells"][search["columns"].index("id")] for row in search["rows"]]
        self.assertEqual(sorted(ids), sorted(runs))
        self.assertEqual([runs[i]["k"] for i in ids], [2] * 4 + [3] * 4)
        recommended = {(row["algorithm"], row["seed"]): row["recommended"] for row in tidy(self.path("c.h5"), "comparison/verdicts")}
        seconds = {row["id"]: row["seconds_fitting"] for row in tidy(self.path("c.h5"), "comparison/timings")}
        shares = {}
        for row in tidy(self.path("c.h5"), "comparison/segments"):
            shares.setdefault(row["id"], []).append(row["share"])
        for table in tables:
            for i, row in zip(ids, table["rows"]):
                run = runs[i]
                self.assertEqual((row["algorithm"], row["k"], row["own"]), (run["algorithm"], run["k"], [str(run["seed"])]))
                self.assertEqual(row["recommended"], recommended[run["algorithm"], run["seed"]] == run["k"])
                cells = dict(zip(table["columns"], row["cells"]))
                for key in {"inertia", "objective", "bic", "icl", "calinski_harabasz"} & set(cells):
                    self.assertEqual(cells[key], "–" if math.isnan(run[key]) else three(run[key]))
                expected = {"agreement": "{stability:.2f} ({stability_low:.2f} to {stability_high:.2f})", "least_jaccard": "{least_jaccard:.2f}",
                            "prediction": "{prediction_strength:.2f} ({prediction_low:.2f} to {prediction_high:.2f})", "verdict": "{verdict}",
                            "davies_bouldin": "{davies_bouldin:.2f}", "customers": "{n}", "iterations": "{iterations}", "starts": "{reached} of {starts}"}
                for key in set(expected) & set(cells):
                    self.assertEqual(cells[key], expected[key].format(**run))
                for key, measure in (("silhouette", "silhouette"), ("simplified", "simplified_silhouette")):
                    if key in cells:
                        self.assertEqual(cells[key], signed(run[measure], 2))
                if "smallest" in cells:
                    self.assertEqual(cells["smallest"], f"{100 * min(shares[i]):.0f} %")
                if "seconds" in cells:
                    self.assertAlmostEqual(number(cells["seconds"]), seconds[i], delta=.0051 if seconds[i] < 10 else .051)
        self.assertEqual({len(table["rows"]) for table in tables}, {8})

    def check_differences(self, rows, runs, name):
        found = tidy(self.path("c.h5"), "comparison/differences")
        self.assertEqual(len(rows), len(found))
        by_names = {(runs[row["id"]]["k"], name(runs[row["id"]]), name(runs[row["other"]])): row for row in found}
        for one in rows:
            row = by_names[one["k"], one["one"], one["other"]]
            self.assertEqual(one["difference"], f"{signed(row['stability_difference'], 2)} ({signed(row['low'], 2)} to {signed(row['high'], 2)})")
            self.assertEqual(one["verdict"], "more" if row["low"] > 0 else "less" if row["high"] < 0 else "open")
            self.assertTrue(one["low"] <= one["x"] <= one["high"])

    def check_agreement(self, agreement, runs, name):
        found = tidy(self.path("c.h5"), "comparison/agreement")
        self.assertEqual(len(agreement["rows"]), len(found))
        recommended = {row["recommended"] for row in tidy(self.path("c.h5"), "comparison/verdicts")} - {0}
        self.assertEqual({one["k"] for one in agreement["matrices"]}, recommended or {2, 3})
        for one in agreement["matrices"]:
            order = [row["name"] for row in one["picture"]["names"]]
            cells = [cell["text"] for cell in one["picture"]["cells"]]
            for row in found:
                if runs[row["id"]]["k"] == one["k"]:
                    i, j = (order.index(name(runs[row[key]])) for key in ("id", "other"))
                    text = f"{row['adjusted_rand']:.2f}".replace("-0.00", "0.00")
                    self.assertEqual((cells[i * len(order) + j], cells[j * len(order) + i]), (text, text))
            self.assertEqual({cells[i * len(order) + i] for i in range(len(order))}, {"1.00"})

    def check_by_k(self, panels, runs):
        panel, = panels
        series = [(algorithm, seed) for algorithm in ("kmeans", "gmm") for seed in (1, 2)]
        for key, figure in (("stability", lambda run: (run["stability"], run["stability_low"], run["stability_high"])),
                            ("reference", lambda run: (run["reference_gap"], run["reference_gap"] - run["reference_error"], run["reference_gap"] + run["reference_error"])),
                            ("elbow", lambda run: (1 - run["explained"], None, None))):
            chart = panel["pictures"][key]
            self.assertEqual(len(chart["series"]), 4)
            for drawn, (algorithm, seed) in zip(chart["series"], series):
                own = [run for run in runs.values() if (run["algorithm"], run["seed"]) == (algorithm, seed)]
                self.assert_drawn(chart, drawn["points"], [figure(run) for run in own])
                self.assertEqual(drawn["number"], 1 if algorithm == "kmeans" else 2)

    def check_time(self, time, runs, name):
        self.assertEqual(len(time["curves"]), 4)
        trace = {}
        for row in tidy(self.path("c.h5"), "comparison/trace"):
            trace.setdefault(row["id"], []).append(row["objective"])
        for curve in time["curves"]:
            run = next(run for run in runs.values() if name(run) == curve["name"] and run["k"] == curve["k"])
            best = curve["picture"]["series"][-1]["points"]
            self.assertEqual(curve["way"], "rises" if run["algorithm"] == "gmm" else "falls")
            chart = curve["picture"]
            self.assertAlmostEqual(value_at(chart, best[-1]["y"]), (max if curve["way"] == "rises" else min)(trace[run["id"]]), delta=2 * abs(value_at(chart, 1) - value_at(chart, 0)))
            way = [point["y"] for point in best]
            self.assertEqual(way, sorted(way, reverse=curve["way"] == "rises"))
            self.assertEqual(len(chart["series"]), 1 + run["starts"])
        spent, = time["spent"]
        points = [point for series in spent["picture"]["series"] for point in series["points"]]
        self.assert_drawn(spent["picture"], points, [(run["stability"], run["stability_low"], run["stability_high"]) for run in runs.values()])
        self.assertEqual([point["text"] for point in points], [str(run["k"]) for run in runs.values()])
        seconds = [row["seconds_fitting"] for row in tidy(self.path("c.h5"), "comparison/timings")]
        self.assertEqual(np.argsort([point["x"] for point in points], kind="stable").tolist()[-1], int(np.argmax(seconds)))

    def test_a_run_that_failed(self):
        with h5py.File(self.path("t.h5"), "w") as file:
            file["customers/customer_id"] = np.arange(300)
            file["customers/clump0"] = np.arange(300) % 3
        self.compare('algorithms = ["kmeans"]\nk = [2, 3, 4]\npairs = 2\nreferences = 2')
        told, page = self.told("c.h5")
        error = next(row["error"] for row in tidy(self.path("c.h5"), "comparison/runs") if row["error"])
        self.assertEqual([(one["k"], one["error"]) for one in told["failed"]], [(4, error)])
        self.assertIn("Runs that failed", page)
        self.assertEqual({row["k"] for table in told["runs"] for row in table["rows"]}, {2, 3})
        self.assertIn("none can be held against another", page)
        self.assertIn("Numbers of segments, compared", page)
        with h5py.File(self.path("c.h5"), "r+") as file:
            errors = file["comparison/runs/error"]
            evil = b"<script>alert(1)</script>"
            del file["comparison/runs/error"]
            file["comparison/runs/error"] = np.array([evil] * len(errors), dtype="S30")  # and nothing is left to be drawn
        told, page = self.told("c.h5")
        self.assertNotIn("<script>alert", page)
        self.assertEqual((len(told["failed"]), told["runs"], told["panels"], told["time"]), (3, [], [], None))

    def test_what_was_not_asked(self):
        self.plant(200)
        self.compare('k = [2, 3]\npairs = 0\nreferences = 0')
        told, page = self.told("c.h5")
        self.assertFalse(told["judged"])
        self.assertEqual(set(told["panels"][0]["pictures"]), {"elbow"})
        self.assertNotIn("What is recommended", page)
        self.assertIn("was not asked, so no number is recommended", page)

    def test_of_many_runs_some(self):
        """Two blocks, two seeds: pairs that one thing sets apart; a panel a block."""
        comparison, contrasts, words = modules(self, "comparison", "contrasts")
        self.plant(60)
        with h5py.File(self.path("t.h5"), "r+") as file:
            file["customers/clump1"][:5] = np.nan
        self.compare('k = [2]\nseeds = [1, 2]\npairs = 2\nreferences = 0\n[[compare.blocks]]\nname = "one"\ncolumns = ["clump0"]\n'
                     '[[compare.blocks]]\nname = "two"\ncolumns = ["clump1"]', features='columns = ["clump*"]\nmissing = "drop"')
        told, page = self.told("c.h5")
        self.assertEqual([panel["name"] for panel in told["panels"]], ["one", "two"])
        self.assertEqual((told["varying"], told["customers"], told["fewest"]), (["seed", "block"], "60", "55"))
        self.assertIn("fewer take part: 55 at least", page)
        tables = {name: [] for name in ("runs", "verdicts", "timings", "segments", "borders")}
        for name in tables:
            tables[name] = tidy(self.path("c.h5"), f"comparison/{name}") if name in h5py.File(self.path("c.h5"))["comparison"] else []
        tables["differences"] = [row for row in tidy(self.path("c.h5"), "comparison/differences")]
        limits = [(.1, .3, "more"), (-.3, -.1, "less"), (-.1, .1, "open"), (0., .2, "open"), (.1, .2, "more"), (-.2, .1, "open")]
        for row, (low, high, _) in zip(tables["differences"], limits):
            row |= {"low": low, "high": high, "stability_difference": (low + high) / 2}
        runs = comparison.Runs(tables)
        self.assertEqual(sorted((number(one["difference"].split(" ")[0]), one["verdict"]) for one in contrasts.differences(runs, words["comparison"])["rows"]),
                         sorted((round((low + high) / 2 + 1e-9, 2), verdict) for low, high, verdict in limits))
        self.assertEqual(len(contrasts.differences(runs, words["comparison"])["rows"]), 6)
        self.addCleanup(setattr, contrasts, "MOST_PAIRS", contrasts.MOST_PAIRS)
        contrasts.MOST_PAIRS = 5
        few = contrasts.differences(runs, words["comparison"])
        self.assertEqual((len(few["rows"]), few["left_out"]), (4, 2))

    def test_what_can_not_be_shown(self):
        self.plant(60)
        self.compare('k = [2]\npairs = 0\nreferences = 0')
        self.assert_fails(3, ["t.h5: is neither a result of segment, resegment or assign nor a comparison"], 1, "report", "t.h5", cwd=self.folder)
        self.assert_fails(3, ["t.h5: a comparison is a page by itself"], 1, "report", "c.h5", "t.h5", cwd=self.folder)
        self.assert_fails(3, ["--brief"], 1, "report", "c.h5", "--brief", "brief.txt", cwd=self.folder)
        with h5py.File(self.path("c.h5"), "r+") as file:
            for name in list(file["comparison/runs"]):
                rows = file[f"comparison/runs/{name}"][:0]
                del file[f"comparison/runs/{name}"]
                file[f"comparison/runs/{name}"] = rows
        self.assert_fails(3, ["c.h5: no result that can be shown", "no runs"], 1, "report", "c.h5", cwd=self.folder)
        with h5py.File(self.path("c.h5"), "r+") as file:
            del file["comparison/runs"].attrs["columns"]
        self.assert_fails(3, ["c.h5: no result that can be shown"], 1, "report", "c.h5", cwd=self.folder)
        self.assertFalse((self.folder / "report.html").exists())


class Browser(BrowserTest, Research):
    def test_comparison(self):
        self.plant(400)
        self.compare('algorithms = ["kmeans", "gmm"]\nk = [2, 3]\npairs = 3\nreferences = 2')
        self.report("c.h5")
        self.look("report.html", "--comparison")


if __name__ == "__main__":
    unittest.main()
