"""psychograph join: against pandas' merge, in every layout and type, and the same on any number of ranks."""
import contextlib
import json
import os
import pathlib
import re
import signal
import subprocess
import time
import unittest

import h5py
import numpy as np
import pandas as pd

from program import ProgramTest, binary, command, environment, ranks_of, warnings

N, M = 2003, 311


def text(values):
    return [value.decode() if isinstance(value, bytes) else value for value in values]


def cells(group, name):
    """A column as people mean it: numbers, or words with "" where there is none."""
    item = group[name]
    if isinstance(item, h5py.Group):
        names = [""] + text(item["categories"][:])
        return np.array(names, object)[item["codes"][:].astype(int) + 1]
    values = item[:]
    if values.dtype.kind in "SO":
        return np.array(text(values), object)
    return values


class Join(ProgramTest):
    def setUp(self):
        super().setUp()
        random = np.random.default_rng(3)
        ids = random.permutation(5 * N)[:N]
        self.first = pd.DataFrame({
            "customer_id": ids.astype("i8"), "age": random.integers(18, 90, N).astype("i1"),
            "spend": random.gamma(2, 40, N).astype("f4"), "region": random.choice(["north", "süd", ""], N)})
        found = random.permutation(np.concatenate([random.choice(ids, 250, replace=False),
                                                   5 * N + np.arange(M - 250)]))
        self.second = pd.DataFrame({
            "id": found.astype("i4"), "q1": random.integers(1, 7, M).astype("i1"),
            "amount": random.normal(0, 1, M), "when": random.integers(0, 9000, M).astype("i8"),
            "marked": random.integers(0, 4, M).astype("i2"), "word": random.choice(["ja", "nein", "vielleicht"], M)})

    def write(self, name, frame, rows=slice(None), attributes=None, categories=(), enums=None, table="customers"):
        path = self.path(name)
        with h5py.File(path, "w") as file:
            group = file.create_group(table)
            for column in frame:
                values = frame[column].to_numpy()[rows]
                if column in categories:
                    coded = pd.Categorical(values)
                    group[f"{column}/codes"] = coded.codes
                    group[f"{column}/categories"] = [str(one) for one in coded.categories]
                elif enums and column in enums:
                    dtype = h5py.enum_dtype(enums[column], basetype="i2")
                    group.create_dataset(column, data=[enums[column][value] for value in values], dtype=dtype)
                elif values.dtype.kind == "O":
                    group[column] = [value.encode() for value in values]
                else:
                    group[column] = values
                for key, value in (attributes or {}).get(column, {}).items():
                    group[column].attrs[key] = value
        return path

    def join(self, first, second, *args, ranks=2, identifier="customer_id=id", output="all.h5"):
        path = self.path(output)
        self.completed = self.run_ok(ranks, "join", first, second, "--id", identifier, "--output", path, *args)
        return path

    def tables(self):
        first = self.write("customers.h5", self.first)
        second = self.write("survey.h5", self.second, attributes={
            "when": {"units": "days since 1970-01-01"}, "marked": {"_FillValue": np.int16(-9)},
            "amount": {"label": "what was spent"}}, categories=("word",))
        return first, second

    def assert_is_merge(self, path, first, second, left="customer_id", right="id", prefix=""):
        """Against pandas: every row and column of the first, in its order, and the second's with gaps."""
        wanted = first.merge(second, how="left", left_on=left, right_on=right)
        if right != left:
            wanted = wanted.drop(columns=right)
        with h5py.File(path) as file:
            group = file["customers"]
            new = {name: prefix + name if name not in first else name for name in wanted}
            self.assertEqual(sorted(group), sorted(new.values()))
            for name, column in wanted.items():
                found = cells(group, new[name])
                self.assertEqual(len(found), len(first))
                if found.dtype == object:
                    self.assertEqual(list(found), list(column.fillna("")), name)
                    continue
                gaps = column.isna().to_numpy()
                mark = group[new[name]].attrs.get("_FillValue")
                if "units" in group[new[name]].attrs:
                    mark = np.iinfo("i8").min
                if mark is not None and gaps.any():
                    self.assertTrue((found[gaps] == mark).all(), name)
                    found, column = found[~gaps], column[~gaps]
                np.testing.assert_array_equal(found, column.to_numpy(found.dtype), name)

    def test_against_pandas_on_ranks(self):
        first, second = self.tables()
        with h5py.File(first, "a") as file:
            file["codebook/column"], file["codebook/value"] = [b"age"], [b""]
            file["codebook/label"] = [b"Age in years"]
        with h5py.File(second, "a") as file:
            file["codebook/column"] = [b"q1", b"q1", b"id"]
            file["codebook/value"], file["codebook/label"] = [b"", b"1", b""], [b"I plan ahead", b"never", b"number"]
        self.assert_same_on_ranks(lambda ranks: self.join(first, second, ranks=ranks, output=f"all-{ranks}.h5"))
        path = self.path("all-3.h5")
        self.assert_is_merge(path, self.first, self.second)
        with h5py.File(path) as file:
            group = file["customers"]
            for name, dtype in {"customer_id": "i8", "age": "i1", "spend": "f4", "q1": "f8", "amount": "f8",
                                "when": "i8", "marked": "i2", "word/codes": "i1"}.items():
                self.assertEqual(group[name].dtype, dtype, name)
            self.assertEqual(group["when"].attrs["units"].decode(), "days since 1970-01-01")
            self.assertEqual(group["amount"].attrs["label"].decode(), "what was spent")
            book = [text(file["codebook"][name][:]) for name in ("column", "value", "label")]
        self.assertEqual(list(zip(*book)), [("age", "", "Age in years"), ("q1", "", "I plan ahead"),
                                            ("q1", "1", "never")])
        summary = self.completed.stdout
        self.assertIn(f"250 of {N} rows", summary)
        self.assertIn(f"{M - 250} of its {M} ids were never asked for", summary)
        self.assertIn("1 column of whole numbers is float64", summary)

    def test_gaps_are_read_as_missing(self):
        path = self.join(*self.tables())
        spec = self.path("spec.toml")
        pathlib.Path(spec).write_text(f'[input]\nfiles = ["{path}"]\nid = "customer_id"\n'
                                      '[[features]]\ncolumns = ["q1", "marked", "amount"]\n')
        for line in self.run_ok(1, "describe", spec).stdout.splitlines():
            if line.startswith(("q1", "marked", "amount")):
                self.assertIn(f" {N - 250}", line)

    def test_everybody_is_found(self):
        """Whole numbers keep their types, enums stay enums; a row of the second may be asked for many times."""
        zips = pd.DataFrame({"zip": np.array(["10115", "80331", "50667"], object), "income": np.array([3, 1, 2], "i1"),
                             "big": np.array([2**62 + 1, 5, -7]), "kind": ["city", "town", "city"]})
        self.first["zip"] = np.random.default_rng(1).choice(zips["zip"], N)
        first = self.write("customers.h5", self.first)
        second = self.write("zips.h5", zips, enums={"kind": {"town": 1, "city": 2}})
        path = self.join(first, second, identifier="zip", ranks=3)
        with h5py.File(path) as file:
            group = file["customers"]
            self.assertEqual(h5py.check_enum_dtype(group["kind"].dtype), {"town": 1, "city": 2})
            wanted = self.first.merge(zips, how="left", on="zip")
            for name in ("income", "big"):
                self.assertEqual(group[name].dtype, zips[name].dtype)
                np.testing.assert_array_equal(group[name][:], wanted[name])
            self.assertEqual(list(group["kind"][:]), [2 if kind == "city" else 1 for kind in wanted["kind"]])

    def test_enums_with_gaps_are_categories(self):
        second = self.second.rename(columns={"word": "yes"}).assign(yes=self.second["q1"] > 3)
        path = self.join(self.write("customers.h5", self.first), self.write("survey.h5", second))
        with h5py.File(path) as file:
            self.assertEqual(text(file["customers/yes/categories"][:]), ["FALSE", "TRUE"])
            found = pd.Series(cells(file["customers"], "yes"))
        wanted = self.first.merge(second, how="left", left_on="customer_id", right_on="id")["yes"]
        self.assertEqual(list(found), [{True: "TRUE", False: "FALSE"}.get(one, "") for one in wanted])

    def test_files_and_layouts(self):
        first, second = self.tables()
        wanted = self.assert_same_on_ranks(lambda ranks: self.join(first, second, output="plain.h5"), ranks=(1,))
        for i, rows in enumerate((slice(0, 100), slice(100, N))):
            self.write(f"part-{i}.h5", self.first, rows)
        parts = self.join(self.path("part-*.h5"), second, ranks=3)
        self.assertEqual(self.assert_same_on_ranks(lambda _: parts, ranks=(1,)), wanted)
        parts = self.join(f"{self.path('part-1.h5')},{self.path('part-0.h5')}", second)  # sorted by name
        self.assertEqual(self.assert_same_on_ranks(lambda _: parts, ranks=(1,)), wanted)
        with h5py.File(self.path("records.h5"), "w") as file:
            file["here/people"] = self.first.drop(columns="region").to_records(index=False)
        with h5py.File(self.path("matrix.h5"), "w") as file:
            file["answers"] = self.second[["id", "q1", "amount"]].to_numpy(">f8")
            file["answers"].attrs["columns"] = ["id", "q1", "amount"]
            file["answers"].attrs["missing_value"] = 3.0
        path = self.join(self.path("records.h5"), self.path("matrix.h5"), "--table", "/here/people=/answers")
        with h5py.File(path) as file:
            group = file["here/people"]
            self.assertEqual(group["q1"].attrs["missing_value"], 3)
            self.assertEqual(group["age"].dtype, "i1")
            merged = self.first.merge(self.second, how="left", left_on="customer_id", right_on="id")
            np.testing.assert_array_equal(group["q1"][:], merged["q1"])

    def test_files_that_differ(self):
        """Types, codes for missing and categories of one column differ from file to file."""
        first = self.write("customers.h5", self.first)
        half = M // 2
        narrow = self.second.assign(q1=self.second["q1"].astype("i1"))
        self.write("s-0.h5", narrow, slice(0, half), {"q1": {"_FillValue": np.int8(1)}}, categories=("word",))
        wide = self.second.assign(q1=self.second["q1"].astype(">u2"), word="other")
        self.write("s-1.h5", wide, slice(half, M), {"q1": {"_FillValue": np.int16(2)}}, categories=("word",))
        wanted = self.second.assign(q1=self.second["q1"].astype(float))
        wanted.loc[:half - 1, "q1"] = wanted["q1"][:half].replace(1, np.nan)
        wanted.loc[half:, "q1"] = wanted["q1"][half:].replace(2, np.nan)
        wanted.loc[half:, "word"] = "other"
        self.assert_same_on_ranks(lambda ranks: self.join(first, self.path("s-*.h5"), ranks=ranks), ranks=(1, 3))
        self.assert_is_merge(self.path("all.h5"), self.first, wanted)

    def test_columns_and_prefix(self):
        first, second = self.tables()
        path = self.join(first, second, "--columns", "q*", "amount", "--prefix", "survey_")
        self.assert_is_merge(path, self.first, self.second[["id", "q1", "amount"]], prefix="survey_")
        same = self.write("same.h5", self.second.rename(columns={"id": "customer_id", "q1": "age"}))
        self.assert_fails(2, ['"age"', "--prefix", "--columns"], 2, "join", first, same, "--id", "customer_id",
                          "--output", self.path("x.h5"))
        self.join(first, same, "--prefix", "his_", identifier="customer_id")
        self.assert_fails(3, ["nothing", "--columns"], 1, "join", first, second, "--id", "customer_id=id", "--columns",
                          "nothing*", "--output", self.path("x.h5"))
        self.assert_fails(3, ["no column", "q2", "--columns"], 2, "join", first, second, "--id", "customer_id=id",
                          "--columns", "q2", "--output", self.path("x.h5"))

    def test_missing_ids_are_found_nowhere(self):
        self.first["customer_id"] = self.first["customer_id"].astype(float)
        self.first.loc[5, "customer_id"] = np.nan
        first = self.write("customers.h5", self.first, attributes={"customer_id": {"missing_value": 0.0}})
        second = self.write("survey.h5", self.second.assign(id=np.arange(M).astype("i4")))
        with h5py.File(self.join(first, second)) as file:
            found = file["customers/q1"][:]
        ids = self.first["customer_id"].to_numpy()
        np.testing.assert_array_equal(np.isnan(found), ~((ids < M) & (ids != 0)))
        # The second's must be there.
        second = self.write("survey.h5", self.second.astype({"id": float}).replace({"id": {self.second["id"][3]: np.nan}}))
        self.assert_fails(3, ["survey.h5", '"id"', "row 3", "missing"], 2, "join", first, second, "--id",
                          "customer_id=id", "--output", self.path("x.h5"))

    def test_refused(self):
        first, second = self.tables()

        def fails(code, parts, one, other, *args, identifier="customer_id=id", ranks=(1, 3)):
            for count in ranks:
                self.assert_fails(code, parts, count, "join", one, other, "--id", identifier, "--output",
                                  self.path("x.h5"), *args)
                self.assertFalse(pathlib.Path(self.path("x.h5")).exists())

        twice = self.write("twice.h5", self.second.assign(id=np.r_[7, 9, 8, 7, np.arange(10, M + 6)].astype("i4")))
        fails(3, ["twice.h5", "row 0", "the id 7", "repeated in row 3"], first, twice)
        fails(3, ['"custumer"', "customer_id"], first, second, identifier="custumer=id", ranks=(2,))
        fails(3, ['"customer_id"', "survey.h5"], first, second, identifier="customer_id", ranks=(2,))
        words = self.write("words.h5", self.second.assign(id=[f"c{i}" for i in range(M)]))
        fails(3, ["are integers", "they are text"], first, words, ranks=(2,))
        fails(3, ["holds categories"], first, second, identifier="customer_id=word", ranks=(2,))
        huge = self.write("huge.h5", self.second.assign(when=2**60 + np.arange(M)))
        fails(3, ["huge.h5", '"when"', "row 0", str(2**60), "2^53", "--columns"], first, huge)
        huge = self.write("huge.h5", self.second.assign(when=np.r_[2**53, 2**53 + 1, np.arange(M - 2)]))
        fails(3, ["huge.h5", '"when"', "row 1", str(2**53 + 1)], first, huge, ranks=(2,))
        self.write("u-0.h5", self.second, slice(0, 9), {"when": {"units": "days since 1970-01-01"}})
        self.write("u-1.h5", self.second, slice(9, M), {"when": {"units": "hours since 1970-01-01"}})
        fails(3, ["u-1.h5", '"when"', "hours since"], first, self.path("u-*.h5"), ranks=(2,))
        alone = self.write("alone.h5", self.second[["id"]])
        fails(3, ["alone.h5", "nothing to join"], first, alone, ranks=(2,))
        fails(3, ["no.h5"], first, self.path("no.h5"), ranks=(2,))
        fails(3, ["there is no /elsewhere"], first, second, "--table", "/customers=/elsewhere", ranks=(2,))
        fails(2, ["--table"], first, second, "--table", "=/customers", ranks=(1,))
        packed = self.write("packed.h5", self.second, attributes={"q1": {"scale_factor": 0.1}})
        fails(3, ["packed.h5", '"q1"', "is packed"], first, packed, ranks=(2,))
        before = pathlib.Path(first).read_bytes()
        self.assert_fails(2, ["would replace", "which is read"], 2, "join", first, second, "--id", "customer_id=id",
                          "--output", first)
        self.assertEqual(pathlib.Path(first).read_bytes(), before)
        self.assert_fails(2, ["--id"], 1, "join", first, second, "--output", self.path("x.h5"))
        self.assert_fails(2, ["second"], 1, "join", first, "--id", "id", "--output", self.path("x.h5"))
        self.assert_fails(4, ["No such file"], 2, "join", first, second, "--id", "customer_id=id", "--output",
                          "/no/such/folder/x.h5")

    def test_what_is_told(self):
        first = self.write("customers.h5", self.first)
        strangers = self.second.assign(id=(10**6 + np.arange(M)).astype("i4"))
        second = self.write("survey.h5", strangers)
        with h5py.File(second, "a") as file:
            file["customers/notes/a"] = [1]
        self.join(first, second, "--events", self.path("events"))
        told = " ".join(warnings(self.completed))
        self.assertIn("is --id the right column?", told)
        self.assertIn('"notes"', told)
        self.assertIn("left out", told)
        events = [json.loads(line) for line in pathlib.Path(self.path("events")).read_text().splitlines()]
        self.assertIn("done", [event.get("stage") for event in events])

    def test_in_scratch(self):
        first, second = self.tables()
        wanted = self.assert_same_on_ranks(lambda _: self.join(first, second), ranks=(1,))
        path = self.join(first, second, "--memory", "1K", "--scratch", self.path("."))
        self.assertEqual(self.assert_same_on_ranks(lambda _: path, ranks=(1,)), wanted)

    def test_the_page(self):
        """docs/join.md as a reader follows it."""
        page = (pathlib.Path(__file__).resolve().parents[2] / "docs" / "join.md").read_text(encoding="utf-8")
        os.symlink(os.path.realpath(binary()), self.path("psychograph"))
        for language, code in re.findall(r"^```(\w+)\n(.*?)^```$", page, flags=re.M | re.S):
            if language == "python":
                with contextlib.chdir(self.folder):
                    exec(compile(code, "join.md", "exec"), {})
                continue
            told = subprocess.run(["bash", "-e", "-c", code], cwd=self.folder, check=True, capture_output=True, text=True,
                                  env=environment(PATH=f".:{os.environ['PATH']}"), timeout=300).stdout
            for line in told.splitlines():
                self.assertIn(f"    {line}\n", page)

    def test_stopped(self):
        """SIGTERM ends it at once, without a half file."""
        ids = np.arange(3_000_000)
        first = self.path("customers.h5")
        with h5py.File(first, "w") as file:
            file["customers/customer_id"] = ids
            for i in range(10):
                file[f"customers/x{i}"] = ids * 1.0
        second = self.write("survey.h5", self.second)
        output = self.path("all.h5")
        arguments = command(2, "join", first, second, "--id", "customer_id=id", "--output", output)
        with subprocess.Popen(arguments, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                              text=True) as process:
            for line in process.stderr:
                if "writing" in line:
                    break
            time.sleep(0.05)
            for rank in ranks_of(process.pid):
                os.kill(rank, signal.SIGTERM)
            process.stderr.read()
        self.assertIn(process.returncode, (0, 75))  # it may have been done before
        self.assertEqual(pathlib.Path(output).exists(), process.returncode == 0)
        self.assert_nothing_temporary()


if __name__ == "__main__":
    unittest.main()
