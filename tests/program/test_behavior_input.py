#!/usr/bin/env python3
"""What `behavior` takes from its files: the customers' columns as they are, and the same events from HDF5 as from CSV,
whatever is odd about them."""
import unittest

import h5py
import numpy as np

from program import hash_datasets, warnings
from test_behavior import BehaviorTest

TIMES = 'time_units = "seconds since 1970-01-01"\n'
JANUARY = 1704067200  # 2024-01-01


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


class Events(BehaviorTest):
    def hdf5(self, **columns):
        with h5py.File(self.folder / "e.h5", "w") as file:
            for name, cells in columns.items():
                file[f"events/{name}"] = cells

    def fails(self, parts, *args, file="e.h5"):
        self.assert_fails(3, parts, 2, "behavior", "e.toml", "--set", f'events.0.files=["{file}"]', *args, "--output", "x.h5", cwd=self.folder)

    def test_numbers_beyond_int64_and_years_beyond_9999(self):
        self.write("e.toml", '[[events]]\nfiles = ["e.h5"]\nid = "who"\ntime = "when"\nvalue = "amount"\n' + TIMES)
        beyond = 253402300800  # 10000-01-01
        self.hdf5(who=[1, 2], when=[JANUARY, JANUARY], amount=np.array([5, 2**63 + 5], "u8"))
        self.fails(['e.h5: column "amount", row 1: 9223372036854775813 is too large'])
        self.hdf5(who=[1, 2], when=np.array([JANUARY, 2**63], "u8"), amount=[1, 2])
        self.fails(['e.h5: column "when", row 1: 9223372036854775808 is outside the years 1 to 9999'])
        self.hdf5(who=[1, 2, 3], when=np.array([JANUARY, beyond, -1e15]), amount=[1, 2, 3])
        self.fails(['e.h5: column "when", row 1', "is outside the years 1 to 9999"])
        completed = self.job("behavior", "e.toml", "--set", "events.0.on_bad_event=skip", "--output", "out.h5")
        self.assertIn("2 events that can't be read are left out", completed.stderr)
        self.assertIn("as of 2024-01-02", completed.stdout)
        self.write("e.csv", f"who,when,amount\n1,{beyond - 1},1\n2,{beyond},1\n")
        self.fails(['e.csv: line 3, column "when"', f"{beyond} is outside the years 1 to 9999"], file="e.csv")

    def test_late_and_bad_events_count_for_nothing(self):
        """Not for channels' names either: the same bits as of CSV, where lines are read cell by cell."""
        rows = [("b", JANUARY, "1.00", "store", "yes"), ("a", JANUARY + 86400 * 40, "1.005", "late", "yes"), ("c", JANUARY + 5, "2.00", "web", "no"),
                ("d", JANUARY + 6, "1.00", "bad", "perhaps"), ("b", JANUARY + 86400 * 40, "1.00", "late", "yes")]
        self.write("e.csv", "who,when,amount,channel,promotion\n" + "".join(",".join(map(str, row)) + "\n" for row in rows))
        text = h5py.string_dtype()
        who, when, amount, channel, promotion = zip(*rows)
        self.hdf5(who=np.array(who, text), when=when, amount=np.array(amount, float), channel=np.array(channel, text), promotion=np.array(promotion, text))
        self.write("e.toml", '[[events]]\nfiles = ["e.csv"]\nid = "who"\ntime = "when"\nvalue = "amount"\nchannel = "channel"\npromotion = "promotion"\n'
                   'on_bad_event = "skip"\n' + TIMES + "[behavior]\nas_of = 2024-02-01\n")
        told = []
        for file in ("e.csv", "e.h5"):
            completed = self.job("behavior", "e.toml", "--set", f'events.0.files=["{file}"]', "--output", f"{file}.out", ranks=2)
            told.append([warning.split("; the first")[0] for warning in warnings(completed)])
        self.assertEqual(told[0], told[1])
        self.assertIn("2 events on the as-of date or later", told[1][1])
        of_table = [{name: digest for name, digest in hash_datasets(self.path(f"{file}.out")).items() if name.startswith("/customers")}
                    for file in ("e.csv", "e.h5")]
        self.assertEqual(of_table[0], of_table[1])
        self.assertIn("/customers/share_channel_web", of_table[0])
        self.assertNotIn("/customers/share_channel_late", of_table[0])
        self.fails(['e.h5: column "promotion", row 3'], "--set", "events.0.on_bad_event=error")

    def test_texts(self):
        """Names and ids become UTF-8, the customers' ids alike; too long ones are told, as of CSV."""
        self.write("e.toml", '[[events]]\nfiles = ["e.h5"]\nid = "who"\ntime = "when"\nchannel = "where"\n' + TIMES)
        self.hdf5(who=np.array([b"M\xfcller", b"Bo"]), when=[JANUARY] * 2, where=np.array([b"caf\xe9", b"web"]))
        with h5py.File(self.folder / "p.h5", "w") as file:
            file["customers/customer_id"] = np.array([b"Bo", b"M\xfcller"])
        self.job("behavior", "e.toml", "--customers", "p.h5", "--output", "out.h5", ranks=2)
        found = self.customers()
        self.assertEqual([name.decode() for name in found["customer_id"]], ["Bo", "Müller"])
        self.assertEqual(found["share_channel_café"].tolist(), [0, 1])
        self.job("behavior", "e.toml", "--output", "out.h5")
        self.assertEqual([name.decode() for name in self.customers()["customer_id"]], ["Bo", "Müller"])
        long_id, long_name = "i" * 1025, "n" * 257
        for who, where, told in ((long_id, "web", ('"who"', "an id of more than 1024 bytes")), ("a", long_name, ('"where"', "a name of more than 256 bytes"))):
            self.hdf5(who=np.array([b"b", who.encode()]), when=[JANUARY] * 2, where=np.array([b"web", where.encode()]))
            self.fails(["e.h5", "row 1", *told])
            self.write("e.csv", f"who,when,where\nb,{JANUARY},web\n{who},{JANUARY},{where}\n")
            self.fails(["e.csv", "line 3", *told], file="e.csv")

    def test_what_is_found_out_of_csv_is_told(self):
        self.write("a.csv", "who;when;amount\n1;2024-01-05;1,50\n;;\n2;2024-01-06;2,25\n;;\n")
        self.write("e.toml", '[[events]]\nfiles = ["a.csv"]\nid = "who"\ntime = "when"\nvalue = "amount"\n')
        completed = self.job("behavior", "e.toml", "--output", "out.h5", ranks=2)
        self.assertEqual(warnings(completed), [
            'psychograph: warning: a.csv: commas are read as decimal signs, as in "1,50"',
            "psychograph: warning: 2 rows that hold nothing but delimiters are left out; the first: a.csv: line 3"])
        self.assertEqual(self.customers()["monetary"].tolist(), [1.5, 2.25])
        self.write("a.csv", "who;when;amount\n1;2024-01-05;1.500\n")
        completed = self.job("behavior", "e.toml", "--output", "out.h5")
        self.assertIn("could separate thousands, which must be taken out then", completed.stderr)
        self.assertNotIn("--decimal", completed.stderr)


if __name__ == "__main__":
    unittest.main()
