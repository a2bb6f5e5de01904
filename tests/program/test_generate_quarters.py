"""psychograph generate --quarter: the same customers a quarter later, with a known truth of who went where."""
import unittest

import h5py
import numpy as np

from program import hash_datasets
from test_generate import GenerateTest

SEGMENTS = 4
NEW = SEGMENTS          # split off segment 0 in quarter 3
DEAD = SEGMENTS - 1     # gone from quarter 4 on


class Quarter:
    """A table sorted by customer, as dict columns, with its truth."""

    def __init__(self, path):
        with h5py.File(path) as file:
            self.ids = file["customers/customer_id"][:]
            order = np.argsort(self.ids, kind="stable")
            columns = {name: (item["codes"] if isinstance(item, h5py.Group) else item)[:][order]
                       for name, item in file["customers"].items()}
            self.id = columns.pop("customer_id")
            self.columns = columns
            self.segment = file["truth/segment"][:][order]
            self.previous = file["truth/previous_segment"][:][order]
            self.truth = dict(file["truth"].attrs)
            self.shifts = file["truth/centroids" if "centroids" in file["truth"] else "truth/shifts"][:]

    def migration(self):
        matrix = np.zeros((SEGMENTS + 1, SEGMENTS + 1), dtype=int)
        stayed = self.previous >= 0
        np.add.at(matrix, (self.previous[stayed], self.segment[stayed]), 1)
        return matrix


class Quarters(GenerateTest):
    kind = ("--kind", "gaussian")

    def generate(self, ranks=1, quarter=3, customers=20_003, segments=SEGMENTS, features=6, extra=(), **options):
        told = () if quarter is None else ("--quarter", quarter)
        return super().generate(ranks, customers=customers, segments=segments, features=features,
                                extra=(*self.kind, *told, *extra), **options)

    def quarter(self, quarter, ranks=1, **options):
        return Quarter(self.generate(ranks, quarter, output=f"q{quarter}.h5", **options))

    def test_quarter_one_is_the_table_without_quarters(self):
        plain = hash_datasets(self.generate(quarter=None, output="plain.h5"))
        first = hash_datasets(self.generate(2, quarter=1))
        self.assertEqual({name: first[name] for name in plain}, plain)
        self.assertEqual(sorted(set(first) - set(plain)),
                         ["/truth/previous_segment", *(f"/truth@{name}" for name in (
                             "changed", "churn", "died_segment", "first_id", "joined", "movers", "new_segment",
                             "quarter", "split_segment", "steady"))])
        with h5py.File(self.path("c.h5")) as file:
            self.assertEqual(set(file["truth/previous_segment"][:]), {-1})

    def test_same_on_any_number_of_ranks(self):
        for quarter in (2, 5):
            self.assert_same_on_ranks(lambda ranks: self.generate(ranks, quarter, extra=("--missing", "0.1")))

    def test_same_over_several_blocks(self):
        self.assert_same_on_ranks(lambda ranks: self.generate(ranks, 4, customers=900_001, features=2), ranks=(1, 2, 3))

    def test_same_with_every_instruction_set(self):
        self.assert_same_with_every_target(quarter=4)

    def test_every_customer_once_and_tables_sorted_differently(self):
        quarters = [self.quarter(q) for q in (1, 2, 3)]
        for quarter in quarters:
            first = quarter.truth["first_id"]
            self.assertEqual(first % 64, 0)
            np.testing.assert_array_equal(quarter.id, np.arange(first, first + 20_003))
        np.testing.assert_array_equal(quarters[0].ids, quarters[0].id)
        common = [q.ids[(q.ids >= quarters[2].id[0]) & (q.ids <= quarters[0].id[-1])] for q in quarters]
        self.assertLess(np.mean(common[0] == common[1]), 0.02)
        self.assertLess(np.mean(common[1] == common[2]), 0.02)
        for ids in common[1:]:
            self.assertLess(abs(np.corrcoef(ids, common[0])[0, 1]), 6 / np.sqrt(len(ids) / 64))

    def test_quarters_agree_on_who_was_where(self):
        last = self.quarter(1)
        for number in range(2, 7):
            quarter = self.quarter(number, ranks=number % 3 + 1)
            joined = round(0.05 * (20_003 // 64)) * 64
            self.assertEqual(quarter.id[0] - last.id[0], joined)
            np.testing.assert_array_equal(quarter.previous, np.r_[last.segment[joined:], np.full(joined, -1)])
            truth = quarter.truth
            self.assertEqual((truth["quarter"], truth["joined"]), (number, joined))
            self.assertEqual((truth["movers"], truth["churn"], truth["steady"]), (0.02, 0.05, 0))
            stayed = quarter.previous >= 0
            self.assertEqual(truth["changed"], (quarter.segment != quarter.previous)[stayed].sum())
            last = quarter

    def assert_about(self, hits, trials, probability):
        self.assertLess(abs(hits - trials * probability), 6 * np.sqrt(trials * probability) + 1e-9)

    def test_movers_go_everywhere_and_no_others(self):
        matrix = self.quarter(2, customers=200_000).migration()
        self.assertFalse(matrix[NEW].any() or matrix[:, NEW].any())
        for start in range(SEGMENTS):
            for end in set(range(SEGMENTS)) - {start}:
                self.assert_about(matrix[start, end], matrix[start].sum(), 0.02 / (SEGMENTS - 1))
        nobody = self.quarter(2, extra=("--movers", 0)).migration()
        np.testing.assert_array_equal(nobody, np.diag(np.diag(nobody)))
        everybody = self.quarter(2, extra=("--movers", 1)).migration()
        self.assertFalse(np.diag(everybody).any())

    @staticmethod
    def events(quarter):
        return [quarter.truth[name] for name in ("split_segment", "new_segment", "died_segment")]

    def test_one_segment_is_split_and_another_dies(self):
        for quarter in (1, 2):
            self.assertEqual(self.quarter(quarter).shifts.shape, (SEGMENTS, 6))
        third, fourth, fifth = (self.quarter(q, customers=100_000, extra=("--movers", 0)) for q in (3, 4, 5))
        matrix = third.migration()
        self.assert_about(matrix[0, NEW], matrix[0].sum(), 0.5)
        self.assertEqual(matrix[0, 0] + matrix[0, NEW], matrix[0].sum())
        self.assertEqual(np.count_nonzero(matrix[1:] - np.diag(np.diag(matrix))[1:]), 0)
        self.assertEqual(self.events(third), [0, NEW, -1])
        matrix = fourth.migration()
        self.assertFalse((fourth.segment == DEAD).any())
        for end in (0, 1, 2, NEW):
            self.assert_about(matrix[DEAD, end], matrix[DEAD].sum(), 1 / 4)
            self.assertEqual(matrix[end].sum(), matrix[end, end])
        self.assertEqual(self.events(fourth), [-1, -1, DEAD])
        self.assertEqual(fifth.truth["changed"], 0)
        self.assertFalse((fifth.segment == DEAD).any())  # not even of those who joined
        self.assertGreater((fifth.segment[fifth.previous < 0] == NEW).sum(), 0)
        for quarter in (third, fourth, fifth):
            self.assertEqual(quarter.shifts.shape, (SEGMENTS + 1, 6))

    def test_the_new_segment_lies_clearly_apart(self):
        for seed in range(1, 6):
            shifts = self.quarter(3, seed=seed).shifts
            self.assertAlmostEqual(np.linalg.norm(shifts[NEW] - shifts[0]), 5, places=4)

    def test_cells_follow_the_customer_and_the_segment(self):
        first, last = self.quarter(1, extra=("--missing", 0.1)), self.quarter(6, extra=("--missing", 0.1))
        begin = last.id[0]
        same = first.segment[begin:] == last.segment[:-begin]
        self.assertGreater(same.sum(), 1000)
        for name, values in first.columns.items():
            early, late = values[begin:], last.columns[name][:-begin]
            np.testing.assert_array_equal(early[same], late[same])
            if late.dtype == np.float32:
                np.testing.assert_array_equal(np.isnan(early), np.isnan(late))
            differ = (early != late) & (early == early)
            self.assertGreater(differ[~same].mean(), 0.1, name)

    def test_no_change_is_another_order_and_nothing_else(self):
        first = self.quarter(1)
        for quarter in (2, 3, 4, 7):
            later = self.quarter(quarter, extra=("--no-change",))
            self.assertEqual((later.truth["joined"], later.truth["changed"], later.truth["steady"]), (0, 0, 1))
            np.testing.assert_array_equal(later.id, first.id)
            np.testing.assert_array_equal(later.segment, first.segment)
            np.testing.assert_array_equal(later.previous, first.segment)
            np.testing.assert_array_equal(later.shifts, first.shifts)
            self.assertFalse(np.array_equal(later.ids, first.ids))
            for name, values in first.columns.items():
                np.testing.assert_array_equal(later.columns[name], values)
        long_way = hash_datasets(self.generate(quarter=7, extra=("--movers", 0, "--churn", 0, "--steady")))
        self.assertEqual(long_way, hash_datasets(self.path("q7.h5")))

    def test_steady_keeps_the_planted_segments(self):
        quarter = self.quarter(5, extra=("--steady",))
        self.assertEqual(set(quarter.segment), set(range(SEGMENTS)))
        self.assertEqual(len(quarter.shifts), SEGMENTS)
        self.assert_about(quarter.truth["changed"], 19_000, 0.02)

    def test_everybody_new_and_few_rows(self):
        quarter = self.quarter(3, extra=("--churn", 1))
        self.assertEqual(quarter.truth["joined"], 20_003 // 64 * 64)
        for ranks, customers, segments in ((1, 1, 1), (4, 63, 2), (3, 130, 1), (2, 65, 65)):
            for number in (3, 4, 5):
                quarter = Quarter(self.generate(ranks, number, customers, segments, extra=("--movers", 0.5)))
                self.assertEqual(len(quarter.id), customers)
                self.assertEqual(len(set(quarter.id)), customers)
                self.assertLessEqual(quarter.segment.max(), segments)

    def test_summary(self):
        self.generate(2, 3, extra=("--quiet",))
        self.assertIn("quarter 3: 1024 joined, ", self.completed.stdout)
        self.assertIn("half of segment 0 is now segment 4", self.completed.stdout)
        self.generate(2, 4)
        self.assertIn("segment 3 has died", self.completed.stdout)
        self.generate(1, 4, extra=("--steady",))
        self.assertNotIn("died", self.completed.stdout)
        self.generate(1, None)
        self.assertNotIn("quarter", self.completed.stdout)

    def test_a_table_in_another_order_is_segmented(self):
        path = self.generate(2, 3, customers=5000, features=8)
        spec = self.path("spec.toml")
        with open(spec, "w", encoding="utf-8") as file:
            file.write('[input]\nid = "customer_id"\n[[features]]\ncolumns = ["feature_*"]\nscale = "none"\n'
                       '[cluster]\nk = 5\n')
        self.assert_same_on_ranks(lambda ranks: self.segmented(ranks, spec, path), ranks=(1, 3))
        with h5py.File(path) as table, h5py.File(self.path("s.h5")) as result:
            np.testing.assert_array_equal(result["assignments/customer_id"][:], table["customers/customer_id"][:])
            found = np.zeros((5, 5), dtype=int)
            np.add.at(found, (table["truth/segment"][:], result["assignments/segment"][:]), 1)
        self.assertGreater(found.max(axis=1).sum() / 5000, 0.9)

    def segmented(self, ranks, spec, path):
        self.run_ok(ranks, "segment", spec, "--input", path, "--output", self.path("s.h5"), "--quiet")
        return self.path("s.h5")


class QuartersOfCustomers(Quarters):
    """The same of survey answers, counts and categories."""
    kind = ("--kind", "customers")

    def test_the_new_segment_lies_clearly_apart(self):
        """Of the six traits: each step is 8 / sqrt(6), or less where a shift would pass 3."""
        for seed in range(1, 6):
            shifts = self.quarter(3, seed=seed).shifts
            self.assertLessEqual(np.abs(shifts).max(), 3)
            self.assertGreater(np.linalg.norm(shifts[NEW] - shifts[0]), 6)

    test_a_table_in_another_order_is_segmented = None


class Options(GenerateTest):
    def fails(self, parts, *extra, customers=100):
        self.assert_fails(2, parts, 2, "generate", "--customers", customers, "--features", 2, "--segments", 2,
                          "--output", self.path("x.h5"), *extra)

    def test_every_option_is_checked(self):
        for quarter in (0, -1, 1001, "last", 1.5):
            self.fails(["--quarter"], "--quarter", quarter)
        for name in ("--movers", "--churn"):
            for value in (-0.1, 1.1, "some", "nan"):
                self.fails([name], "--quarter", 2, name, value)
            self.fails([name, "--quarter"], name, 0.1)
            self.fails([name, "--no-change"], "--quarter", 2, "--no-change", name, 0.1)
        for name in ("--steady", "--no-change"):
            self.fails([name, "--quarter"], name)
        self.fails(["--steady", "--no-change"], "--quarter", 2, "--no-change", "--steady")
        self.fails(["--customers 10000000000000000", "--quarter 1000"], "--quarter", 1000, customers=10**16)


if __name__ == "__main__":
    unittest.main()
