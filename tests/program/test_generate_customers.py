"""psychograph generate --kind customers: cells follow their laws, and the example spec finds the segments."""
import pathlib
import unittest

import h5py
import numpy as np

from test_generate import GenerateTest

EXAMPLE = pathlib.Path(__file__).resolve().parents[2] / "docs" / "examples" / "customers.toml"


def adjusted_rand_index(one, two):
    """Hubert and Arabie 1985: 1 for the same partition, about 0 for unrelated ones."""
    table = np.zeros((one.max() + 1, two.max() + 1))
    np.add.at(table, (one, two), 1)
    pairs = lambda counts: (counts * (counts - 1) / 2).sum()
    together, rows, columns = pairs(table), pairs(table.sum(axis=1)), pairs(table.sum(axis=0))
    chance = rows * columns / pairs(table.sum())
    return (together - chance) / ((rows + columns) / 2 - chance)


class Customers(GenerateTest):
    def generate(self, *args, features=24, extra=(), **options):
        return super().generate(*args, features=features, extra=("--kind", "customers", *extra), **options)

    def table(self, path):
        """Columns as stored (codes of coded ones), segments, and shifts by the name of the column."""
        with h5py.File(path) as file:
            columns = {name: (item["codes"] if isinstance(item, h5py.Group) else item)[:]
                       for name, item in file["customers"].items()}
            names = file["truth/columns"].asstr()[:]
            return columns, file["truth/segment"][:], dict(zip(names, file["truth/shifts"][:].T))

    def test_same_on_any_number_of_ranks(self):
        self.assert_same_on_ranks(lambda ranks: self.generate(ranks, extra=("--missing", "0.1")))

    def test_same_over_several_blocks(self):
        self.assert_same_on_ranks(lambda ranks: self.generate(ranks, customers=800_001, features=4), ranks=(1, 2, 3))

    def test_same_with_every_instruction_set(self):
        self.assert_same_with_every_target(customers=10_000, features=24, extra=("--missing", "0.1"))

    def test_layout(self):
        path = self.generate(features=26, customers=100)
        columns, _, shifts = self.table(path)
        self.assertEqual(set(columns), set(shifts) | {"customer_id"})
        self.assertEqual(list(shifts)[24:], ["value_security_2", "spend_12m_2"])
        types = {"value_security": "int8", "spend_12m": "float32", "visits_30d": "int16", "region": "int8",
                 "age": "int8", "customer_id": "int64"}
        self.assertEqual({name: str(columns[name].dtype) for name in types}, types)
        with h5py.File(path) as file:
            self.assertIn("north", file["customers/region/categories"].asstr()[:])
            self.assertEqual(file["truth"].attrs["kind"], b"customers")

    def test_few_rows_and_columns(self):
        for ranks, customers, features in ((1, 1, 1), (4, 3, 7), (3, 65, 3)):
            path = self.generate(ranks, customers=customers, features=features, segments=1)
            columns, truth, _ = self.table(path)
            self.assertEqual((len(truth), len(columns)), (customers, features + 1))

    def test_cells_follow_their_laws(self):
        n = 400_000
        columns, truth, shifts = self.table(self.generate(2, customers=n, segments=3))
        self.assertEqual((columns["value_power"].min(), columns["value_power"].max()), (1, 7))
        self.assertEqual((columns["attitude_trust"].min(), columns["attitude_trust"].max()), (1, 5))
        self.assertEqual((columns["age"].min(), columns["age"].max()), (18, 95))
        for segment in range(3):
            here = truth == segment
            tight = 6 / np.sqrt(here.sum())
            spend = np.log(columns["spend_12m"][here] / 420) / 0.8          # log-normal
            self.assertAlmostEqual(spend.mean(), shifts["spend_12m"][segment], delta=tight)
            self.assertAlmostEqual(spend.var(), 1, delta=1.5 * tight)
            self.assertAlmostEqual(((spend - spend.mean())**4).mean(), 3, delta=10 * tight)
            visits = columns["visits_30d"][here]                            # Poisson
            rate = 4 * np.exp(shifts["visits_30d"][segment] / 2)
            self.assertAlmostEqual(visits.mean(), rate, delta=tight * np.sqrt(rate))
            self.assertAlmostEqual(visits.var() / rate, 1, delta=tight * np.sqrt(2 + 1 / rate))
            self.assertAlmostEqual((visits == 0).mean(), np.exp(-rate), delta=tight)
            score = (np.arange(5) - 2) / np.sqrt(2)                         # shares tilted by the shift
            share = np.exp(shifts["region"][segment] * score)
            found = np.bincount(columns["region"][here], minlength=5) / here.sum()
            self.assertLess(np.abs(found - share / share.sum()).max(), tight)

    def test_columns_of_a_trait_are_correlated(self):
        n = 200_000
        columns, _, shifts = self.table(self.generate(customers=n, segments=1, extra=("--separation", "0")))
        names = ["value_security", "value_tradition", "attitude_planning", "attitude_impulse"]
        found = np.corrcoef([columns[name] for name in names])
        self.assertAlmostEqual(found[0, 1], 0.4, delta=0.04)                # rounding takes some
        self.assertAlmostEqual(found[2, 3], -0.4, delta=0.06)               # worded the other way
        self.assertAlmostEqual(found[0, 2], 0, delta=6 / np.sqrt(n))
        spend = np.corrcoef(np.log(columns["spend_12m"]), np.log(columns["basket_mean"]))[0, 1]
        self.assertAlmostEqual(spend, 0.4, delta=6 / np.sqrt(n))
        self.assertFalse(np.any(list(shifts.values())))

    def test_shifts_belong_to_traits_and_stay_on_the_scale(self):
        columns, _, shifts = self.table(self.generate(segments=50, extra=("--separation", "1000000")))
        self.assertEqual(max(np.abs(shift).max() for shift in shifts.values()), 3)
        np.testing.assert_array_equal(shifts["value_security"], shifts["value_tradition"])
        np.testing.assert_array_equal(shifts["attitude_planning"], -shifts["attitude_impulse"])
        self.assertTrue(np.isfinite(columns["spend_online_12m"]).all())

    def test_missing(self):
        n = 100_000
        columns, _, _ = self.table(self.generate(customers=n, extra=("--missing", "0.05")))
        del columns["customer_id"]
        for name, values in columns.items():
            coded = name in ("region", "channel")
            missing = np.isnan(values) if values.dtype == np.float32 else values == (-1 if coded else -99)
            self.assertAlmostEqual(missing.mean(), 0.05, delta=6 * 0.22 / np.sqrt(n), msg=name)
            self.assertGreaterEqual(values[~missing].min(), 0)

    def test_the_example_spec_finds_the_segments(self):
        for seed in (1, 2, 3):
            path = self.generate(2, customers=20_000, segments=5, seed=seed, extra=("--missing", "0.05"))
            found = self.path("segments.h5")
            self.run_ok(2, "segment", EXAMPLE, "--input", path, "--output", found, "--quiet")
            with h5py.File(path) as table, h5py.File(found) as result:
                index = adjusted_rand_index(table["truth/segment"][:], result["assignments/segment"][:])
            self.assertGreater(index, 0.85, f"seed {seed}")


if __name__ == "__main__":
    unittest.main()
