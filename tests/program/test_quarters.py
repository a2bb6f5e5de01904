"""Four quarters of a made-up base whose truth is known: what was planted is what segment and resegment find."""
import unittest

import h5py
import numpy as np

from program import ProgramTest, hash_datasets

SEGMENTS = 5
SPEC = """
[input]
files = ["q1.h5"]
id = "customer_id"
[[features]]
columns = ["feature_*"]
[cluster]
k = 5
seed = 11
"""


class Quarter:
    """The truth of a table, and what was found in it, customer by customer in the order of their ids."""

    def __init__(self, table, result):
        with h5py.File(table) as file:
            order = np.argsort(file["customers/customer_id"][()])
            self.truth = file["truth/segment"][()][order]
            self.previous_truth = file["truth/previous_segment"][()][order]
            self.ids = file["customers/customer_id"][()][order]
            self.joined = int(file["truth"].attrs["joined"])
        with h5py.File(result) as file:
            self.found = file["assignments/segment"][()][order]
            self.segment_ids = file["segments/id"][()]
            self.names = file["segments/name"].asstr()[()]
            history = file.get("history")
            self.history = {} if history is None else {
                name: self.read(entry) for name, entry in history.items()}

    @staticmethod
    def read(entry):
        found = {}
        entry.visititems(lambda name, item: found.update({name: item[()]}) if isinstance(item, h5py.Dataset) else None)
        entry.visititems(lambda name, item: found.update({f"{name}@{key}": value for key, value in item.attrs.items()}))
        return found | {f"@{key}": value for key, value in entry.attrs.items()}

    def id_of(self, truth):
        """The id that the customers of a true segment have, all of them."""
        ids = np.unique(self.found[self.truth == truth])
        assert len(ids) == 1, f"true segment {truth} was found as {ids}"
        return int(ids[0])

    def change(self):
        """The newest entry's part about what changed."""
        newest = self.history[max(self.history)]
        return {key.removeprefix("change/"): value for key, value in newest.items()}


class FourQuarters(ProgramTest):
    def make(self, quarter, *options, customers=40_000):
        self.run_ok(2, "generate", "--customers", customers, "--features", 8, "--segments", SEGMENTS, "--separation", 25,
                    "--quarter", quarter, *options, "--output", self.path(f"q{quarter}.h5"))

    def segment(self, quarter, k, *options, ranks=2):
        (self.folder / "spec.toml").write_text(SPEC)
        job = ("segment",) if quarter == 1 else ("resegment", "--previous", f"s{quarter - 1}.h5")
        return self.run_ok(ranks, job[0], "spec.toml", *job[1:], "--input", f"q{quarter}.h5", "--k", k, "--output",
                           f"s{quarter}.h5", *options, cwd=self.folder)

    def quarter(self, number):
        return Quarter(self.path(f"q{number}.h5"), self.path(f"s{number}.h5"))

    def assert_migration_is_the_planted_one(self, before, now, truths):
        """The whole matrix, joined and left included, from the truth of both tables alone."""
        change = now.change()
        rows = {before.id_of(t): t for t in truths if (before.truth == t).any()}
        columns = {now.id_of(t): t for t in truths if (now.truth == t).any()}
        shape = (len(change["old_id"]) + 1, len(change["new_id"]) + 1)
        self.assertEqual(change["migration"].shape, shape)
        stays = np.isin(now.ids, before.ids)
        old_truth = dict(zip(before.ids.tolist(), before.truth.tolist()))
        np.testing.assert_array_equal(now.previous_truth[stays], [old_truth[i] for i in now.ids[stays].tolist()])
        left = ~np.isin(before.ids, now.ids)
        for r, old in enumerate(change["old_id"]):
            for c, new in enumerate(change["new_id"]):
                planted = np.sum(stays & (now.previous_truth == rows[old]) & (now.truth == columns[new]))
                self.assertEqual(change["migration"][r, c], planted, (old, new))
            self.assertEqual(change["migration"][r, -1], np.sum(left & (before.truth == rows[old])), old)
        for c, new in enumerate(change["new_id"]):
            self.assertEqual(change["migration"][-1, c], np.sum(~stays & (now.truth == columns[new])), new)
        self.assertEqual(change["migration"][-1].sum(), now.joined)

    def test_ids_moves_split_and_death(self):
        for quarter in (1, 2, 3, 4):
            self.make(quarter)
        split, dead, new = 0, SEGMENTS - 1, SEGMENTS
        for quarter, k in ((1, 5), (2, 5), (3, 6), (4, 5)):
            self.segment(quarter, k, ranks=1 + quarter % 3)
        quarters = {number: self.quarter(number) for number in (1, 2, 3, 4)}
        truths = {1: range(5), 2: range(5), 3: range(6), 4: [t for t in range(6) if t != dead]}
        ids = {t: quarters[1].id_of(t) for t in range(5)}
        for number, quarter in quarters.items():
            for truth in truths[number]:
                if truth != new and (truth != split or number < 3):
                    self.assertEqual(quarter.id_of(truth), ids[truth], f"quarter {number}, true segment {truth}")
            if number >= 3:  # either half may be the heir; the other has the next id ever
                self.assertEqual({quarter.id_of(split), quarter.id_of(new)}, {ids[split], 5})
                self.assertEqual(quarter.id_of(split), quarters[3].id_of(split))
            if number > 1:
                self.assert_migration_is_the_planted_one(quarters[number - 1], quarter, range(6))
            self.assertEqual(len(quarter.history), number if number > 1 else 0)
        events = {number: quarters[number].change() for number in (2, 3, 4)}
        self.assertEqual(len(events[2].get("events/change", [])), 0)
        self.assertEqual(events[3]["events/change"].tolist(), [b"split"])
        self.assertEqual(events[3]["events/old_id"].tolist(), [ids[split]])
        self.assertEqual(events[3]["events/new_id"].tolist(), [5])
        self.assertEqual(events[4]["events/change"].tolist(), [b"death"])
        self.assertEqual(events[4]["events/old_id"].tolist(), [ids[dead]])
        for later in (3, 4):  # every earlier quarter's entry is carried along as it was
            for name, entry in quarters[later - 1].history.items():
                for key, value in entry.items():
                    np.testing.assert_array_equal(quarters[later].history[name][key], value, key)

    def test_four_quarters_without_change_report_no_drift(self):
        for quarter in (1, 2, 3, 4):
            self.make(quarter, "--no-change")
            done = self.segment(quarter, 5)
        for number in (2, 3, 4):
            change = self.quarter(number).change()
            self.assertEqual(change["@verdict"], b"keep the model")
            self.assertEqual(change["@kept_share"], 1.0)
            self.assertEqual(np.abs(change["features/stability_index"]).max(), 0.0)
            self.assertLess(np.abs(change["features/mean_shift"]).max(), 1e-12)
            self.assertEqual(len(change.get("events/change", [])), 0)
        self.assertIn("keep the model", done.stdout)

    def test_same_bits_and_verified(self):
        for quarter in (1, 2):
            self.make(quarter, customers=6000)
        self.segment(1, 5)
        expected = None
        for ranks in (1, 2, 3, 4):
            self.segment(2, 5, ranks=ranks)
            hashes = hash_datasets(self.path("s2.h5"))
            self.assertEqual(hashes, expected or hashes)
            expected = hashes
        done = self.run_ok(3, "verify", "s2.h5", "--previous", "s1.h5", "--input", "q2.h5", cwd=self.folder)
        self.assertIn("the same to the bit", done.stdout)
        for options, code, words in (((), 2, "--previous"), (("--previous", "s2.h5"), 3, "s2.h5")):
            self.assert_fails(code, ["s2.h5", words], 2, "verify", "s2.h5", *options, "--input", "q2.h5",
                              cwd=self.folder)


if __name__ == "__main__":
    unittest.main()
