"""What stands for "missing": codes of the spec, in the type of each column; codes that files mark themselves; ids."""
import pathlib
import unittest

import h5py
import numpy as np
import pandas as pd

from program import ProgramTest, hash_datasets, read

N = 240
LOWEST = {"i4": -2**31, "i8": -2**63}


class MissingCodes(ProgramTest):
    def table(self, columns, name="t.h5"):
        path = self.path(name)
        with h5py.File(path, "w") as file:
            for column, values in {"y": np.arange(N) % 7, **columns}.items():
                file[f"customers/{column}"] = values
        return path

    def mark(self, column, name="t.h5", **attributes):
        with h5py.File(self.path(name), "a") as file:
            for key, value in attributes.items():
                file[f"customers/{column}"].attrs[key.replace("R_", "rhdf5-NA.OK")] = value

    def spec(self, features, head="", more=""):
        blocks = "".join(f"[[features]]\n{block}\n" for block in features)
        path = self.path("spec.toml")
        pathlib.Path(path).write_text(f"[input]\n{head}\n{blocks}{more}\n[cluster]\nk = 2\nrestarts = 2\n")
        return path

    def segment(self, ranks, *args, files=("t.h5",), output="out.h5", **options):
        output = self.path(output)
        self.completed = self.run_ok(ranks, "segment", self.spec(*args, **options), "--input", *map(self.path, files),
                                     "--output", output, "--quiet")
        result = read(output)
        return dict(zip([name.decode() for name in result["features/name"]], result["features/missing"].tolist()))

    def refused(self, code, parts, *args, files=("t.h5",), ranks=(1, 3), **options):
        for count in ranks:
            self.assert_fails(code, parts, count, "segment", self.spec(*args, **options), "--input",
                              *map(self.path, files), "--output", self.path("none.h5"), "--quiet")


class OfTheSpec(MissingCodes):
    def test_codes_that_the_file_marks(self):
        self.table({"x/codes": (np.arange(N) % 3).astype("i1"), "x/categories": np.array([b"a", b"b", b"c"])})
        self.mark("x/codes", _FillValue=np.int8(2))
        self.assertEqual(self.segment(2, ['columns = ["x", "y"]'])["x"], N // 3)

    def test_in_the_type_of_the_column(self):
        random = np.random.default_rng(3)
        for stored, code in (("f4", "-9999.9"), (">f4", "-9999.9"), ("f2", "-99.9"), ("f8", "-9999.9"), (">f8", "0.1"),
                             ("f4", "1e20"), ("i1", "99"), (">i2", "-99"), ("u1", "99"), ("f4", "99")):
            cells = random.normal(5, 1, N).astype(stored)
            cells[::20] = np.array(float(code)).astype(stored)
            self.table({"x": cells})
            with self.subTest(stored=stored, code=code):
                found = self.segment(2, ['columns = ["x", "y"]'], head=f"missing_values = [{code}]")
                self.assertEqual(found["x"], 12)
        first = hash_datasets(self.path("out.h5"))
        self.segment(3, ['columns = ["x", "y"]'], head="missing_values = [99]")
        self.assertEqual(hash_datasets(self.path("out.h5")), first)
        self.run_ok(1, "assign", self.path("out.h5"), "--input", self.path("t.h5"), "--output", self.path("new.h5"))
        for what in ("segment", "distance"):
            np.testing.assert_array_equal(read(self.path("new.h5"))[f"assignments/{what}"],
                                          read(self.path("out.h5"))[f"assignments/{what}"])

    def test_long_integers_keep_their_identity(self):
        edge = 2**53
        cells = np.array([edge, edge + 1, edge + 2, -edge - 1], dtype="i8")[np.arange(N) % 4]
        unsigned = (np.arange(N) % 3).astype("u8") + np.uint64(2**64 - 3)
        codes = (np.arange(N) % 2).astype("i1")
        for order in ("<", ">"):
            self.table({"x": cells.astype(order + "i8"), "u": unsigned.astype(order + "u8"), "c/codes": codes,
                        "c/categories": np.array([edge, edge + 1])})
            found = self.segment(2, ['columns = ["x", "u", "c"]\nkind = "categorical"'],
                                 head=f"missing_values = [{edge + 1}]")
            self.assertEqual(found, {"x": 60, "u": 0, "c": 0})
            levels = [(feature.decode(), name.decode()) for feature, name in
                      zip(read(self.path("out.h5"))["features/levels/feature"], read(self.path("out.h5"))["features/levels/name"])]
            self.assertEqual(levels, [("x", str(-edge - 1)), ("x", str(edge)), ("x", str(edge + 2)), ("x", "(missing)"),
                                      *(("u", str(2**64 - 3 + i)) for i in range(3)),
                                      ("c", str(edge)), ("c", str(edge + 1))])
            new = self.run_ok(3, "assign", self.path("out.h5"), "--input", self.path("t.h5"), "--output", self.path("new.h5"))
            self.assertNotIn("warning", new.stderr)
            np.testing.assert_array_equal(read(self.path("new.h5"))["assignments/segment"],
                                          read(self.path("out.h5"))["assignments/segment"])
            self.run_ok(1, "verify", self.path("out.h5"), "--quiet")

    def test_of_a_block(self):
        q = np.arange(N) % 5
        q[::10] = 99
        word = np.array([b"yes", b"no", b"?"])[np.arange(N) % 3]
        self.table({"age": np.where(np.arange(N) % 12 == 0, 99, 30 + np.arange(N) % 40), "q": q, "r": q, "word": word,
                    "secret": q})
        blocks = ['columns = ["age"]', 'columns = ["q"]\nmissing_values = [99]',
                  'columns = ["word"]\nmissing_values = ["?", 99]']
        more = ('[[constructs]]\nname = "scale"\nitems = ["q", "r"]\nrange = [0, 4]\nmissing_values = [99]\n'
                '[describe_only]\ncolumns = ["secret"]\nmissing_values = [99]\n')
        found = self.segment(2, blocks, more=more)
        self.assertEqual(found, {"age": 0, "q": 24, "word": 80, "scale": 24, "secret": 24})
        self.run_ok(2, "verify", self.path("out.h5"), "--quiet")
        self.run_ok(2, "assign", self.path("out.h5"), "--input", self.path("t.h5"), "--output", self.path("new.h5"))
        np.testing.assert_array_equal(read(self.path("new.h5"))["assignments/segment"],
                                      read(self.path("out.h5"))["assignments/segment"])
        self.run_ok(1, "resegment", self.path("spec.toml"), "--previous", self.path("out.h5"), "--input", self.path("t.h5"),
                    "--output", self.path("next.h5"))
        self.assertEqual(read(self.path("next.h5"))["features/missing"].tolist(), [0, 24, 80, 24, 24])
        self.refused(2, ['item "q"', "missing_values"], blocks, more=more.replace("missing_values = [99]\n", "", 1))
        self.refused(2, ["features.0.missing_values", "numbers and strings"], ['columns = ["q"]\nmissing_values = [true]'])


class OfTheFile(MissingCodes):
    def test_fill_values(self):
        x = np.arange(N) % 9
        for stored, code in (("i2", -5), ("f4", np.float32(-9999.9)), (">f4", -9999.9), ("i8", 2**53 + 1), ("u8", 2**64 - 1)):
            for attribute in ("_FillValue", "missing_value"):
                cells = x.astype(stored)
                cells[::8] = code
                self.table({"x": cells, "copy": np.where(np.arange(N) % 8 == 0, np.nan, x)})
                self.mark("x", **{attribute: np.array([code]).astype(stored) if attribute == "_FillValue" else code})
                with self.subTest(stored=stored, attribute=attribute):
                    self.assertEqual(self.segment(2, ['columns = ["x", "copy"]'])["x"], 30)
                    result = read(self.path("out.h5"))
                    for figure in ("mean", "sd", "min", "max"):
                        self.assertEqual(*result[f"features/{figure}"])
                    self.run_ok(1, "verify", self.path("out.h5"), "--quiet")
        word = np.array([b"yes", b"no", b"none"])[np.arange(N) % 3]
        self.table({"word": word})
        self.mark("word", _FillValue="none")
        self.assertEqual(self.segment(1, ['columns = ["word"]'])["word"], 80)

    def test_each_file_has_its_own(self):
        cells = np.arange(N) % 9
        self.table({"x": np.where(cells == 3, -1, cells)}, "a.h5")
        self.table({"x": np.where(cells == 3, -2, cells)}, "b.h5")
        self.mark("x", "a.h5", _FillValue=-1)
        self.mark("x", "b.h5", _FillValue=-2)
        first = None
        for ranks in (1, 2, 3):
            missing = int((cells == 3).sum()) * 2
            self.assertEqual(self.segment(ranks, ['columns = ["x", "y"]'], files=("a.h5", "b.h5"))["x"], missing)
            first = first or hash_datasets(self.path("out.h5"))
            self.assertEqual(hash_datasets(self.path("out.h5")), first)

    def test_packed_cells_are_refused(self):
        for attribute, value in (("scale_factor", 0.01), ("add_offset", 5), ("_Unsigned", "true")):
            self.table({"x": (np.arange(N) % 9).astype("i1")})
            self.mark("x", **{attribute: value})
            for ranks in (1, 3):
                self.refused(3, ['t.h5: column "x"', attribute], ['columns = ["x"]'], ranks=(ranks,))
                self.refused(3, ['t.h5: column "x"', attribute], ['columns = ["*"]'], ranks=(ranks,))
        self.table({"x": np.arange(N) % 9})
        self.mark("x", scale_factor=1.0, add_offset=0.0)
        self.assertEqual(self.segment(1, ['columns = ["x"]'])["x"], 0)

    def test_valid_ranges_are_told(self):
        self.table({"x": np.arange(N) % 9})
        self.mark("x", valid_range=[0, 5])
        self.assertEqual(self.segment(3, ['columns = ["x"]'])["x"], 0)
        self.assertEqual(self.completed.stderr.count("valid_range"), 1)
        self.assertNotIn("valid_range", self.run_ok(1, "segment", self.spec(['columns = ["y"]']), "--input", self.path("t.h5"),
                                                    "--output", self.path("out.h5")).stderr)

    def test_integers_of_r(self):
        for stored, lowest in LOWEST.items():
            cells = (np.arange(N) % 9).astype(stored)
            cells[::8] = lowest
            self.table({"x": cells})
            described = '[describe_only]\ncolumns = ["x"]\n'
            self.assertEqual(self.segment(1, ['columns = ["y"]'], more=described)["x"], 0)
            self.mark("x", R_=np.int32(1))
            self.assertEqual(self.segment(2, ['columns = ["y"]'], more=described)["x"], 30)
            self.assertEqual(read(self.path("out.h5"))["features/min"][1], 0)

    def test_times_of_pandas(self):
        when = pd.Series(pd.date_range("2024-01-01", periods=N))
        when[::8] = pd.NaT
        table = pd.DataFrame({"when": when, "span": when - pd.Timestamp("2023-01-01"), "y": np.arange(N) % 7,
                              "kind": pd.Categorical(["a", "b"] * (N // 2))})
        table.to_hdf(self.path("t.h5"), key="customers", mode="w", format="table", data_columns=True, index=False)
        self.assertEqual(self.segment(2, ['columns = ["when", "span", "y"]']), {"when": 30, "span": 30, "y": 0})
        self.refused(3, ['column "kind"', "pandas' categories"], ['columns = ["kind"]'])
        self.table({"when": when.to_numpy().astype("i8")})
        self.mark("when", units="nanoseconds since 1970-01-01")
        self.assertEqual(self.segment(2, ['columns = ["when"]'])["when"], 30)

    def test_categories_of_earlier_anndata(self):
        names = [b"north", b"south", b"west"]
        codes = (np.arange(N) % 4 - 1).astype("i1")
        self.table({"region": codes, "__categories/region": np.array(names)})
        with h5py.File(self.path("t.h5"), "a") as file:
            file["customers/region"].attrs["categories"] = file["customers/__categories/region"].ref
        found = self.segment(2, ['columns = ["region"]'])
        self.assertEqual(found["region"], 60)
        self.assertEqual([name for name in read(self.path("out.h5"))["features/levels/name"]][:3], names)
        self.table({"region/codes": codes, "region/categories": np.array(names)}, "coded.h5")
        earlier = read(self.path("out.h5"))
        self.segment(3, ['columns = ["region"]'], files=("coded.h5",))
        self.assertEqual(read(self.path("out.h5"))["input_fingerprint"], earlier["input_fingerprint"])
        self.run_ok(1, "verify", self.path("out.h5"), "--input", self.path("t.h5"), "--quiet")
        self.table({"region": codes})
        self.mark("region", categories=np.array(names))
        self.assertEqual(self.segment(2, ['columns = ["region"]'])["region"], 60)
        with h5py.File(self.path("t.h5"), "a") as file:
            file["customers/region"].attrs.create("categories", h5py.Reference(), dtype=h5py.ref_dtype)
        self.refused(3, ['column "region"', "categories"], ['columns = ["region"]'])


class Constructs(MissingCodes):
    def test_items_without_a_mean_are_refused(self):
        enum = h5py.enum_dtype({"low": 5, "mid": 0, "high": 2}, basetype="i1")
        turned = h5py.enum_dtype({"FALSE": 1, "TRUE": 0}, basetype="i1")
        odd = (np.arange(N) % 2).astype("i1")
        self.table({"a": np.arange(N) % 5, "c/codes": odd, "c/categories": np.array([b"no", b"yes"]),
                    "e": odd.astype(enum), "turned": odd.astype(turned), "word": np.array([b"1", b"2"])[odd]})
        for item, word in (("c", "categories"), ("e", "categories"), ("turned", "categories"), ("word", "text")):
            more = f'[[constructs]]\nname = "scale"\nitems = ["a", "{item}"]\n'
            self.refused(2, [f'item "{item}" holds {word}', "numbers"], ['columns = ["y"]'], more=more)
            if item != "word":
                self.refused(2, [f'"{item}" holds categories'], [f'columns = ["{item}"]\nkind = "ordinal"'])

    def test_truth_values_are_0_and_1(self):
        yes = np.arange(N) % 3 == 0
        bits = yes.astype("i1")
        bits[::5] = 7  # neither of the names
        truth = h5py.enum_dtype({"FALSE": 0, "TRUE": 1}, basetype="i1")
        self.table({"a": np.where(np.arange(N) % 5 == 0, np.nan, yes), "b": bits.astype(truth)})
        more = '[[constructs]]\nname = "scale"\nitems = ["a", "b"]\n'
        found = self.segment(2, ['columns = ["y"]'], more=more)
        self.assertEqual(found["scale"], N // 5)
        self.assertAlmostEqual(read(self.path("out.h5"))["features/mean"][1], yes[np.arange(N) % 5 != 0].mean())
        self.run_ok(1, "assign", self.path("out.h5"), "--input", self.path("t.h5"), "--output", self.path("new.h5"))
        np.testing.assert_array_equal(read(self.path("new.h5"))["assignments/segment"],
                                      read(self.path("out.h5"))["assignments/segment"])
        enum = h5py.enum_dtype({"low": 0, "high": 1}, basetype="i1")
        self.table({"a": yes.astype("f8"), "b": yes.astype("i1").astype(enum)}, "new-t.h5")
        self.assert_fails(3, ['new-t.h5: column "b" holds categories'], 2, "assign", self.path("out.h5"), "--input",
                          self.path("new-t.h5"), "--output", self.path("none.h5"))


class Ids(MissingCodes):
    def test_a_missing_id_is_told_with_its_row(self):
        ids = {"numbers": np.arange(N, dtype="f8"), "texts": np.array([f"c{i}".encode() for i in range(N)]),
               "marked": np.arange(N)}
        blank = {"numbers": np.nan, "texts": b"", "marked": -1}
        for kind, values in ids.items():
            good = {"y": np.arange(N) % 7, "id": values}
            bad = {**good, "id": values.copy()}
            bad["id"][170] = blank[kind]
            for name, columns in (("t.h5", good), ("bad.h5", bad)):
                self.table(columns, name)
                if kind == "marked":
                    self.mark("id", name, _FillValue=-1)
            with self.subTest(kind=kind):
                parts = ['bad.h5: column "id", row 170: the id is missing']
                head = 'id = "id"\nmissing_values = [7, "c7"]'  # of features; an id may well be one
                self.segment(2, ['columns = ["y"]'], head=head)
                self.refused(3, parts, ['columns = ["y"]'], head=head, files=("bad.h5",))
                spec = self.spec(['columns = ["y"]'], head=head)
                for ranks in (1, 3):
                    self.assert_fails(3, parts, ranks, "assign", self.path("out.h5"), "--input", self.path("bad.h5"),
                                      "--output", self.path("none.h5"))
                    self.assert_fails(3, parts, ranks, "describe", spec, "--input", self.path("bad.h5"))
                self.assert_fails(3, parts, 2, "resegment", spec, "--previous", self.path("out.h5"), "--input",
                                  self.path("bad.h5"), "--output", self.path("none.h5"))

    def test_zeros_of_both_signs_are_one_id(self):
        ids = np.arange(N, dtype="f8") + 1
        ids[[3, 200]] = 0.0, -0.0
        self.table({"id": ids})
        self.refused(3, ["row 3: the id", "repeated in row 200"], ['columns = ["y"]'], head='id = "id"')

    def test_long_ids_come_back_in_any_byte_order(self):
        ids = np.arange(N, dtype="u8") + np.uint64(2**64 - N)
        for stored in ("<u8", ">u8"):
            self.table({"id": ids.astype(stored)})
            self.segment(2, ['columns = ["y"]'], head='id = "id"')
            np.testing.assert_array_equal(read(self.path("out.h5"))["assignments/customer_id"], ids)
        self.table({"id": (2.0**53 + 2 * np.arange(N)).astype(">f8")})
        self.segment(2, ['columns = ["y"]'], head='id = "id"')


if __name__ == "__main__":
    unittest.main()
