"""psychograph assign: a finished model gives new customers their segments, with the bits that segment gives."""
import hashlib
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import time
import unittest

import h5py
import numpy as np

from program import VOLATILE, ProgramTest, binary, command, environment, hash_datasets, messages, read

SOAK = bool(os.environ.get("PSYCHOGRAPH_SOAK"))
PEAK_MEMORY = pathlib.Path(__file__).resolve().parents[1] / "bench" / "peak_memory.py"
# What assign says of itself, and what it has no say in.
OWN = re.compile(VOLATILE.pattern + r"|/run@(job|iterations|converged|restart|starts|reached|objective|objective_name)|/quality.*")
N = 600


def rich():
    """A column of every kind that a feature can have, with missing cells."""
    random = np.random.default_rng(5)
    group = np.arange(N) % 3
    spend = random.gamma(2 + 3 * group, 20)
    spend[::17] = np.nan
    answers = {f"q{i}": np.clip(np.round(3 + group - 1 + random.normal(0, 1, N)), 1, 6) for i in (1, 2, 3)}
    for i, answer in enumerate(answers.values()):
        answer[i::13] = -9
    answers["q1"][:26], answers["q2"][:26] = -9, -9
    region = np.array([b"north", b"south", b"west"])[(group + (random.random(N) < 0.2)) % 3]
    region[5::29] = b""
    return {"age": random.integers(18, 80, N) + 5 * group, "customer_id": np.arange(N) * 7 + 3, "spend": spend,
            **answers, "region": region, "member": random.random(N) < 0.3 + 0.2 * group,
            "kind": random.integers(1, 3, N), "visits": random.poisson(2 + group).astype("int16"),
            "w": random.random(N) + 0.5}


RICH = """
[input]
files = ["table.h5"]
id = "customer_id"
weight = "w"
missing_values = [-9]
[[features]]
columns = ["age"]
scale = "minmax"
[[features]]
columns = ["spend"]
transform = "log1p"
missing = "drop"
[[features]]
columns = ["visits"]
transform = "sqrt"
scale = "robust"
[[features]]
columns = ["region", "member"]
[[features]]
columns = ["kind"]
kind = "binary"
[[constructs]]
name = "openness"
items = ["q3", "q1", "q2"]
reverse = ["q1"]
range = [1, 6]
missing = "median"
[describe_only]
columns = ["q2"]
[cluster]
k = 3
restarts = 2
"""


class Assign(ProgramTest):
    def write(self, columns, name="table.h5", rows=slice(None), **options):
        with h5py.File(self.path(name), "w") as file:
            for column, values in columns.items():
                if values is not None:
                    file.create_dataset(f"customers/{column}", data=values[rows], **options)

    def segment(self, spec, output="segments.h5", ranks=2):
        (self.folder / "spec.toml").write_text(spec)
        self.run_ok(ranks, "segment", "spec.toml", "--output", output, "--quiet", cwd=self.folder)

    def assign(self, *args, ranks=2, model="segments.h5", table="table.h5", output="assigned.h5"):
        return self.run_ok(ranks, "assign", model, "--input", table, "--output", output, *args, cwd=self.folder)

    def fails(self, code, *parts, table="table.h5", model="segments.h5", args=(), ranks=(0, 3)):
        for count in ranks:
            completed = self.assert_fails(code, parts, count, "assign", model, "--input", table, "--output", "no.h5",
                                          "--quiet", *args, cwd=self.folder, timeout=60)
            self.assertFalse((self.folder / "no.h5").exists())
        return completed

    def assert_as_segment(self, *args, ranks=(1, 2, 3, 4), table="table.h5", but=OWN):
        """All that segment wrote, bit for bit, on any number of ranks."""
        expected = hash_datasets(self.path("segments.h5"), but)
        for count in ranks:
            self.assign(*args, ranks=count, table=table)
            self.assertEqual(hash_datasets(self.path("assigned.h5"), but), expected, f"{count} ranks")


class SameAsSegment(Assign):
    def test_every_kind_of_feature(self):
        self.write(rich())
        self.segment(RICH)
        result = read(self.path("segments.h5"))
        self.assertEqual((result["assignments/segment"] == -1).sum(), np.isnan(rich()["spend"]).sum())
        # Columns that are only described are no part of what assign reads, and so of its fingerprint.
        self.assert_as_segment(but=re.compile(OWN.pattern + "|/run@input_fingerprint"))
        assigned = read(self.path("assigned.h5"))
        self.assertEqual((assigned["job"], assigned["algorithm"]), (b"assign", b"kmeans"))
        with h5py.File(self.path("segments.h5")) as file:
            self.assertEqual(assigned["model_sha256"], file["model/archive"].attrs["sha256"])
            self.assertEqual(file["run"].attrs["model_sha256"], assigned["model_sha256"])

    def test_many_windows_and_odd_chunks(self):
        self.run_ok(2, "generate", "--kind", "customers", "--customers", 150_000, "--features", 24, "--segments", 4,
                    "--missing", 0.05, "--output", "made.h5", cwd=self.folder)
        with h5py.File(self.path("made.h5")) as file, h5py.File(self.path("table.h5"), "w") as to:
            for name, item in file["customers"].items():
                if isinstance(item, h5py.Group):
                    file.copy(item, to.require_group("customers"), name)
                else:
                    to.create_dataset(f"customers/{name}", data=item[()], chunks=(7013,), compression=1)
        self.segment("""
[input]
files = ["table.h5"]
missing_values = [-99]
[[features]]
columns = ["value_*", "visits_30d", "age", "spend_*", "region", "channel", "attitude_*", "app_*", "support_*"]
[cluster]
k = 4
restarts = 1
""")
        self.assert_as_segment()
        self.assertEqual(read(self.path("assigned.h5"))["assignments/customer_id"][-1], 149_999)

    def test_ids_of_any_type(self):
        names = [f"customer {i ** 3:x}" for i in range(N)]
        for ids in (np.array(names, dtype="S40"), np.array(names, dtype=h5py.string_dtype()),
                    np.arange(N, dtype="uint64") + 2 ** 63, np.arange(N, dtype=">i2"), np.arange(N) / 8):
            self.write({**rich(), "customer_id": ids, "region": None, "spend": None, "w": None})
            self.segment('[input]\nfiles = ["table.h5"]\nid = "customer_id"\n[[features]]\ncolumns = ["age", "visits"]\n'
                         '[cluster]\nk = 3\n')
            self.assert_as_segment(ranks=(1, 3))

    def test_files_that_differ_in_type(self):
        columns = {**rich(), "spend": np.arange(N) % 50}
        self.write(columns, "part-1.h5", slice(0, 200))
        self.write({**columns, "customer_id": columns["customer_id"].astype("int32"),
                    "age": columns["age"].astype("float32")}, "part-2.h5", slice(200, 500))
        self.write(columns, "part-3.h5", slice(500, None))
        self.segment(RICH.replace("table.h5", "part-*.h5").replace('columns = ["q2"]', "columns = []"))
        self.assert_as_segment(table="part-*.h5")

    def test_other_layouts(self):
        columns = rich()
        names = ["customer_id", "age", "spend", "kind", "visits", "q1", "q2", "q3", "w"]
        with h5py.File(self.path("table.h5"), "w") as file:
            matrix = np.column_stack([columns[name].astype(float) for name in names])
            file.create_dataset("customers", data=matrix).attrs["columns"] = names
        spec = RICH.replace('[[features]]\ncolumns = ["region", "member"]\n', "").replace('["q2"]\n[cl', "[]\n[cl")
        self.segment(spec)
        self.assert_as_segment(ranks=(1, 3))
        records = np.empty(N, [(name, columns[name].dtype) for name in reversed(names)])
        for name in names:
            records[name] = columns[name]
        with h5py.File(self.path("table.h5"), "w") as file:
            file["customers"] = records
        self.segment(spec)
        self.assert_as_segment(ranks=(1, 3))

    def test_one_segment(self):
        self.write(rich())
        self.segment(RICH.replace("k = 3", "k = 1").replace('columns = ["q2"]', "columns = []"))
        self.assert_as_segment(ranks=(2,))
        self.assertEqual(set(read(self.path("assigned.h5"))["assignments/runner_up"]), {-1})

    def test_fewer_customers_than_ranks(self):
        self.write(rich())
        self.segment(RICH)
        self.write(rich(), "two.h5", slice(1, 3))
        self.assert_same_on_ranks(lambda ranks: self.assign(ranks=ranks, table="two.h5") and self.path("assigned.h5"))
        whole, two = read(self.path("segments.h5")), read(self.path("assigned.h5"))
        for name in ("customer_id", "segment", "distance", "runner_up", "margin"):
            np.testing.assert_array_equal(two[f"assignments/{name}"], whole[f"assignments/{name}"][1:3])


class WithModel(Assign):
    def setUp(self):
        super().setUp()
        self.write(rich())
        self.segment(RICH)

    def replace_model(self, file, archive):
        del file["model/archive"]
        file["model/archive"] = np.frombuffer(archive.encode(), dtype="uint8")
        file["model/archive"].attrs["sha256"] = np.bytes_(hashlib.sha256(archive.encode()).hexdigest())


class NewCustomers(WithModel):
    def test_each_customer_stands_alone(self):
        order = np.random.default_rng(1).permutation(N)[:250]
        self.write(rich(), "new.h5", order)
        done = self.assign(table="new.h5", ranks=3)
        self.assertIn("share then", done.stdout)
        whole, new = read(self.path("segments.h5")), read(self.path("assigned.h5"))
        for name in ("customer_id", "segment", "distance", "runner_up", "margin"):
            np.testing.assert_array_equal(new[f"assignments/{name}"], whole[f"assignments/{name}"][order], name)
        for name in ("centroids", "centroids_original", "name", "id"):
            np.testing.assert_array_equal(new[f"segments/{name}"], whole[f"segments/{name}"])
        segment, weight = new["assignments/segment"], rich()["w"][order]
        np.testing.assert_array_equal(new["segments/size"], [(segment == c).sum() for c in range(3)])
        sums = np.array([weight[segment == c].sum() for c in range(3)])
        np.testing.assert_allclose(new["segments/share"], sums / sums.sum(), rtol=1e-12)
        squares = new["assignments/distance"].astype(float) ** 2 * weight
        np.testing.assert_allclose(new["segments/inertia"], [squares[segment == c].sum() for c in range(3)], rtol=1e-6)
        self.assertAlmostEqual(new["inertia"], new["segments/inertia"].sum(), places=8)
        self.assertEqual(new["n"], 250)
        self.assertNotEqual(new["input_fingerprint"], whole["input_fingerprint"])
        self.assertIn(b"new.h5", new["run/spec"])

    def test_described_columns_are_not_needed(self):
        columns = {**rich(), "income": np.arange(N)}
        self.write(columns)
        self.segment(RICH.replace('columns = ["q2"]', 'columns = ["income"]'))
        self.write(rich())
        self.assign()

    def test_segments_keep_their_ids(self):
        with h5py.File(self.path("segments.h5"), "r+") as file:
            archive = bytes(file["model/archive"][()]).decode()
            head, ids, tail = archive.rpartition(" 3 0 1 2 ")  # how many, and which
            self.assertTrue(ids, archive)
            self.replace_model(file, f"{head} 3 4 7 19 {tail}")
            file["segments/id"][...] = [4, 7, 19]
        before = read(self.path("segments.h5"))["assignments/segment"]
        self.assign()
        new = read(self.path("assigned.h5"))
        names = np.array([4, 7, 19, -1])
        np.testing.assert_array_equal(new["segments/id"], [4, 7, 19])
        np.testing.assert_array_equal(new["assignments/segment"], names[before])
        self.assertEqual(set(new["assignments/runner_up"]), {4, 7, 19, -1})

    def test_ids_and_table_from_the_command_line(self):
        columns = rich()
        with h5py.File(self.path("new.h5"), "w") as file:
            for name, values in columns.items():
                file[f"people/{'key' if name == 'customer_id' else name}"] = values
        self.fails(3, "new.h5", "there is no /customers", table="new.h5", ranks=(0,))
        self.fails(3, "new.h5", 'no column "customer_id"', table="new.h5", args=("--table", "/people"), ranks=(0,))
        self.assign("--table", "/people", "--id", "key", table="new.h5")
        whole, new = read(self.path("segments.h5")), read(self.path("assigned.h5"))
        np.testing.assert_array_equal(new["assignments/customer_id"], columns["customer_id"])
        np.testing.assert_array_equal(new["assignments/segment"], whole["assignments/segment"])

    def test_unknown_categories_are_told_and_missing(self):
        columns = rich()
        columns["region"][[3, 100, 101]] = [b"atoll", b"isles", b"moon"]
        columns["region"][200:210] = [f"place {i}".encode()[:5] for i in range(10)]
        columns["kind"] = columns["kind"].astype(float)
        columns["kind"][7] = 5
        self.write(columns, "new.h5")
        for ranks in (1, 3):
            done = self.assign(table="new.h5", ranks=ranks)
            self.assertIn('column "region": 13 customers have a category the model does not know '
                          '("atoll", "isles", "moon", ...): treated as missing', done.stderr)
            self.assertIn('column "kind": 1 customer has a category the model does not know ("5"): treated as missing',
                          done.stderr)
        unknown = read(self.path("assigned.h5"))
        columns["region"][[3, 100, 101, *range(200, 210)]] = b""
        columns["kind"][7] = np.nan
        self.write(columns, "new.h5")
        done = self.assign(table="new.h5")
        self.assertNotIn("does not know", done.stderr)
        missing = read(self.path("assigned.h5"))
        for name in ("segment", "distance", "runner_up", "margin"):
            np.testing.assert_array_equal(unknown[f"assignments/{name}"], missing[f"assignments/{name}"])

    def test_shares_of_the_unknown_are_told(self):
        columns = rich()
        columns["region"][:N // 4] = b"moon"
        self.write(columns, "new.h5")
        for ranks in (1, 3):
            done = self.assign(table="new.h5", ranks=ranks)
            self.assertIn(f'column "region": {N // 4} customers (25.0%) have a category the model does not know ("moon")',
                          done.stderr)

    def test_a_feature_of_which_nothing_is_known(self):
        """Spelled otherwise in every row: no customer would count with it."""
        columns = rich()
        region, kind = columns["region"], columns["kind"]
        new = {"in capitals": ("region", np.char.upper(region)), "with a blank": ("region", np.char.add(region, b" ")),
               "as codes": ("region", np.unique(region, return_inverse=True)[1]),
               "some missing": ("region", np.where(np.arange(N) % 3 == 0, b"", np.char.upper(region))),
               "kind from 11": ("kind", kind + 10),
               "member in words": ("member", np.where(columns["member"], b"yes", b"no")),
               "member as 1 and 2": ("member", columns["member"] + 1.5)}
        for name, (column, values) in new.items():
            with self.subTest(name):
                self.write({**columns, column: values}, "new.h5")
                self.fails(3, "new.h5", f'column "{column}"', "knows none of its values", table="new.h5", ranks=(1, 3))

    def test_a_feature_that_nobody_has(self):
        columns = rich()
        for column, empty in (("region", np.full(N, b"", "S5")), ("age", np.full(N, np.nan))):
            with self.subTest(column):
                self.write({**columns, column: empty}, "new.h5")
                told = self.assign(table="new.h5").stderr
                self.assertIn(f'column "{column}": every cell is missing', told)

    def test_booleans_in_every_spelling(self):
        columns = rich()
        self.assign()
        expected = read(self.path("assigned.h5"))["assignments/distance"]
        member = columns["member"]
        for spelled in (member.astype("i1"), member.astype(float), np.where(member, b"True", b"False"),
                        np.where(member, b"true", b"false"), np.where(member, b"TRUE", b"FALSE"),
                        np.where(member, b"1", b"0")):
            self.write({**columns, "member": spelled}, "new.h5")
            done = self.assign(table="new.h5")
            self.assertNotIn("does not know", done.stderr)
            np.testing.assert_array_equal(read(self.path("assigned.h5"))["assignments/distance"], expected)

    def test_numbers_that_stand_for_categories(self):
        """Levels are matched by name, however the column is stored."""
        table = {"id": np.arange(60), "code": np.arange(60) % 3 + 1, "x": np.arange(60) % 7}
        self.write(table)
        self.segment('[input]\nfiles = ["table.h5"]\n[[features]]\ncolumns = ["x"]\n[[features]]\ncolumns = ["code"]\n'
                     'kind = "categorical"\n[cluster]\nk = 3\n')
        expected = read(self.path("segments.h5"))["assignments/distance"]
        self.write({**table, "code": np.array([f"{c}".encode() for c in table["code"]])})
        self.assign()
        np.testing.assert_array_equal(read(self.path("assigned.h5"))["assignments/distance"], expected)

    def test_missing_where_nobody_was(self):
        """The rules hold for cells that are missing for the first time."""
        table = {"id": np.arange(60), "home": np.array([b"own", b"rent", b"own"] * 20), "x": np.arange(60.0) % 7,
                 "y": np.array([3.0, 3.0, 8.0, 9.0] * 15), "answer": np.array([0, 1, 1] * 20)}
        self.write(table)
        self.segment("""[input]
files = ["table.h5"]
[[features]]
columns = ["home"]
[[features]]
columns = ["x"]
[[features]]
columns = ["y"]
kind = "ordinal"
missing = "mode"
[[features]]
columns = ["answer"]
kind = "binary"
[cluster]
k = 3
""")
        model = read(self.path("segments.h5"))
        names = [name.decode() for name in model["segments/encoded_columns"]]
        home, x, y, answer = (table[name].copy() for name in ("home", "x", "y", "answer"))
        home[0], x[1], y[2], answer = b"", np.nan, np.nan, answer.astype(float)
        answer[3] = np.nan
        self.write({**table, "home": home, "x": x, "y": y, "answer": answer}, "new.h5")
        done = self.assign(table="new.h5")
        self.assertIn('column "home": 1 customer has none of the model\'s categories, and nobody lacked one', done.stderr)
        y[2], answer[3], x[1] = 3, 1, table["x"].mean()
        home = (home[:, None] == np.array([b"own", b"rent"])) * np.sqrt(0.5)
        rows = dict(zip(["home=own", "home=rent"], home.T))
        rows.update(x=(x - table["x"].mean()) / table["x"].std(), y=(y - table["y"].mean()) / table["y"].std(),
                    answer=answer)
        encoded = np.column_stack([rows[name] for name in names])
        distances = np.linalg.norm(encoded[:, None] - model["segments/centroids"][None], axis=2)
        new = read(self.path("assigned.h5"))
        np.testing.assert_allclose(new["assignments/distance"], distances.min(axis=1), rtol=1e-5, atol=1e-6)

    def test_everybody_dropped(self):
        self.write({**rich(), "spend": np.full(N, np.nan)}, "new.h5")
        self.assert_same_on_ranks(lambda ranks: self.assign(ranks=ranks, table="new.h5") and self.path("assigned.h5"),
                                  (1, 3))
        new = read(self.path("assigned.h5"))
        self.assertEqual(set(new["assignments/segment"]), {-1})
        self.assertTrue(np.isnan(new["assignments/margin"]).all())
        np.testing.assert_array_equal(new["segments/share"], [0, 0, 0])


class Refused(WithModel):
    def changed(self, column, row, value, dtype=float):
        values = rich()[column].astype(dtype)
        values[row] = value
        self.write({**rich(), column: values}, "new.h5")

    def test_columns(self):
        for name in ("age", "region", "q3", "w"):
            self.write({**rich(), name: None}, "new.h5")
            self.fails(3, "new.h5", f'no column "{name}"', table="new.h5")
        self.write({**rich(), "agee": rich()["age"], "age": None}, "new.h5")
        self.fails(3, 'did you mean "agee"?', "the model of segments.h5", table="new.h5", ranks=(0,))
        words = np.array([b"many"] * N)
        self.write({**rich(), "age": words}, "new.h5")
        self.fails(3, "new.h5", '"age" holds text, and the model takes it for numbers', table="new.h5")
        self.write({**rich(), "age": rich()["member"]}, "new.h5")
        self.fails(3, '"age" holds categories, and the model takes it for numbers', table="new.h5", ranks=(0,))
        self.write({**rich(), "w": words}, "new.h5")
        self.fails(3, "new.h5", 'the weight column "w" holds text', table="new.h5", ranks=(0,))
        self.write({**rich(), "q2": words}, "new.h5")
        self.fails(3, '"q2" holds text', table="new.h5", ranks=(0,))

    def test_values(self):
        for column, row, value, word in (("spend", 20, np.inf, "infinite"), ("age", N - 1, 1e200, "too large"),
                                         ("age", 3, 1e30, "too large for the model"), ("spend", 599, -2, "log1p"),
                                         ("visits", 400, -1, "sqrt"), ("w", 11, 0, "no weight"),
                                         ("w", 12, np.nan, "no weight")):
            self.changed(column, row, value)
            self.fails(3, "new.h5", f'"{column}", row {row}:', word, table="new.h5")
        self.changed("q1", 333, 7)
        self.fails(3, '"q1", row 333: 7 is out of the range 1 to 6 of construct "openness"', table="new.h5")
        # A customer who takes no part has no say; segment does not look at such cells either.
        self.changed("age", 17, 1e30)
        self.assign(table="new.h5")
        self.assertEqual(read(self.path("assigned.h5"))["assignments/segment"][17], -1)

    def test_rule_error(self):
        columns = {**rich(), "spend": np.arange(N) % 9 + 1.0,
                   "region": np.array([b"north", b"south"])[np.arange(N) % 2]}
        self.write(columns)
        self.segment(RICH.replace('missing = "drop"', 'missing = "error"')
                     .replace('columns = ["region", "member"]', 'columns = ["region", "member"]\nmissing = "error"'))
        spend, region = columns["spend"].copy(), columns["region"].copy()
        spend[412], region[77], region[78] = np.nan, b"moon", b""
        self.write({**columns, "spend": spend}, "new.h5")
        self.fails(3, 'new.h5: column "spend", row 412: the cell is missing', table="new.h5")
        self.write({**columns, "region": region}, "new.h5")
        self.fails(3, 'column "region", row 77: the model does not know "moon"', table="new.h5")
        region[77] = b"north"
        self.write({**columns, "region": region}, "new.h5")
        self.fails(3, 'column "region", row 78: the cell is missing', table="new.h5")

    def test_no_mode(self):
        self.write({"x": np.arange(3000.0)})
        self.segment('[input]\nfiles = ["table.h5"]\n[[features]]\ncolumns = ["x"]\nkind = "ordinal"\nmissing = "mode"\n'
                     '[cluster]\nk = 2\n')
        self.write({"x": np.array([1.0, np.nan])}, "new.h5")
        self.fails(3, '"x", row 1: the cell is missing, and the model has no mode', table="new.h5")

    def test_tables(self):
        self.write(rich(), "new.h5", slice(0, 0))
        self.fails(3, "new.h5", "is empty: it has no rows", table="new.h5")
        self.fails(3, "nowhere-*.h5: no such file", table="nowhere-*.h5")
        (self.folder / "new.h5").write_text("no")
        self.fails(3, "new.h5: not an HDF5 file", table="new.h5")

    def test_models(self):
        self.fails(3, "none.h5", model="none.h5")
        self.fails(3, "table.h5: no result of segment: /model/archive", model="table.h5")
        whole = (self.folder / "segments.h5").read_bytes()
        (self.folder / "cut.h5").write_bytes(whole[:len(whole) // 2])
        self.fails(3, "cut.h5: can't be read as HDF5", model="cut.h5")
        with h5py.File(self.path("segments.h5"), "r+") as file:
            archive = bytes(file["model/archive"][()]).decode()
            file["model/archive"][100] ^= 1
        self.fails(3, "segments.h5: the model is damaged: its checksum is wrong")
        later = archive.split(" ")
        self.assertEqual(later[4:6], ["5", "0.1.0"], archive[:80])  # behind the format
        later[3] = "99"
        with h5py.File(self.path("segments.h5"), "r+") as file:
            self.replace_model(file, " ".join(later))
        self.fails(3, "segments.h5: the model was written by a later version of the program (its format is 99)")
        with h5py.File(self.path("segments.h5"), "r+") as file:
            self.replace_model(file, archive)
            spec = file["run/spec"][()].replace(b"[cluster]", b"[clutter]")
            del file["run/spec"]
            file["run/spec"] = spec
        self.fails(3, "segments.h5 /run/spec", "cluster: missing")

    def test_usage(self):
        for args in (("assign",), ("assign", "segments.h5"), ("assign", "segments.h5", "--input", "table.h5"),
                     ("assign", "segments.h5", "--input", "table.h5", "--output", "no.h5", "--k", "3")):
            self.assert_fails(2, [], 0, *args, cwd=self.folder)
        self.fails(2, "input.table", "people", args=("--table", "people"))
        for output in ("segments.h5", "table.h5"):
            before = hash_datasets(self.path("segments.h5"))
            self.assert_fails(2, [f"--output {output} would replace {output}, which is read"], 2, "assign",
                              "segments.h5", "--input", "table.h5", "--output", output, cwd=self.folder)
            self.assertEqual(hash_datasets(self.path("segments.h5")), before)
        self.assert_fails(4, ["nowhere/a.h5"], 2, "assign", "segments.h5", "--input", "table.h5", "--output",
                          "nowhere/a.h5", cwd=self.folder)


class Large(Assign):
    def generate(self, customers, output="table.h5"):
        self.run_ok(2, "generate", "--customers", customers, "--features", 16, "--segments", 10, "--output", output,
                    "--quiet", cwd=self.folder)

    def setUp(self):
        super().setUp()
        self.generate(20_000)
        self.segment('[input]\nfiles = ["table.h5"]\nid = "customer_id"\n[[features]]\ncolumns = ["feature_*"]\n'
                     '[cluster]\nk = 10\nrestarts = 1\n')

    def peak_memory(self, ranks, table):
        """MiB of the rank that has most, by the kernel's own count."""
        output = self.path("peak")
        args = command(ranks, "assign", "segments.h5", "--input", table, "--output", "assigned.h5", "--quiet")
        at = args.index(binary())
        args[at:at] = [sys.executable, "-B", str(PEAK_MEMORY), output]
        subprocess.run(args, cwd=self.folder, env=environment(), check=True, capture_output=True, timeout=600)
        return max(json.loads(path.read_text())["rss"] for path in self.folder.glob("peak.*")) / 2 ** 20

    def test_memory_does_not_grow_with_the_table(self):
        self.generate(200_000, "small.h5")
        self.generate(10_000_000 if SOAK else 2_000_000, "large.h5")
        for ranks in (1, 2):
            small, large = self.peak_memory(ranks, "small.h5"), self.peak_memory(ranks, "large.h5")
            print(f"{ranks} ranks: {small:.0f} MiB and {large:.0f} MiB", file=sys.stderr)
            self.assertLess(large - small, 16)
            self.assertLess(large, 300)
            self.assertEqual(read(self.path("assigned.h5"))["segments/size"].sum(), 10_000_000 if SOAK else 2_000_000)

    def test_stopped(self):
        """In good order, with nothing left, and soon."""
        self.generate(3_000_000, "large.h5")
        for number, which, stage in ((signal.SIGTERM, 0, "assigning"), (signal.SIGUSR1, 1, "assigning"),
                                     (signal.SIGTERM, 1, "describing")):
            events = self.folder / f"events-{which}-{stage}"
            process = subprocess.Popen(
                command(2, "assign", "segments.h5", "--input", "large.h5", "--output", "no.h5", "--events", events),
                cwd=self.folder, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            while process.poll() is None and not (events.exists() and stage in events.read_text()):
                time.sleep(0.002)
            ranks = subprocess.run(["pgrep", "-P", str(process.pid), "-x", "psychograph"], capture_output=True, text=True,
                                   check=True).stdout.split()
            os.kill(int(ranks[which]), number)
            stdout, stderr = process.communicate(timeout=120)
            self.assertEqual(process.returncode, 75, stderr)
            self.assertEqual(stdout, "")
            self.assertEqual([line for line in stderr.splitlines() if line.startswith("psychograph:")],
                             ["psychograph: stopped on request: nothing is written, and assign starts from the "
                              "beginning next time"])
            self.assertFalse((self.folder / "no.h5").exists())
            self.assert_nothing_temporary()

    @unittest.skipUnless(os.geteuid() == 0, "only root can mount a small disk")
    def test_a_full_disk_is_found_before_the_work(self):
        disk = self.path("disk")
        os.mkdir(disk)
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1000k", "tmpfs", disk], check=False,
                              capture_output=True, text=True)
        if done.returncode != 0:
            self.skipTest(f"can't mount a tmpfs here: {done.stderr.strip()}")
        self.addCleanup(subprocess.run, ["umount", "--lazy", disk], check=False, capture_output=True)
        self.generate(100_000, "large.h5")
        for ranks in (1, 3):
            completed = self.assert_fails(4, ["disk/a.h5: can't be written: No space left on device"], ranks, "assign",
                                          "segments.h5", "--input", "large.h5", "--output", "disk/a.h5",
                                          cwd=self.folder, timeout=60)
            self.assertEqual(len(messages(completed)), 1)
            self.assertEqual(os.listdir(disk), [])


if __name__ == "__main__":
    unittest.main()
