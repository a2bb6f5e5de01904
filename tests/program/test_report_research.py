#!/usr/bin/env python3
"""The report's pages for researchers: how many segments, the tree of merges, and a comparison. Every figure, and every place in a
picture, is held against the file."""
import json
import math
import re
import sys
import unittest

import h5py
import numpy as np

from program import tidy
from reports import PROJECT, BrowserTest, ReportTest


def modules(test):
    """The report's own, for rules that no small file meets."""
    sys.path.insert(0, str(PROJECT / "scripts/report"))
    test.addCleanup(sys.path.remove, str(PROJECT / "scripts/report"))
    import charts
    import comparison
    import figures
    import flows
    import structure
    return charts, comparison, figures, flows, structure


def number(text):
    return float(text.replace("\u00a0", "").replace("−", "-"))


def value_at(chart, y):
    """By the marks of the axis."""
    one, other = chart["y"][0], chart["y"][-1]
    low, high = number(one["text"]), number(other["text"])
    return low + (high - low) * (y - one["at"]) / (other["at"] - one["at"])


def signed(value, digits):
    text = f"{value:+.{digits}f}".replace("-", "−")
    return text if float(text[1:]) else text[1:]


class Research(ReportTest):
    def plant(self, n=900, tiny=0):
        """Three clumps, and perhaps a few customers far away."""
        generator = np.random.default_rng(3)
        group = generator.integers(0, 3, n)
        group[:tiny] = 3
        with h5py.File(self.path("t.h5"), "w") as file:
            file["customers/customer_id"] = np.arange(n)
            for j, middles in enumerate(((0, 8, 0, 60), (0, 0, 8, 60))):
                file[f"customers/clump{j}"] = generator.normal(size=n) + np.take(middles, group)
            file["customers/home"] = np.array([b"rent", b"own", b"other"])[generator.integers(0, 3, n)]

    def write(self, more="", features='columns = ["clump*"]', cluster="restarts = 2"):
        (self.folder / "s.toml").write_text(f'[input]\nfiles = ["t.h5"]\nid = "customer_id"\n[[features]]\n{features}\n[cluster]\n{cluster}\n{more}\n')

    def segment(self, k):
        self.run_ok(0, "segment", "s.toml", "--k", k, "--output", "r.h5", "--quiet", cwd=self.folder)

    def compare(self, compare):
        self.write(f"[compare]\n{compare}")
        self.run_ok(0, "compare", "s.toml", "--output", "c.h5", "--quiet", cwd=self.folder)

    def quality(self, name):
        return tidy(self.path("r.h5"), f"quality/{name}")

    def assert_drawn(self, chart, points, expected):
        """Each point where the figure says; a pixel is the room that rounding has."""
        scale = abs(value_at(chart, 1) - value_at(chart, 0))
        self.assertEqual(len(points), len(expected))
        for point, (value, low, high) in zip(points, expected):
            for place, figure in ((point["y"], value), (point["low"], low), (point["high"], high)):
                if figure is None:
                    self.assertIsNone(place)
                else:
                    self.assertAlmostEqual(value_at(chart, place), figure, delta=scale)


class HowMany(Research):
    def test_says_what_quality_says(self):
        self.plant()
        self.write()
        self.segment("2-5")
        told, page = self.told("r.h5")
        s = told["structure"]
        with h5py.File(self.path("r.h5")) as file:
            about = dict(file["quality/structure"].attrs)
            counts = file["quality/border_counts"][:]
        rows, segments, borders = (self.quality(name) for name in ("structure", "segments", "borders"))
        self.assertEqual(s["words"], about["words"].decode().strip())
        self.assertEqual((s["chosen"], s["recommended"]), (3, 3))
        self.assertEqual([one["k"] for one in s["rows"]], [2, 3, 4, 5])
        for one, row in zip(s["rows"], rows):
            self.assertEqual(one["verdict"], row["verdict"])
            self.assertEqual(one["agreement"], f"{row['stability']:.2f} ({row['stability_low']:.2f} to {row['stability_high']:.2f})")
            self.assertEqual(one["least_jaccard"], f"{row['least_jaccard']:.2f}")
            self.assertEqual(one["gaps"], f"{row['gaps']} of {row['borders']}")
            self.assertEqual(one["smallest"], f"{100 * row['smallest_share']:.0f} %")
            self.assertEqual(one["against"], f"{signed(row['reference_gap'] / row['reference_error'], 1)} "
                                             f"({signed(row['reference_gap'], 3)} ± {row['reference_error']:.3f})")
            self.assertEqual(number(one["inertia"]), float(f"{row['inertia']:.0f}"))
            self.assertEqual(one["starts"], f"{row['reached']} of {row['starts']}")
            self.assertEqual(one["marks"], ["recommended", "in this report"] if row["k"] == 3 else [])
        self.check_pictures(s, rows, segments)
        self.check_origins(s["origins"], segments)
        self.check_valleys(s["valleys"], borders, counts)
        # In words, and where a reader looks for it.
        self.assertIn('<a href="#structure">How many?</a>', page)
        self.assertIn("Recommended: 3 segments", page)
        self.assertTrue(any(sentence.startswith("3 segments is a number that the customers themselves speak for") for sentence in told["trust"]))
        self.assertNotIn("has not been asked", page)
        self.assertEqual(page.count('<figure data-svg="border-'), len(s["valleys"]["shown"]))
        self.assertEqual(len(re.findall(r'class="band', page)), len(self.quality("origins")))

    def check_pictures(self, s, rows, segments):
        expected = {"stability": [(row["stability"], row["stability_low"], row["stability_high"]) for row in rows],
                    "elbow": [(row["inertia"], None, None) for row in rows],
                    "reference": [(row["reference_gap"], row["reference_gap"] - row["reference_error"], row["reference_gap"] + row["reference_error"]) for row in rows]}
        self.assertEqual(set(s["pictures"]), set(expected))
        for name, figures in expected.items():
            self.assert_drawn(s["pictures"][name], s["pictures"][name]["series"][0]["points"], figures)
        line, = s["pictures"]["stability"]["marks"]
        self.assertAlmostEqual(value_at(s["pictures"]["stability"], line["y"]), .8, delta=.01)
        kept = s["kept"]["picture"]
        self.assertEqual([round(value_at(kept, mark["y"]), 2) for mark in kept["marks"]], [.75, .6])
        for series in kept["series"]:
            self.assert_drawn(kept, series["points"], [(one["jaccard"], None, None) for one in segments if one["segment"] == series["number"]])
        self.assertEqual([(one["k"], one["segment"], one["jaccard"], one["validity"]) for one in s["kept"]["rows"]],
                         [(one["k"], one["segment"], f"{one['jaccard']:.2f}", one["validity"]) for one in segments])

    def check_origins(self, o, segments):
        """Bars as high as they have customers, and bands as wide as who goes there."""
        rows = self.quality("origins")
        self.assertEqual([(one["k"], one["segment"], one["next_segment"], number(one["customers"])) for one in o["rows"]],
                         [(row["k"], row["segment"], row["next_segment"], row["customers"]) for row in rows])
        nodes = {(one["k"], one["segment"]): one for one in o["picture"]["nodes"]}
        sizes = {(one["k"], one["segment"]): one["customers"] for one in segments}
        self.assertEqual(set(nodes), set(sizes))
        scale = max(node["height"] for node in nodes.values()) / max(sizes.values())
        for key, node in nodes.items():
            self.assertAlmostEqual(node["height"], scale * sizes[key], delta=.2)
            self.assertEqual(node["colour"], key[1] if key[0] == 3 else None)
        for band, row in zip(o["picture"]["bands"], rows):
            left, right, far = (float(re.search(pattern, band["path"]).group(1)) for pattern in
                                (r"^M\S+ (\S+?)C", r"C.* (\S+)V", r"V(\S+?)C"))
            self.assertAlmostEqual(far - right, scale * row["customers"], delta=.3)
            self.assertGreaterEqual(left, nodes[row["k"], row["segment"]]["y"] - .1)
            self.assertLessEqual(far, nodes[row["next_k"], row["next_segment"]]["y"] + nodes[row["next_k"], row["next_segment"]]["height"] + .2)

    def check_valleys(self, v, borders, counts):
        own = [(row, bins) for row, bins in zip(borders, counts) if row["k"] == 3]
        self.assertEqual((len(v["shown"]), v["all"]), (len(own), len(own)))
        by_pair = {(row["half_segment"], row["other_half_segment"]): (row, bins) for row, bins in own}
        for one in v["shown"]:
            row, bins = by_pair[one["one"], one["other"]]
            self.assertEqual(one["bars"]["bars"], bins.reshape(64, 8).sum(axis=1).tolist())
            self.assertEqual((one["gap"], number(one["customers"]), one["depth"]), (row["gap"] == 1, row["customers"], f"{row['depth']:.2f}"))
        clear = [(row["gap"], -row["p_holm"], -row["depth"]) for row in (by_pair[one["one"], one["other"]][0] for one in v["shown"])]
        self.assertEqual(clear, sorted(clear))

    def test_one_number_was_not_asked_about(self):
        self.plant(300)
        self.write()
        self.segment("3")
        told, page = self.told("r.h5")
        self.assertIsNone(told["structure"])
        self.assertIsNone(told["tree"])
        self.assertTrue(any("has not been asked" in sentence for sentence in told["trust"]))
        for word in ('href="#structure"', 'id="structure"', 'href="#tree"', "How many segments?"):
            self.assertNotIn(word, page)

    def test_small_cells(self):
        self.plant(900, tiny=6)
        self.write("[privacy]\nmin_cell = 10")
        self.segment("3-4")
        told, page = self.told("r.h5")
        s = told["structure"]
        self.assertEqual((s["origins"], s["valleys"], s["least"]), (None, None, 10))
        self.assertIn("figures about fewer than 10 people are withheld", page)
        self.assertNotIn('data-svg="border-', page)
        self.assertNotIn('data-svg="origins"', page)
        few = [row["k"] for row in self.quality("structure") if row["smallest_share"] * 900 < 9.5]
        self.assertIn(4, few)
        for one in s["rows"]:
            self.assertEqual(one["smallest"].startswith("< "), one["k"] in few)
        for k in few:
            own = [one["customers"] for one in s["kept"]["rows"] if one["k"] == k]
            self.assertGreaterEqual(own.count("–"), 2)  # one alone would follow from the others
            self.assertTrue(all(one == "–" or number(one) >= 10 for one in own))
        self.assertFalse(any(re.fullmatch("[1-9]", one["customers"]) for one in s["kept"]["rows"]))

    def test_nothing_is_there(self):
        generator = np.random.default_rng(1)
        with h5py.File(self.path("t.h5"), "w") as file:
            file["customers/customer_id"] = np.arange(400)
            for j in range(4):
                file[f"customers/clump{j}"] = generator.normal(size=400)
        self.write()
        self.segment("2-4")
        told, page = self.told("r.h5")
        self.assertEqual(told["structure"]["recommended"], 0)
        self.assertIn("Recommended: no number", page)
        self.assertIn("No number is recommended", page)
        self.assertTrue(any("made, not found" in sentence for sentence in told["trust"]))
        self.assertEqual([one["k"] for one in told["structure"]["rows"] if one["marks"]], [told["structure"]["chosen"]])

    def test_names_have_no_gaps(self):
        self.plant(300)
        self.write(features='columns = ["home"]\nkind = "categorical"')
        self.segment("2-3")
        told, page = self.told("r.h5")
        self.assertEqual({one["gaps"] for one in told["structure"]["rows"]}, {"–"})
        self.assertIn("be looked for in names", page)

    def test_rules(self):
        charts, _, figures, flows, structure = modules(self)
        self.assertEqual(figures.withheld([500, 300, 4], 10), {1, 2})
        self.assertEqual(figures.withheld([500, 300, 4, 3], 10), {1, 2, 3})
        self.assertEqual(figures.withheld([500, 300, 6, 8], 10), {2, 3})
        self.assertEqual(figures.withheld([500, 300], 10), set())
        self.assertEqual(figures.withheld([4, None], 0), set())
        self.assertEqual([text for _, text in charts.ticks(-.02, .013)], ["−0.02", "−0.01", "0.00", "0.01"])
        self.assertEqual([text for _, text in charts.ticks(88_000, 106_000)], ["90\u00a0000", "95\u00a0000", "100\u00a0000", "105\u00a0000"])
        self.assertEqual(charts.spread([10, 11, 90, 95], 0, 100, 13), [10, 23, 87, 100])
        self.assertEqual(charts.thinned([str(i) for i in range(32)])[:4], ["0", "", "2", ""])
        crossing = flows.columns_of({(2, 0): 9, (2, 1): 8, (3, 0): 8, (3, 1): 9, (3, 2): 1}, [((2, 0), (3, 1), 9), ((2, 1), (3, 0), 8)])
        self.assertEqual(crossing, [[(2, 0), (2, 1)], [(3, 1), (3, 0), (3, 2)]])
        self.assertEqual(flows.window(list(range(2, 31)), 20), list(range(14, 26)))
        words = json.loads((PROJECT / "scripts/report/wording/en.json").read_text())
        row = {"k": 4, "stability_low": .7, "stability_high": .9, "error": ""}
        self.assertIn("With 4 segments the interval", structure.doubts([row], words["structure"])[0])
        self.assertEqual(structure.doubts([row | {"stability_low": .81}], words["structure"]), [])
        found = {"structure": [{"k": 3, "verdict": "natural", "stability": .9}], "about": {"chosen": 3, "recommended": 3, "customers": 5, "pairs": 20}}
        for verdict, recommended, word in (("natural", 3, "speak for"), ("reproducible", 3, "repeated"), ("constructed", 0, "made, not found"), ("reproducible", 0, "very small")):
            found["structure"][0]["verdict"], found["about"]["recommended"] = verdict, recommended
            self.assertIn(word, structure.trust(found, words["trust"]))


class Tree(Research):
    """Nine groups in three segments: two far apart from the third, one of them in a single merge."""
    LEFT, RIGHT = [0, 2, 9, 4, 6, 12, 11, 15], [1, 3, 10, 5, 7, 8, 13, 14]
    INCREASE = [1., 4., 9., 16., 25., 36., 400., 900.]
    CUSTOMERS = [40, 60, 100, 90, 30, 35, 190, 225]

    def tree(self, increase=INCREASE, left=LEFT, segment=(0, 0, 0, 0, 1, 1, 2, 2, 2), customers=CUSTOMERS, right=RIGHT, more=""):
        self.plant(225)
        self.write(more)
        self.segment("3")
        with h5py.File(self.path("r.h5"), "r+") as file:
            group = file.create_group("dendrogram")
            group["left"], group["right"] = np.array(left, "i4"), np.array(right, "i4")
            group["increase"], group["customers"] = np.array(increase, "f8"), np.array(customers, "i8")
            group["segment"] = np.array(segment, "i4")

    def setUp(self):
        super().setUp()
        # 0+1=9, 2+3=10, 9+10=11 | 4+5=13 is merge 4, so: 6+7=12 comes before it.
        self.LEFT, self.RIGHT = [0, 2, 9, 6, 4, 12, 11, 15], [1, 3, 10, 7, 5, 8, 13, 14]
        self.CUSTOMERS = [40, 60, 100, 30, 90, 35, 190, 225]

    def test_draws_the_merges(self):
        self.tree(left=self.LEFT, right=self.RIGHT, customers=self.CUSTOMERS)
        told, page = self.told("r.h5")
        t = told["tree"]
        self.assertIn('<a href="#tree">Tree</a>', page)
        self.assertEqual((t["chosen"], t["groups"], t["customers"], t["withheld"]), (3, "9", "225", 0))
        self.assertEqual([(one["k"], number(one["increase"]), one["share"], one["customers"]) for one in t["rows"]],
                         [(8 - i, self.INCREASE[i], f"{100 * self.INCREASE[i] / sum(self.INCREASE):.1f} %", str(self.CUSTOMERS[i])) for i in reversed(range(8))])
        self.assertEqual([one["k"] for one in t["rows"] if one["chosen"]], [3])
        picture = t["picture"]
        self.assertEqual([(one["segment"], one["customers"], one["kind"]) for one in picture["leaves"]],
                         [(0, "60", "pair"), (0, "–", "rest of pair"), (0, "40", "pair"), (0, "–", "rest of pair"), (1, "90", "pair"), (1, "–", "rest of pair"),
                          (2, "30", "pair"), (2, "–", "rest of pair"), (2, "5", "group")])
        # Each joint as far from the leaves as the root of what it costs.
        zero, one = ((tick["x"], number(tick["text"])) for tick in (picture["ticks"][0], picture["ticks"][-1]))
        height = lambda x: zero[1] + (one[1] - zero[1]) * (x - zero[0]) / (one[0] - zero[0])
        joints = sorted({round(height(float(re.match(r"M(\S+)", branch["path"]).group(1))), 1) for branch in picture["branches"]})
        np.testing.assert_allclose(joints, np.sqrt(self.INCREASE), atol=.06)
        self.assertTrue(6 < height(picture["cut"]) < 20)
        self.assertEqual(len(picture["branches"]), 16)
        self.assertEqual({branch["colour"] for branch in picture["branches"]}, {None, 0, 1, 2})
        self.assertEqual(page.count('class="branch'), 17)

    def test_of_many_groups_the_top(self):
        """A ladder: each merge adds one group to all before; the first 50 are inside a leaf."""
        m = 80
        self.tree(left=[0] + list(range(m, 2 * m - 2)), right=range(1, m), increase=[float(i + 1) for i in range(m - 1)],
                  customers=[2 * (i + 2) for i in range(m - 1)], segment=[0] * (m - 2) + [1, 2])
        t = self.told("r.h5")[0]["tree"]
        self.assertEqual(len(t["picture"]["leaves"]), 30)
        self.assertEqual(len(t["rows"]), 29)
        self.assertEqual(t["picture"]["leaves"][0]["customers"], str(2 * 51))
        self.assertEqual({one["customers"] for one in t["picture"]["leaves"][1:]}, {"2"})
        self.assertEqual([one["k"] for one in t["rows"] if one["chosen"]], [3])

    def test_small_groups_are_not_counted(self):
        self.tree(left=self.LEFT, right=self.RIGHT, customers=self.CUSTOMERS, more="[privacy]\nmin_cell = 10")
        told, page = self.told("r.h5")
        own = [one for one in told["tree"]["picture"]["leaves"] if one["segment"] == 2]
        self.assertEqual({one["customers"] for one in own}, {"–"})  # 5 would follow from 30 and the segment
        self.assertEqual({one["customers"] for one in told["tree"]["rows"]}, {"–"})
        self.assertIn("fewer than 10 people", page)
        self.assertNotIn("5 customers<", page[page.index('id="tree"'):].split("</section>")[0])

    def test_what_is_no_tree(self):
        for bad in ({"left": [0, 2, 9, 6, 4, 12, 11, 99]}, {"left": [0, 2, 9, 6, 4, 12, 11, 11]}, {"segment": [0, 1]}):
            self.tree(**{"left": self.LEFT, "right": self.RIGHT, "customers": self.CUSTOMERS} | bad)
            self.assert_fails(3, ["r.h5: no result that can be shown", "/dendrogram"], 1, "report", "r.h5", cwd=self.folder)


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
        three = lambda value: float(f"{value:.{0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2}f}")
        for table in tables:
            for i, row in zip(ids, table["rows"]):
                run = runs[i]
                self.assertEqual((row["algorithm"], row["k"], row["own"]), (run["algorithm"], run["k"], [str(run["seed"])]))
                self.assertEqual(row["recommended"], recommended[run["algorithm"], run["seed"]] == run["k"])
                cells = dict(zip(table["columns"], row["cells"]))
                for key in {"inertia", "objective", "bic", "icl", "calinski_harabasz"} & set(cells):
                    if math.isnan(run[key]):
                        self.assertEqual(cells[key], "–")
                    else:
                        self.assertEqual(number(cells[key]), three(run[key]))
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
        points = [(point["y"], point["text"]) for series in spent["picture"]["series"] for point in series["points"]]
        self.assertEqual(len(points), 8)
        for (y, k), run in zip(points, runs.values()):
            self.assertAlmostEqual(value_at(spent["picture"], y), run["stability"], delta=.01)
            self.assertEqual(k, str(run["k"]))

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
        _, comparison, _, _, _ = modules(self)
        import contrasts
        self.plant(60)
        self.compare('k = [2]\nseeds = [1, 2]\npairs = 2\nreferences = 0\n[[compare.blocks]]\nname = "one"\ncolumns = ["clump0"]\n'
                     '[[compare.blocks]]\nname = "two"\ncolumns = ["clump1"]')
        told, page = self.told("c.h5")
        self.assertEqual([panel["name"] for panel in told["panels"]], ["one", "two"])
        self.assertEqual(told["varying"], ["seed", "block"])
        tables = {name: [] for name in ("runs", "verdicts", "timings", "segments", "borders")}
        for name in tables:
            tables[name] = tidy(self.path("c.h5"), f"comparison/{name}") if name in h5py.File(self.path("c.h5"))["comparison"] else []
        tables["differences"] = [row for row in tidy(self.path("c.h5"), "comparison/differences")]
        words = json.loads((PROJECT / "scripts/report/wording/en.json").read_text())["comparison"]
        runs = comparison.Runs(tables)
        self.assertEqual(len(contrasts.differences(runs, words)["rows"]), 6)
        self.addCleanup(setattr, contrasts, "MOST_PAIRS", contrasts.MOST_PAIRS)
        contrasts.MOST_PAIRS = 5
        few = contrasts.differences(runs, words)
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
    def test_numbers_of_segments_and_a_tree(self):
        self.plant(400)
        self.write()
        self.segment("2-4")
        with h5py.File(self.path("r.h5"), "r+") as file:
            for name, values in (("left", np.array([0, 2, 4], "i4")), ("right", np.array([1, 3, 5], "i4")), ("increase", np.array([1., 2., 30.])),
                                 ("customers", np.array([200, 200, 400])), ("segment", np.array([0, 0, 1, 2], "i4"))):
                file[f"dendrogram/{name}"] = values
        self.report("r.h5")
        self.look("report.html")

    def test_comparison(self):
        self.plant(400)
        self.compare('algorithms = ["kmeans", "gmm"]\nk = [2, 3]\npairs = 3\nreferences = 2')
        self.report("c.h5")
        self.look("report.html", "--comparison")


if __name__ == "__main__":
    unittest.main()
