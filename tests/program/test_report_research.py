#!/usr/bin/env python3
"""The report's pages of how many segments there are, and of the tree of merges. Every figure, and every place in a picture, is held
against the file."""
import re
import unittest

import h5py
import numpy as np

from reports import BrowserTest, Research, modules, number, signed, three, value_at


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
            self.assertEqual(one["inertia"], three(row["inertia"]))
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
        texts = {name: [point["text"] for point in chart["series"][0]["points"]] for name, chart in s["pictures"].items()}
        self.assertEqual(texts, {"stability": [f"{row['stability']:.2f}" for row in rows], "reference": [signed(row["reference_gap"], 3) for row in rows],
                                 "elbow": [three(row["inertia"]) for row in rows]})
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
        sides = {}
        for band, row in zip(o["picture"]["bands"], rows):
            left, right, far = (float(re.search(pattern, band["path"]).group(1)) for pattern in
                                (r"^M\S+ (\S+?)C", r"C.* (\S+)V", r"V(\S+?)C"))
            self.assertAlmostEqual(far - right, scale * row["customers"], delta=.3)
            sides.setdefault((row["k"], row["segment"], "out"), []).append((left, scale * row["customers"]))
            sides.setdefault((row["next_k"], row["next_segment"], "in"), []).append((right, scale * row["customers"]))
        for (k, segment, _), bands in sides.items():  # from the top of the bar to its end, one below the other
            at = nodes[k, segment]["y"]
            for start, width in sorted(bands):
                self.assertAlmostEqual(start, at, delta=.3)
                at += width
            self.assertAlmostEqual(at, nodes[k, segment]["y"] + nodes[k, segment]["height"], delta=.4)

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
        charts, figures, flows, structure, words = modules(self, "charts", "figures", "flows", "structure")
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
        row = {"k": 4, "stability_low": .7, "stability_high": .9, "error": ""}
        self.assertIn("With 4 segments the interval", structure.doubts([row], words["structure"])[0])
        self.assertEqual(structure.doubts([row | {"stability_low": .81}], words["structure"]), [])
        found = {"structure": [{"k": 3, "verdict": "natural", "stability": .9}], "about": {"chosen": 3, "recommended": 3, "customers": 5, "pairs": 20}}
        for verdict, recommended, word in (("natural", 3, "speak for"), ("reproducible", 3, "repeated"), ("constructed", 0, "made, not found"), ("reproducible", 0, "very small")):
            found["structure"][0]["verdict"], found["about"]["recommended"] = verdict, recommended
            self.assertIn(word, structure.trust(found, words["trust"]))


def write_tree(file, left, right, increase, customers, segment, leaves):
    for name, columns in (("merges", {"left": left, "right": right, "increase": increase, "customers": customers}),
                          ("leaves", {"segment": segment, "customers": leaves, "weight": leaves})):
        for column, values in columns.items():
            file[f"dendrogram/{name}/{column}"] = np.array(values, "f8" if column in ("increase", "weight") else "i8")
        file[f"dendrogram/{name}"].attrs["columns"] = np.bytes_(",".join(columns))


class Tree(Research):
    """Nine groups in three segments, the third far apart from the others in what joining it costs."""
    LEFT, RIGHT = [0, 2, 9, 6, 4, 12, 11, 15], [1, 3, 10, 7, 5, 8, 13, 14]  # 0..3 are of segment 0, 4 and 5 of 1, 6 to 8 of 2
    INCREASE = [1., 4., 9., 16., 25., 36., 400., 900.]
    CUSTOMERS = [40, 60, 100, 30, 90, 35, 190, 225]
    LEAVES = [25, 15, 40, 20, 50, 40, 18, 12, 5]

    def tree(self, left=LEFT, right=RIGHT, increase=INCREASE, customers=CUSTOMERS, segment=(0, 0, 0, 0, 1, 1, 2, 2, 2), leaves=LEAVES, more=""):
        self.plant(225)
        self.write(more)
        self.segment("3")
        with h5py.File(self.path("r.h5"), "r+") as file:
            write_tree(file, left, right, increase, customers, segment, leaves)

    def test_draws_the_merges(self):
        self.tree()
        told, page = self.told("r.h5")
        t = told["tree"]
        self.assertIn('<a href="#tree">Tree</a>', page)
        self.assertEqual((t["chosen"], t["groups"], t["customers"], t["withheld"]), (3, "9", "225", 0))
        self.assertEqual([(one["k"], number(one["increase"]), one["share"], one["customers"]) for one in t["rows"]],
                         [(8 - i, self.INCREASE[i], f"{100 * self.INCREASE[i] / sum(self.INCREASE):.1f} %", str(self.CUSTOMERS[i])) for i in reversed(range(8))])
        self.assertEqual([one["k"] for one in t["rows"] if one["chosen"]], [3])
        picture = t["picture"]
        self.assertEqual([(one["segment"], one["customers"], one["kind"]) for one in picture["leaves"]],
                         [(0, "40", "group"), (0, "20", "group"), (0, "25", "group"), (0, "15", "group"), (1, "50", "group"), (1, "40", "group"),
                          (2, "18", "group"), (2, "12", "group"), (2, "5", "group")])
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
                  customers=[2 * (i + 2) for i in range(m - 1)], segment=[0] * (m - 2) + [1, 2], leaves=[2] * m)
        t = self.told("r.h5")[0]["tree"]
        self.assertEqual(len(t["picture"]["leaves"]), 30)
        self.assertEqual(len(t["rows"]), 29)
        self.assertEqual(t["picture"]["leaves"][0]["customers"], str(2 * 51))
        self.assertEqual({one["customers"] for one in t["picture"]["leaves"][1:]}, {"2"})
        self.assertEqual([one["k"] for one in t["rows"] if one["chosen"]], [3])

    def test_small_groups_are_not_counted(self):
        self.tree(more="[privacy]\nmin_cell = 10")
        told, page = self.told("r.h5")
        own = [one for one in told["tree"]["picture"]["leaves"] if one["segment"] == 2]
        self.assertEqual([one["customers"] for one in own], ["18", "–", "–"])  # 5 alone would follow from the segment's 35
        self.assertEqual({one["customers"] for one in told["tree"]["rows"]}, {"–"})
        self.assertIn("fewer than 10 people", page)
        self.assertNotIn(">5 customers<", page[page.index('id="tree"'):].split("</section>")[0])

    def test_what_is_no_tree(self):
        for bad in ({"left": [0, 2, 9, 6, 4, 12, 11, 99]}, {"left": [0, 2, 9, 6, 4, 12, 11, 11]}, {"segment": [0, 1]}):
            self.tree(**bad)
            self.assert_fails(3, ["r.h5: no result that can be shown", "/dendrogram"], 1, "report", "r.h5", cwd=self.folder)


class Browser(BrowserTest, Research):
    def test_numbers_of_segments_and_a_tree(self):
        self.plant(400)
        self.write()
        self.segment("2-4")
        with h5py.File(self.path("r.h5"), "r+") as file:
            write_tree(file, [0, 2, 4], [1, 3, 5], [1., 2., 30.], [200, 200, 400], [0, 0, 1, 2], [110, 90, 150, 50])
        self.report("r.h5")
        self.look("report.html")


if __name__ == "__main__":
    unittest.main()
