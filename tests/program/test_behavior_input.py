#!/usr/bin/env python3
"""What `behavior` takes from its files: the customers' columns as they are."""
import unittest

import h5py
import numpy as np

from test_behavior import BehaviorTest


class Customers(BehaviorTest):
    def setUp(self):
        super().setUp()
        self.write("e.csv", "who,when\n1,2024-01-05\n3,2024-01-06\n")
        self.write("e.toml", '[[events]]\nfiles = ["e.csv"]\nid = "who"\ntime = "when"\n')

    def people(self, path, ids, **columns):
        """Columns are cells and attributes."""
        with h5py.File(self.folder / path, "w") as file:
            group = file.create_group("customers")
            group["customer_id"] = np.array(ids)
            for column, (cells, attributes) in columns.items():
                group[column] = cells
                group[column].attrs.update(attributes)

    def test_columns_and_attributes_are_kept(self):
        huge = np.uint64(2**63 + 5)
        columns = {
            "big": (np.array([7, huge], "u8"), {"missing_value": huge}),
            "when": (np.array([1, 2], "i4"), {"units": "days since 2020-01-01", "calendar": "standard"}),
            "grade": (np.array([1, 2], "i2"), {"kind": "ordinal", "long_name": "school grade"}),
            "word": (np.array(["x", "ok"], dtype=h5py.string_dtype()), {"missing_value": np.array(["x", "y"], dtype=h5py.string_dtype())}),
            "member": (np.array([True, False]), {}),
            "name": (np.array([b"M\xfcller", b"Bo"], "S6"), {}),
        }
        first, second = {"missing_value": np.int8(-9)}, {"missing_value": np.int8(-1)}
        self.people("p1.h5", [1, 2], answer=(np.array([3, -9], "i1"), first), **columns)
        self.people("p2.h5", [3, 4], answer=(np.array([-9, -1], "i1"), second), **columns)

        def make(ranks):
            completed = self.job("behavior", "e.toml", "--customers", "p1.h5", "p2.h5", "--output", f"out{ranks}.h5", ranks=ranks)
            self.assertIn('"name" has text that is not UTF-8', completed.stderr)
            return self.path(f"out{ranks}.h5")
        self.assert_same_on_ranks(make, (1, 3))
        with h5py.File(self.path("out3.h5")) as file:
            found = file["customers"]
            np.testing.assert_array_equal(found["answer"][()], [3, np.nan, -9, np.nan])
            self.assertEqual(dict(found["answer"].attrs), {})
            self.assertEqual(found["big"].attrs["missing_value"], huge)
            self.assertEqual(found["big"][()].tolist(), [7, int(huge)] * 2)
            self.assertEqual([word.decode() for word in found["word"].attrs["missing_value"]], ["x", "y"])
            self.assertEqual({name: value.decode() for name, value in found["when"].attrs.items()}, columns["when"][1])
            self.assertEqual({name: value.decode() for name, value in found["grade"].attrs.items()}, columns["grade"][1])
            self.assertEqual(found["member"].dtype, bool)
            self.assertEqual(found["name"].asstr()[()].tolist(), ["Müller", "Bo"] * 2)

    def test_repeated_ids_are_named(self):
        self.people("p1.h5", [b"a", b"b"])
        self.people("p2.h5", [b"c", b"a"])
        self.assert_fails(3, ['p1.h5: column "customer_id", row 0: the id "a" is repeated in row 1 of p2.h5'], 3,
                          "behavior", "e.toml", "--customers", "p1.h5", "p2.h5", "--output", "out.h5", cwd=self.folder)


if __name__ == "__main__":
    unittest.main()
