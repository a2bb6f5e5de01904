"""The same table in every layout that customers bring: the result is the same, and what can't be read is said."""
import pathlib
import unittest

import h5py
import numpy as np
import pandas as pd

from program import ProgramTest, hash_datasets

N = 1003
HOMES = np.array(["castle", "flat", "house", "tent"])


def customers():
    """Mixed columns whose values every storage type holds exactly."""
    random = np.random.default_rng(8)
    part = random.integers(0, 3, N)
    return {"age": (20 + 20 * part + random.integers(0, 15, N)).astype(np.int64),
            "customer_id": 1000 + np.arange(N, dtype=np.int64),
            "home": HOMES[np.minimum(3, part + random.integers(0, 2, N))],
            "member": random.random(N) < 0.3,
            "spend": np.round(part * 40 + random.normal(0, 8, N), 0) / 4,
            "visits": random.integers(0, 100, N)}


def as_bytes(texts, width=None):
    return np.array([text.encode() for text in texts], dtype=f"S{width}" if width else None)


class Layouts(ProgramTest):
    @classmethod
    def setUpClass(cls):
        cls.columns = customers()

    def storable(self, **changes):
        columns = {**self.columns, "home": as_bytes(self.columns["home"]), **changes}
        return {name: values for name, values in columns.items() if values is not None}

    def write_group(self, name, columns, rows=slice(None), **options):
        path = self.path(name)
        with h5py.File(path, "w") as file:
            for column, values in columns.items():
                file.create_dataset(f"customers/{column}", data=values[rows], **options)
        return path

    def spec(self, files, numeric=("age", "spend", "visits"), leveled=True, extra=""):
        listed = ", ".join(f'"{name}"' for name in numeric)
        text = (f'[input]\nfiles = ["{files}"]\nid = "customer_id"\n{extra}'
                f'[[features]]\ncolumns = [{listed}]\n'
                '[cluster]\nk = 3\nrestarts = 2\n')
        if leveled:
            text += ('[[features]]\ncolumns = ["home"]\nkind = "categorical"\n'
                     '[[features]]\ncolumns = ["member"]\nkind = "binary"\n')
        path = self.path("spec.toml")
        pathlib.Path(path).write_text(text)
        return path

    def segment(self, files, ranks=2, **options):
        output = self.path("segments.h5")
        self.run_ok(ranks, "segment", self.spec(files, **options), "--output", output, "--quiet")
        found = hash_datasets(output)
        del found["/run/spec"]  # it names the files
        return found

    def fails(self, parts, files, ranks=(0, 2), **options):
        spec = self.spec(files, **options)
        for count in ranks:
            self.assert_fails(3, parts, count, "segment", spec, "--output", self.path("none.h5"), "--quiet",
                              timeout=60)
            self.assertFalse(pathlib.Path(self.path("none.h5")).exists())

    def wanted(self, **options):
        return self.segment(self.write_group("wanted.h5", self.storable()), **options)

    # The native layout, and how HDF5 may store it.

    def test_storage_of_a_group(self):
        wanted = self.wanted()
        for name, options in {"chunks": {"chunks": (64,)}, "deflate": {"chunks": (100,), "compression": "gzip"},
                              "one_chunk": {"chunks": (N,), "compression": "gzip", "shuffle": True},
                              "fletcher": {"chunks": (37,), "fletcher32": True},
                              "growing": {"chunks": (256,), "maxshape": (None,)}}.items():
            path = self.write_group(f"{name}.h5", self.storable(), **options)
            for ranks in (1, 3):
                self.assertEqual(self.segment(path, ranks=ranks), wanted, f"{name}, {ranks} ranks")

    def test_several_files(self):
        wanted = self.wanted()
        for i, rows in enumerate((slice(0, 11), slice(11, 700), slice(700, N))):
            options = {"chunks": (50,), "compression": "gzip"} if i == 1 else {}
            self.write_group(f"part-{i}.h5", self.storable(), rows, **options)
        for ranks in (1, 2, 4):
            self.assertEqual(self.segment(self.path("part-*.h5"), ranks=ranks), wanted, f"{ranks} ranks")

    def test_several_files_of_other_types(self):
        wanted = self.wanted()
        self.write_group("part-0.h5", self.storable(), slice(0, 400))
        texts = np.array(self.columns["home"], dtype=h5py.string_dtype())
        self.write_group("part-1.h5", self.storable(age=self.columns["age"].astype("f4"), home=texts,
                                                    visits=self.columns["visits"].astype("u1")), slice(400, N))
        for ranks in (1, 3):
            self.assertEqual(self.segment(self.path("part-*.h5"), ranks=ranks), wanted, f"{ranks} ranks")

    def test_levels_numbered_otherwise_in_each_file(self):
        wanted = self.wanted()
        for i, (rows, order) in enumerate(((slice(0, 500), [3, 1, 0, 2]), (slice(500, N), [0, 1, 2, 3]))):
            path = self.write_group(f"part-{i}.h5", self.storable(home=None), rows)
            names = HOMES[order]
            codes = np.array([list(names).index(home) for home in self.columns["home"][rows]], "i1")
            with h5py.File(path, "a") as file:
                file["customers/home/codes"] = codes
                file["customers/home/categories"] = np.array(names, dtype=h5py.string_dtype())
        found = self.segment(self.path("part-*.h5"), ranks=3)
        # Coded levels keep the order of their codes, so columns may be permuted; customers are the same.
        for name in ("/assignments/segment", "/segments/size", "/run@input_fingerprint"):
            self.assertEqual(found[name], wanted[name], name)

    # The other two layouts.

    def test_matrix(self):
        numeric = ("age", "spend", "visits")
        wanted = self.wanted(leveled=False)
        names = ["visits", "customer_id", "spend", "age"]  # an order of its own
        matrix = np.stack([self.columns[name].astype(float) for name in names], axis=1)
        for label, options in {"plain": {}, "tiles": {"chunks": (100, 2), "compression": "gzip"}}.items():
            for dtype in ("f8", ">f8", "f4"):
                path = self.path("matrix.h5")
                with h5py.File(path, "w") as file:
                    file.create_dataset("customers", data=matrix.astype(dtype), **options)
                    file["customers"].attrs["columns"] = names if dtype == "f8" else as_bytes(names)
                found = self.segment(path, numeric=numeric, leveled=False, ranks=3)
                for name in wanted:
                    if name != "/assignments/customer_id":  # float here
                        self.assertEqual(found[name], wanted[name], f"{label} {dtype} {name}")

    def test_records(self):
        wanted = self.wanted()
        columns = self.storable()
        for width in ("i8", ">i4"):
            columns["age"] = columns["age"].astype(width)
            records = np.empty(N, dtype=[(name, values.dtype) for name, values in columns.items()])
            for name, values in columns.items():
                records[name] = values
            for options in ({}, {"chunks": (100,), "compression": "gzip"}):
                path = self.path("records.h5")
                with h5py.File(path, "w") as file:
                    file.create_dataset("customers", data=records, **options)
                self.assertEqual(self.segment(path, ranks=3), wanted, f"{width} {options}")

    def test_records_with_strings_of_variable_length(self):
        wanted = self.wanted()
        columns = {**self.storable(), "home": np.array(self.columns["home"], dtype=object)}
        types = [(name, h5py.string_dtype() if name == "home" else values.dtype) for name, values in columns.items()]
        records = np.empty(N, dtype=types)
        for name, values in columns.items():
            records[name] = values
        path = self.path("records.h5")
        with h5py.File(path, "w") as file:
            file["customers"] = records
        for ranks in (1, 3):
            self.assertEqual(self.segment(path, ranks=ranks), wanted)

    def test_pandas_table(self):
        frame = pd.DataFrame(self.columns).drop(columns="member")
        path = self.path("pandas.h5")
        wanted = self.segment(self.write_group("wanted.h5", self.storable(member=None)), leveled=False,
                              extra='[[features]]\ncolumns = ["home"]\n')
        for options in ({}, {"complevel": 5, "complib": "zlib"}):
            frame.to_hdf(path, key="customers", mode="w", format="table", data_columns=True, **options)
            for ranks in (1, 3):
                found = self.segment(path, ranks=ranks, leveled=False, extra='[[features]]\ncolumns = ["home"]\n')
                self.assertEqual(found, wanted, f"{options}, {ranks} ranks")

    def test_a_table_elsewhere(self):
        wanted = self.wanted()
        for place in ("/", "/deep/below"):
            path = self.path("elsewhere.h5")
            with h5py.File(path, "w") as file:
                for column, values in self.storable().items():
                    file[f"{place}/{column}"] = values
            self.assertEqual(self.segment(path, extra=f'table = "{place}"\n'), wanted, place)

    # Types.

    def test_numbers_of_every_width(self):
        wanted = self.wanted()
        wide = {"age": "i1 u1 i2 u2 i4 u4 i8 u8 f2 f4 f8 >i2 >u4 >i8 >f2 >f4 >f8 g".split(),
                "visits": "u1 i1 >u2 i2 u4 >u8 i4 u8 >f4 f2 f4 f8 >i4 >i8 g f8 f2 i1".split(),
                "spend": "f4 f8 >f4 >f8 g f4 f8 >f4 >f8 g f4 f8 g f8 f4 >f4 f8 g".split()}
        for i, types in enumerate(zip(*wide.values())):
            changes = {name: self.columns[name].astype(dtype) for name, dtype in zip(wide, types)}
            for name, values in changes.items():
                np.testing.assert_array_equal(values.astype(float), self.columns[name])
            path = self.write_group("typed.h5", self.storable(**changes))
            self.assertEqual(self.segment(path, ranks=0 if i % 4 else 2), wanted, types)

    def test_strings(self):
        wanted = self.wanted()
        home = self.columns["home"]
        path = self.write_group("texts.h5", self.storable(home=as_bytes(home, 40)))
        self.assertEqual(self.segment(path), wanted, "fixed length, padded")
        path = self.write_group("texts.h5", self.storable(home=np.array(home, dtype=h5py.string_dtype())))
        for ranks in (1, 3):
            self.assertEqual(self.segment(path, ranks=ranks), wanted, "variable length")
        path = self.write_group("texts.h5", self.storable(home=None))
        with h5py.File(path, "a") as file:  # as Fortran pads
            kind = h5py.h5t.C_S1.copy()
            kind.set_size(9)
            kind.set_strpad(h5py.h5t.STR_SPACEPAD)
            space = h5py.h5s.create_simple((N,))
            dataset = h5py.h5d.create(file["customers"].id, b"home", kind, space)
            padded = np.array([f"{text:9}".encode() for text in home])
            dataset.write(h5py.h5s.ALL, h5py.h5s.ALL, padded, mtype=kind)
        self.assertEqual(self.segment(path), wanted, "space-padded")

    def test_enum(self):
        wanted = self.wanted()
        for values in ({"castle": 0, "flat": 1, "house": 2, "tent": 3},
                       {"castle": -5, "flat": 7, "house": 90, "tent": 91}):
            for base in ("i1", ">i4"):
                dtype = h5py.enum_dtype(values, basetype=base)
                codes = np.array([values[home] for home in self.columns["home"]], base)
                path = self.path("enum.h5")
                self.write_group("enum.h5", self.storable(home=None))
                with h5py.File(path, "a") as file:
                    file["customers"].create_dataset("home", data=codes, dtype=dtype)
                self.assertEqual(self.segment(path), wanted, f"{values} {base}")

    def test_codes_and_categories(self):
        wanted = self.wanted()
        codes = np.searchsorted(HOMES, self.columns["home"])
        for dtype in ("i1", "u2", "i8"):
            for names in (as_bytes(HOMES), np.array(HOMES, dtype=h5py.string_dtype())):
                path = self.write_group("coded.h5", self.storable(home=None))
                with h5py.File(path, "a") as file:
                    file.create_dataset("customers/home/codes", data=codes.astype(dtype), chunks=(99,))
                    file["customers/home/categories"] = names
                for ranks in (0, 3):
                    self.assertEqual(self.segment(path, ranks=ranks), wanted, dtype)

    def test_a_missing_level_in_every_storage(self):
        home = self.columns["home"].copy()
        home[::10] = ""
        path = self.write_group("texts.h5", self.storable(home=as_bytes(home)))
        wanted = self.segment(path)
        path = self.write_group("texts.h5", self.storable(home=np.array(home, dtype=h5py.string_dtype())))
        self.assertEqual(self.segment(path), wanted)
        codes = np.where(home == "", -1, np.searchsorted(HOMES, home))
        path = self.write_group("coded.h5", self.storable(home=None))
        with h5py.File(path, "a") as file:
            file["customers/home/codes"] = codes.astype("i1")
            file["customers/home/categories"] = as_bytes(HOMES)
        self.assertEqual(self.segment(path), wanted)

    # What can't be read.

    def filtered(self, name, write_chunk):
        """A table whose column `spend` is stored with a filter that nobody has."""
        path = self.write_group(name, self.storable(spend=None))
        with h5py.File(path, "a") as file:
            properties = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
            properties.set_chunk((N,))
            properties.set_filter(32015, h5py.h5z.FLAG_OPTIONAL, (3,))
            dataset = h5py.h5d.create(file["customers"].id, b"spend", h5py.h5t.NATIVE_DOUBLE,
                                      h5py.h5s.create_simple((N,)), properties)
            if write_chunk:
                dataset.write_direct_chunk((0,), b"\x28\xb5\x2f\xfd" + bytes(500))
        return path

    def test_a_missing_filter(self):
        for write_chunk in (False, True):
            path = self.filtered("filtered.h5", write_chunk)
            self.fails(["filtered.h5", '"spend"', "filter 32015", "HDF5_PLUGIN_PATH"], path)
        # Whoever does not ask for the column is not bothered.
        self.segment(path, numeric=("age", "visits"))

    def test_a_glob_does_not_pass_over_a_missing_filter(self):
        path = self.filtered("filtered.h5", True)
        self.fails(['"spend"', "filter 32015"], path, numeric=("[asv]*",), ranks=(2,))

    def test_damaged_chunks(self):
        # One rank meets the damage; all must say so together.
        for name, options in (("inflate", {"compression": "gzip"}), ("fletcher", {"fletcher32": True})):
            path = self.write_group(f"{name}.h5", self.storable(), chunks=(100,), **options)
            with h5py.File(path) as file:
                chunk = file["customers/spend"].id.get_chunk_info(8)
            with open(path, "r+b") as file:
                file.seek(chunk.byte_offset)
                file.write(b"\x5a\xc3\x11" * (chunk.size // 3))
            self.fails([f"{name}.h5", '"spend"', "filter"], path, ranks=(0, 2, 3))

    def test_pandas_in_its_other_formats(self):
        frame = pd.DataFrame(self.columns).drop(columns=["member", "home"])
        path = self.path("pandas.h5")
        frame.to_hdf(path, key="customers", mode="w", format="fixed")
        self.fails(["pandas.h5", '"fixed"', "data_columns=True"], path)
        frame.to_hdf(path, key="customers", mode="w", format="table")
        self.fails(["pandas.h5", "data_columns=True"], path)

    def test_what_is_no_column(self):
        path = self.write_group("odd.h5", self.storable(spend=None))
        with h5py.File(path, "a") as file:
            file["customers/spend"] = np.zeros((N, 2))
        self.fails(["odd.h5", '"spend"'], path)
        del_path = self.write_group("odd.h5", self.storable(spend=None))
        with h5py.File(del_path, "a") as file:
            file["customers"].create_dataset("spend", (N,), dtype=h5py.ref_dtype)
        self.fails(["odd.h5", '"spend"', "neither numbers"], del_path)

    def test_a_matrix_without_names(self):
        path = self.path("matrix.h5")
        for names in (None, ["a", "b"]):
            with h5py.File(path, "w") as file:
                file["customers"] = np.zeros((N, 3))
                if names:
                    file["customers"].attrs["columns"] = names
            self.fails(["matrix.h5", '"columns"', "3"], path)

    def test_files_that_differ(self):
        self.write_group("part-0.h5", self.storable(), slice(0, 500))
        self.write_group("part-1.h5", self.storable(spend=None), slice(500, N))
        self.fails(["part-1.h5", '"spend"', "part-0.h5"], self.path("part-*.h5"))
        self.write_group("part-1.h5", self.storable(spend=self.storable()["home"]), slice(500, N))
        self.fails(["part-1.h5", '"spend"', "type", "part-0.h5"], self.path("part-*.h5"))


if __name__ == "__main__":
    unittest.main()
