"""Every failure of psychograph segment: one message, the right exit code, no result, nothing left behind, no hang."""
import fcntl
import os
import pathlib
import shutil
import stat
import subprocess
import unittest

import h5py
import numpy as np

from program import ProgramTest, binary, command, environment, messages, read

N = 30
USAGE, DATA, ENVIRONMENT = 2, 3, 4
AS_ROOT = os.geteuid() == 0
NOBODY = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"]


def plain():
    """A table that works: distinct rows, unique ids, positive weights."""
    random = np.random.default_rng(9)
    return {"age": random.integers(18, 80, N), "customer_id": np.arange(100, 100 + N),
            "home": np.array([b"own", b"rent", b"other"])[random.integers(0, 3, N)],
            "spend": random.gamma(2, 50, N), "w": random.random(N) + 0.5}


class Failures(ProgramTest):
    ranks = (0, 2, 3)

    def write(self, name="table.h5", rows=slice(None), **changes):
        path = self.path(name)
        with h5py.File(path, "w") as file:
            file.create_group("customers")
            for column, values in {**plain(), **changes}.items():
                if values is not None:
                    file["customers"][column] = values[rows]
        return path

    def changed(self, column, row, value, dtype=float):
        values = plain()[column].astype(dtype)
        values[row] = value
        self.write(**{column: values})

    def spec(self, head="", features='columns = ["age", "spend"]', cluster="k = 2", more="", name="spec.toml"):
        path = self.path(name)
        pathlib.Path(path).write_text(f'[input]\nfiles = ["{self.path("table.h5")}"]\n{head}\n'
                                      f'[[features]]\n{features}\n[cluster]\n{cluster}\n{more}\n')
        return path

    def fails(self, code, *parts, ranks=None, args=(), spec=None, env=None, output=True, **options):
        spec = spec or self.spec(**options)
        output = ["--output", self.path("none.h5")] if output else []
        for count in self.ranks if ranks is None else ranks:
            before = sorted(path.name for path in self.folder.iterdir())
            completed = self.assert_fails(code, parts, count, "segment", spec, "--quiet", *output, *args, env=env,
                                          cwd=self.folder, timeout=60)
            self.assertEqual(len(messages(completed)), 1, completed.stderr)
            self.assertEqual(sorted(path.name for path in self.folder.iterdir()), before)
        return completed


class BadData(Failures):
    def test_the_plain_table_works(self):
        self.write()
        self.run_ok(3, "segment", self.spec('id = "customer_id"\nweight = "w"', 'columns = ["*"]'), "--output",
                    self.path("good.h5"), "--quiet")

    def test_rows_all_equal(self):
        self.write(age=np.full(N, 5), spend=np.full(N, 1.5))
        self.fails(DATA, "table.h5", '"age"', "constant", "5")
        self.fails(DATA, "table.h5", '"spend"', "constant", "1.5", ranks=(0,),
                   features='columns = ["spend"]\nscale = "none"')

    def test_infinity(self):
        for row, value in ((0, np.inf), (N - 1, -np.inf), (17, np.inf)):
            self.changed("spend", row, value)
            self.fails(DATA, "table.h5", '"spend"', f"row {row}:", "infinite", ranks=(3,) if row else (0, 2))

    def test_infinity_in_an_item(self):
        self.changed("spend", 20, np.inf)
        self.fails(DATA, '"spend"', "row 20", "infinite", features='columns = ["w"]',
                   more='[[constructs]]\nname = "both"\nitems = ["age", "spend"]', ranks=(3,))

    def test_an_item_out_of_range(self):
        self.write(age=np.arange(N) % 6, spend=np.arange(N) % 7)
        self.fails(DATA, '"spend"', "row 6:", "6", "0 to 5", "both", features='columns = ["w"]', ranks=(2,),
                   more='[[constructs]]\nname = "both"\nitems = ["age", "spend"]\nrange = [0, 5]')

    def test_wholly_missing(self):
        self.write(spend=np.full(N, np.nan))
        self.fails(DATA, "table.h5", '"spend"', "no value")
        self.fails(DATA, "table.h5", "no customer", features='columns = ["age", "spend"]\nmissing = "drop"', ranks=(3,))
        self.write(home=np.full(N, b""))
        self.fails(DATA, "table.h5", '"home"', ranks=(2,), features='columns = ["home"]')

    def test_constant(self):
        self.write(age=np.full(N, 41))
        self.fails(DATA, "table.h5", '"age"', "constant", "41")
        self.write(home=np.full(N, b"own"))
        self.fails(DATA, "table.h5", '"home"', "constant", "own", features='columns = ["home"]', ranks=(3,))
        self.write(age=np.where(np.arange(N) == 3, np.nan, 41.0))
        self.fails(DATA, '"age"', "constant", ranks=(2,))

    def test_missing_that_is_an_error(self):
        self.changed("spend", 22, np.nan)
        self.fails(DATA, "table.h5", '"spend"', "row 22:", "missing", ranks=(0, 3),
                   features='columns = ["spend"]\nmissing = "error"')

    def test_empty(self):
        self.write(rows=slice(0, 0))
        self.fails(DATA, "table.h5", "/customers", "empty")
        with h5py.File(self.path("table.h5"), "w") as file:
            file.create_group("customers")
        self.fails(DATA, "table.h5", "/customers", "no columns", ranks=(2,))

    def test_repeated_ids(self):
        for first, second in ((3, 4), (1, N - 2), (0, 15)):
            ids = plain()["customer_id"]
            ids[second] = ids[first]
            cases = {"int": (ids, str(ids[first])), "text": (np.array([b"c%d" % i for i in ids]), f'"c{ids[first]}"'),
                     "big": (ids.astype(np.uint64) + np.uint64(2**64 - 200), str(int(ids[first]) + 2**64 - 200)),
                     "float": (ids + 0.5, str(ids[first] + 0.5))}
            for name, (values, shown) in cases.items():
                self.write(customer_id=values)
                ranks = self.ranks if name == "int" else ((3,) if name == "text" or first == 1 else (0,))
                self.fails(DATA, "table.h5", '"customer_id"', f"row {first}:", shown, f"row {second}",
                           head='id = "customer_id"', ranks=ranks)

    def test_an_id_repeated_in_another_file(self):
        self.write("table-1.h5")
        self.write("table-2.h5", customer_id=plain()["customer_id"] + N - 1)
        self.fails(DATA, "table-1.h5", f"row {N - 1}:", str(100 + N - 1), "row 0", "table-2.h5",
                   head='id = "customer_id"', args=["--input", self.path("table-?.h5")], ranks=(0, 3))

    def test_unequal_columns(self):
        self.write(spend=np.arange(N + 1.0))
        self.fails(DATA, "table.h5", '"spend"', str(N + 1), str(N))

    def test_missing_column(self):
        self.write()
        self.fails(DATA, "table.h5", '"spent"', 'did you mean "spend"', features='columns = ["spent"]')
        self.fails(DATA, "table.h5", '"zz*"', features='columns = ["zz*"]', ranks=(0,))
        self.fails(DATA, '"customerid"', '"customer_id"', "input.id", head='id = "customerid"', ranks=(2,))
        self.fails(DATA, '"ww"', '"w"', "input.weight", head='weight = "ww"', ranks=(0,))
        self.fails(DATA, '"agee"', '"age"', ranks=(0,), more='[[constructs]]\nname = "c"\nitems = ["agee", "spend"]')
        self.fails(DATA, '"incom"', more='[describe_only]\ncolumns = ["incom"]', ranks=(0,))

    def test_text_as_a_number(self):
        self.write()
        self.fails(USAGE, '"home"', "text", "numeric", "categorical", features='columns = ["home"]\nkind = "numeric"')
        self.fails(USAGE, '"home"', "text", ranks=(0,), more='[[constructs]]\nname = "c"\nitems = ["home", "spend"]')
        self.fails(DATA, '"home"', "text", head='weight = "home"', ranks=(2,))

    def test_a_column_twice(self):
        self.write()
        self.fails(USAGE, '"age"', "already", features='columns = ["age"]\n[[features]]\ncolumns = ["age", "spend"]',
                   ranks=(0,))
        self.fails(USAGE, '"age"', "describe_only", more='[describe_only]\ncolumns = ["age"]', ranks=(2,))
        self.fails(USAGE, '"w"', "weight", head='weight = "w"', features='columns = ["w"]', ranks=(0,))

    def test_weights(self):
        for row, value, shown in ((0, 0.0, "0"), (29, -1.0, "-1"), (14, np.nan, "missing"), (11, np.inf, "inf")):
            self.changed("w", row, value)
            self.fails(DATA, "table.h5", '"w"', f"row {row}:", shown, "weight", head='weight = "w"',
                       ranks=(0, 3) if row == 29 else (2,))

    def test_weights_that_are_names(self):
        kind = h5py.enum_dtype({"light": 1, "heavy": 2}, basetype="i1")
        for values, words in ((np.resize([1, 2], N).astype(kind), "categories"), (np.arange(N) % 2 == 0, "truth values")):
            self.write(w=values)
            self.fails(DATA, '"w"', words, head='weight = "w"', ranks=(0, 3))

    def test_weights_too_light_to_count(self):
        """Beside all others: their sums share one scale."""
        def weigh(n):
            random = np.random.default_rng(4)
            weights = np.full(n, 1e3)
            weights[3] = 1e-9
            self.write(**dict.fromkeys(plain()) | {"x": random.normal(size=n), "y": random.normal(size=n), "w": weights})
            return self.spec(head='weight = "w"', features='columns = ["x", "y"]')
        self.run_ok(2, "segment", weigh(500), "--output", self.path("out.h5"), "--quiet")
        os.remove(self.path("out.h5"))
        self.fails(DATA, "weights from 1e-09 to 1000, 4.999e+06 in sum", spec=weigh(5000), ranks=(0, 3))

    def test_items_that_are_no_answers(self):
        self.write()
        construct = '[[constructs]]\nname = "c"\nitems = ["age", "spend"]\n'
        for head in ('id = "age"', 'weight = "age"'):
            self.fails(USAGE, 'item "age"', "id or the weight", head=head, features='columns = ["spend"]', more=construct,
                       ranks=(0, 2))
        self.fails(USAGE, "missing_values", '"99" is a word', features='columns = ["spend"]',
                   more=construct + 'missing_values = ["99"]', ranks=(0,))

    def test_a_command_line_of_any_length(self):
        """/run@command holds what an attribute can."""
        self.write()
        names = [f"./{'./' * 40}{'x' * 80}/../table.h5"] * 600
        os.mkdir(self.path("x" * 80))
        self.run_ok(2, "segment", self.spec(), "--input", *names, "--output", self.path("out.h5"), "--quiet", cwd=self.folder)
        self.assertLess(len(read(self.path("out.h5"))["command"]), 65000)

    def test_values_out_of_a_transforms_domain(self):
        self.changed("spend", 12, -1.0)
        self.fails(DATA, '"spend"', "-1", "log1p", features='columns = ["spend"]\ntransform = "log1p"', ranks=(0, 3))
        self.fails(DATA, '"spend"', "-1", "sqrt", features='columns = ["spend"]\ntransform = "sqrt"', ranks=(2,))

    def test_not_binary(self):
        self.write()
        self.fails(DATA, '"age"', "binary", features='columns = ["age"]\nkind = "binary"', ranks=(0, 3))
        self.fails(DATA, '"home"', "binary", features='columns = ["home"]\nkind = "binary"', ranks=(2,))

    def test_quartiles_that_are_equal(self):
        self.write(age=np.where(np.arange(N) == 3, 5, 4))
        self.fails(DATA, '"age"', "quartiles", "zscore", features='columns = ["age"]\nscale = "robust"', ranks=(0, 2))

    def test_fewer_distinct_rows_than_k(self):
        rows = np.arange(N) % 4
        self.write(age=rows, spend=rows * 2.5 + 0.1)
        for init in ("k-means||", "k-means++", "random"):
            self.fails(DATA, "fewer distinct rows", "4", "5", cluster=f'k = 5\ninit = "{init}"',
                       ranks=self.ranks if init == "k-means||" else (3,))
        with h5py.File(self.path("start.h5"), "w") as file:
            file["centroids"] = np.arange(10.0).reshape(5, 2)
        self.fails(DATA, "fewer distinct rows", "5", cluster='k = 5\ninit = "start.h5"', ranks=(2,))

    def test_k_above_n(self):
        self.write()
        for init in ("k-means||", "k-means++", "random"):
            self.fails(DATA, str(N), str(N + 1), cluster=f'k = {N + 1}\ninit = "{init}"',
                       ranks=self.ranks if init == "random" else (0,))

    def test_too_many_levels(self):
        many = np.array([b"level %d" % i for i in range(30_000)])
        with h5py.File(self.path("table.h5"), "w") as file:
            file["customers/home"] = many
            file["customers/age"] = np.arange(30_000)
        for features in ('columns = ["home"]', 'columns = ["age"]\nkind = "categorical"'):
            self.fails(DATA, "table.h5", "levels", features=features, ranks=(0, 3))

    def test_start_files(self):
        self.write()
        good = np.array([[20.0, 10.0], [60.0, 200.0]])

        def start(values, name="centroids"):
            with h5py.File(self.path("start.h5"), "w") as file:
                file[name] = values

        def refused(*parts, ranks=(0, 3)):
            self.fails(DATA, "start.h5", *parts, cluster='k = 2\ninit = "start.h5"', ranks=ranks)

        refused("No such file")
        for shape in ((3, 2), (2, 3), (4,), ()):
            start(np.ones(shape))
            refused("2", ranks=(0,) if len(shape) == 2 else (2,))
        for value in (np.nan, np.inf):
            start(np.where(good == 200, value, good))
            refused("centroid 1", '"spend"')
        start(np.where(good == 200, 1e300, good))
        refused("centroid 1", "too far", ranks=(2,))
        start(good, "centers")
        refused("/centroids", ranks=(0,))
        pathlib.Path(self.path("start.h5")).write_text("20,10\n")
        refused(ranks=(0, 3))
        start(np.array([[b"a", b"b"], [b"c", b"d"]]))
        refused("/centroids", ranks=(0,))


class BadFiles(Failures):
    def test_missing_spec(self):
        self.fails(USAGE, "nowhere.toml", spec=self.path("nowhere.toml"))
        self.fails(USAGE, str(self.folder), spec=self.folder, ranks=(0, 2))

    def test_missing_input(self):
        self.fails(DATA, "table.h5", "no such file")
        self.write("other.h5")
        self.fails(DATA, "part-*.h5", "no such file", args=["--input", self.path("other.h5"), self.path("part-*.h5")],
                   ranks=(2,))

    def test_not_hdf5(self):
        for text in (b"", b"\x89HDF", b"customer_id,age\n1,2\n" * 1000, bytes(5000)):
            pathlib.Path(self.path("table.h5")).write_bytes(text)
            self.fails(DATA, "table.h5", "not an HDF5 file", ranks=self.ranks if not text else (2,))
        os.unlink(self.path("table.h5"))
        os.mkdir(self.path("table.h5"))
        self.fails(DATA, "table.h5", ranks=(0, 2))

    def test_truncated(self):
        whole = pathlib.Path(self.write()).read_bytes()
        for length in (8, 50, 96, 600, 2048, len(whole) // 2, len(whole) - 8, len(whole) - 1):
            pathlib.Path(self.path("table.h5")).write_bytes(whole[:length])
            self.fails(DATA, "table.h5", ranks=(0, 3) if length in (50, len(whole) // 2) else (0,))

    def test_one_of_several_truncated(self):
        self.write("table-1.h5")
        whole = pathlib.Path(self.write("table-2.h5")).read_bytes()
        pathlib.Path(self.path("table-2.h5")).write_bytes(whole[:-100])
        self.fails(DATA, "table-2.h5", "truncated", args=["--input", self.path("table-?.h5")], ranks=(0, 3))

    def test_locked(self):
        # As a program that writes the file holds it, and as a file system without locks answers.
        result = self.path("result.h5")
        advice = ("can't be locked", "HDF5_USE_FILE_LOCKING=FALSE", "unable to lock file")
        self.write()
        self.run_ok(0, "segment", self.spec(), "--quiet", "--output", result)
        with open(self.path("table.h5"), "rb") as table:
            fcntl.flock(table, fcntl.LOCK_EX)
            self.fails(ENVIRONMENT, "table.h5", *advice)
            for ranks in (0, 2):
                self.run_ok(ranks, "segment", self.spec(), "--quiet", "--output", self.path("unlocked.h5"),
                            env={"HDF5_USE_FILE_LOCKING": "FALSE"})
        with open(result, "rb") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            self.fails(ENVIRONMENT, "result.h5", *advice, cluster=f'k = 2\ninit = "{result}"', ranks=(0, 2))
            self.assert_fails(ENVIRONMENT, ["result.h5", *advice], 2, "export", result, "--output", self.path("a.csv"))

    def test_overwritten_inside(self):
        # Whatever such a file says, the program ends in time with one message, or with a result.
        whole = pathlib.Path(self.write()).read_bytes()
        random = np.random.default_rng(12)
        for seed in range(12):
            damaged = bytearray(whole)
            place = int(random.integers(0, len(whole) - 64))
            damaged[place:place + 64] = random.bytes(64)
            pathlib.Path(self.path("table.h5")).write_bytes(damaged)
            completed = subprocess.run(command(2 if seed % 6 == 0 else 0, "segment", self.spec(), "--output",
                                               self.path("none.h5"), "--quiet"), env=environment(), timeout=60,
                                       capture_output=True, text=True, check=False)
            self.assertIn(completed.returncode, (0, DATA), completed.stderr)
            self.assertEqual(len(messages(completed)), 1 if completed.returncode else 0, completed.stderr)
            self.assert_nothing_temporary()

    def test_without_the_table(self):
        with h5py.File(self.path("table.h5"), "w") as file:
            file["people/age"] = np.arange(N)
            file["orders/age"] = np.arange(N)
        self.fails(DATA, "table.h5", "/customers", "/people", "/orders", "input.table")
        self.fails(DATA, "/people/adults", head='table = "/people/adults"', ranks=(0,))
        self.fails(DATA, "/people/age", head='table = "/people/age"', ranks=(2,))

    def test_output_is_a_folder(self):
        self.write()
        os.mkdir(self.path("results"))
        for ranks in (0, 3):
            self.assert_fails(ENVIRONMENT, ["results", "folder"], ranks, "segment", self.spec(), "--quiet", "--output",
                              self.path("results"), timeout=60)
        self.assertEqual(os.listdir(self.path("results")), [])

    def test_output_folder_missing(self):
        self.write()
        for ranks in (0, 2, 3):
            self.assert_fails(ENVIRONMENT, ["no/such/s.h5", "No such file"], ranks, "segment", self.spec(), "--quiet",
                              "--output", self.path("no/such/s.h5"), timeout=60)

    def test_a_name_of_any_length(self):
        self.write()
        for length in (180, 230, 252):  # the temporary name, and those that MPI makes of it, are longer
            name = self.path("s" * length + ".h5")
            self.run_ok(2, "segment", self.spec(), "--quiet", "--output", name, timeout=60)
            self.assertTrue(h5py.is_hdf5(name))
        self.assert_fails(ENVIRONMENT, ["too long"], 2, "segment", self.spec(), "--quiet", "--output",
                          self.path("s" * 256), timeout=60)

    def test_an_instruction_set_that_is_not_here(self):
        self.write()
        for name in ("avx9", "AVX2", "sse4"):
            self.fails(USAGE, f"PSYCHOGRAPH_TARGET={name}", "scalar", env={"PSYCHOGRAPH_TARGET": name},
                       ranks=self.ranks if name == "avx9" else (0,))


class BadSpec(Failures):
    """Ranks differ in nothing here: the spec is read on one. Few of these run on several."""

    def usage(self, *parts, line=None, ranks=(0,), **options):
        if line:
            parts = (f"spec.toml:{line}:", *parts)
        self.fails(USAGE, *parts, ranks=ranks, **options)

    def setUp(self):
        super().setUp()
        self.write()

    def test_unknown_keys(self):
        self.usage("cluster.restart", '"restarts"', line=8, cluster="k = 2\nrestart = 3", ranks=(0, 2, 3))
        self.usage("input.file", '"files"', line=3, head='file = "x"')
        self.usage("features.0.scales", '"scale"', line=6, features='columns = ["age"]\nscales = "none"')
        self.usage("outputs", '"output"', line=8, more='[outputs]\npath = "x"')
        self.usage("output.paths", '"path"', more='[output]\npaths = "x"')
        self.usage("constructs.0.range_", '"range"',
                   more='[[constructs]]\nname = "a"\nitems = ["a", "b"]\nrange_ = [1, 2]')
        self.usage("describe_only.column", '"columns"', more='[describe_only]\ncolumn = ["a"]')
        self.usage("cluster.kk", '"k"', args=["--set", "cluster.kk=3"])

    def test_broken_toml(self):
        self.usage(line=7, cluster="k = ", ranks=(0, 2))
        self.usage(line=8, cluster="k = 2\nk = 3")
        pathlib.Path(self.path("binary.toml")).write_bytes(bytes(range(256)) * 10)
        self.usage("binary.toml", spec=self.path("binary.toml"))
        pathlib.Path(self.path("empty.toml")).write_text("")
        self.usage("empty.toml", "input", spec=self.path("empty.toml"))

    def test_endless_keys(self):
        (self.folder / "long.toml").write_text("[input]\n" + "a." * 50000 + "a = 1\n")
        self.fails(USAGE, "long.toml: line 2", "256 parts", spec=self.path("long.toml"), ranks=(0, 2))

    def test_wrong_types(self):
        for key, value, expected in (("k", '"2"', "whole number"), ("k", "2.5", "whole number"),
                                     ("seed", "true", "whole number"), ("refine", "1", "true or false"),
                                     ("tolerance", '"small"', "number"), ("init", "3", "string"),
                                     ("restarts", "[1]", "whole number")):
            cluster = f"{key} = {value}" if key == "k" else f"k = 2\n{key} = {value}"
            self.usage(f"cluster.{key}", expected, line=7 if key == "k" else 8, cluster=cluster)
        self.usage("input.id", "string", line=3, head="id = 7")
        self.usage("input.missing_values", line=3, head='missing_values = 7')
        self.usage("input.missing_values", line=3, head='missing_values = [[7]]')
        self.usage("features.0.columns", "list", line=5, features='columns = "age"')
        self.usage("features.0.columns", "strings", line=5, features='columns = ["age", 3]')
        self.usage("features.0.weight", "number", line=6, features='columns = ["age"]\nweight = "2"')
        self.usage("output.path", "string", line=9, more="[output]\npath = 3", output=False)
        pathlib.Path(self.path("flat.toml")).write_text('cluster = 3\n[input]\nfiles = ["x"]\n')
        self.usage("cluster", "flat.toml:1:", spec=self.path("flat.toml"))
        pathlib.Path(self.path("flat.toml")).write_text('[input]\nfiles = ["x"]\n[features]\ncolumns = ["x"]\n')
        self.usage("features", "[[features]]", spec=self.path("flat.toml"))

    def test_out_of_range(self):
        for key, value in (("k", "0"), ("k", "-3"), ("k", "1000001"), ("seed", "-1"), ("restarts", "0"),
                           ("restarts", "-1"), ("max_iterations", "0"), ("tolerance", "-0.1"), ("tolerance", "nan"),
                           ("tolerance", "1.5"), ("tolerance", "inf")):
            cluster = f"{key} = {value}" if key == "k" else f"k = 2\n{key} = {value}"
            self.usage(f"cluster.{key}", value, line=7 if key == "k" else 8, cluster=cluster)
        for value in ("0", "-1", "nan", "inf", "1e7"):
            self.usage("features.0.weight", line=6, features=f'columns = ["age"]\nweight = {value}')
        for value in ("0", "-2", "nan"):
            self.usage("constructs.0.weight", more='[[constructs]]\nname = "a"\nitems = ["age", "spend"]\n'
                                                   f'weight = {value}')
        for value in ("[1]", "[6, 1]", "[1, 1]", "[1, nan]", '["a", 2]'):
            self.usage("constructs.0.range", line=11, more='[[constructs]]\nname = "a"\nitems = ["age", "spend"]\n'
                                                           f'range = {value}')

    def test_out_of_range_options(self):
        for args, parts in ((["--k", 0], ["cluster.k", "0"]), (["--k", -1], ["cluster.k", "-1"]),
                            (["--seed", -1], ["cluster.seed", "-1"]), (["--set", "cluster.k=0"], ["cluster.k", "0"])):
            self.usage(*parts, args=args)
            # A line of the file would send the user to the wrong place.
            completed = self.fails(USAGE, *parts, args=args, ranks=(0,))
            self.assertNotRegex(completed.stderr, r"spec\.toml:\d+:")

    def test_wrong_names(self):
        for key, value, near in (("kind", "nummeric", "numeric"), ("transform", "log", "log1p"),
                                 ("scale", "z-score", "zscore"), ("missing", "mediam", "median"),
                                 ("facet", "behavioural", "behavioral")):
            self.usage(f"features.0.{key}", f'"{value}"', f'did you mean "{near}"', line=6,
                       features=f'columns = ["age"]\n{key} = "{value}"')
        self.usage("cluster.init", '"kmeans++"', 'did you mean "k-means++"', line=8, cluster='k = 2\ninit = "kmeans++"')
        self.usage("cluster.algorithm", '"kmean"', "kmeans", line=8, cluster='k = 2\nalgorithm = "kmean"')

    def test_what_does_not_go_together(self):
        categorical = 'columns = ["home"]\nkind = "categorical"\n'
        self.usage("features.0.scale", "categorical", features=categorical + 'scale = "zscore"')
        self.usage("features.0.transform", features=categorical + 'transform = "sqrt"')
        self.usage("features.0.missing", features=categorical + 'missing = "mean"')
        self.usage("features.0.missing", features='columns = ["age"]\nkind = "numeric"\nmissing = "level"')
        self.usage("home", "scale", features='columns = ["home"]\nscale = "zscore"')
        self.usage("home", "mean", features='columns = ["home"]\nmissing = "mean"')
        self.write()
        construct = '[[constructs]]\nname = "a"\nitems = ["age", "spend"]\n'
        self.usage("constructs.0.range", more=construct + 'reverse = ["age"]')
        self.usage("constructs.0.reverse", '"w"', more=construct + 'reverse = ["w"]\nrange = [1, 6]')
        self.usage("constructs.0.items", more='[[constructs]]\nname = "a"\nitems = ["age"]')
        self.usage("constructs.0.name", more='[[constructs]]\nitems = ["age", "spend"]')
        self.usage("input.table", head='table = "customers"')

    def test_what_must_be_there(self):
        self.usage("cluster.k", cluster="seed = 3", ranks=(0, 3))
        self.usage("features.0.columns", features="columns = []")
        for text, part in (('[[features]]\ncolumns = ["age"]\n[cluster]\nk = 2\n', "input.files"),
                           ('[input]\nfiles = ["x.h5"]\n[cluster]\nk = 2\n', "features"),
                           ('[input]\nfiles = ["x.h5"]\n[[features]]\ncolumns = ["age"]\n', "cluster")):
            pathlib.Path(self.path("short.toml")).write_text(text)
            self.usage("short.toml", part, spec=self.path("short.toml"))
        self.usage("output.path", more='[output]\npath = ""', output=False)

    def test_options(self):
        self.usage("--set", args=["--set", "cluster.k"])
        self.usage("--set", args=["--set", "cluster.k.deep=3"])
        self.usage("--set", args=["--set", "features.7.scale=none"])
        self.usage("--set", args=["--set", "=3"])

    def test_command_line(self):
        # The option parser's own words; only the exit code is ours, and that one rank speaks.
        for args in (["segment"], ["segment", self.spec(), "--nonsense"], ["segments"], [],
                     ["segment", self.spec(), "--k", "x"]):
            for ranks in (0, 2):
                completed = self.assert_fails(USAGE, [], ranks, *args, timeout=60)
                self.assertEqual(completed.stderr.count("--help"), 1, completed.stderr)


class OlderResult(Failures):
    def test_it_survives_a_failure_and_is_replaced_by_a_success(self):
        self.write()
        output = self.path("segments.h5")
        args = ["segment", self.spec(), "--quiet", "--output", output]
        self.run_ok(1, *args)
        before, inode = pathlib.Path(output).read_bytes(), os.stat(output).st_ino
        for more in (["--k", N + 1], ["--set", 'features.0.columns=["none"]'], ["--set", "cluster.nothing=1"]):
            for ranks in (0, 3):
                completed = subprocess.run(command(ranks, *args, *more), env=environment(), capture_output=True,
                                           timeout=60, check=False)
                self.assertIn(completed.returncode, (USAGE, DATA))
                self.assertEqual(pathlib.Path(output).read_bytes(), before)
                self.assert_nothing_temporary()
        with open(output, "rb") as reader:  # who reads the old one goes on reading the old one
            self.run_ok(2, *args, "--k", 3)
            self.assertEqual(reader.read(), before)
        self.assertNotEqual(os.stat(output).st_ino, inode)
        with h5py.File(output) as file:
            self.assertEqual(file["run"].attrs["k"], 3)
        self.assert_nothing_temporary()

    def test_the_table_is_not_touched(self):
        path = self.write()
        before, when = pathlib.Path(path).read_bytes(), os.stat(path).st_mtime_ns
        os.chmod(path, 0o444)
        self.run_ok(2, "segment", self.spec(), "--quiet", "--output", self.path("s.h5"))
        self.assertEqual((pathlib.Path(path).read_bytes(), os.stat(path).st_mtime_ns), (before, when))


@unittest.skipUnless(AS_ROOT and shutil.which("setpriv"), "only root can become an ordinary user, and needs setpriv")
class OrdinaryUser(Failures):
    """Root may read and write everything, so these run as nobody."""

    def setUp(self):
        super().setUp()
        os.chmod(self.folder, 0o755)
        os.mkdir(self.path("bin"))
        self.program = shutil.copy(binary(), self.path("bin/psychograph"))
        os.chmod(self.program, 0o755)
        os.mkdir(self.path("home"))
        os.chown(self.path("home"), 65534, 65534)

    def run_as_nobody(self, ranks, *args):
        line = command(ranks, *args)
        line[line.index(binary())] = self.program
        env = environment(HOME=self.path("home"), TMPDIR=self.path("home"))
        return subprocess.run([*NOBODY, *line], env=env, capture_output=True, text=True, timeout=60, check=False,
                              cwd=self.path("home"))

    def refused(self, output, *parts):
        spec = self.spec()
        for ranks in (0, 2, 3):
            completed = self.run_as_nobody(ranks, "segment", spec, "--quiet", "--output", output)
            self.assertEqual(completed.returncode, ENVIRONMENT, completed.stderr)
            self.assertEqual(len(messages(completed)), 1, completed.stderr)
            for part in parts:
                self.assertIn(part, messages(completed)[0])
            self.assertEqual([p for p in self.folder.rglob("*") if ".partial" in p.name], [])

    def test_it_works_where_it_may(self):
        self.write()
        completed = self.run_as_nobody(2, "segment", self.spec(), "--quiet", "--output", self.path("home/s.h5"))
        self.assertEqual(completed.returncode, 0, completed.stderr)

    def test_a_folder_without_write_permission(self):
        self.write()
        self.refused(self.path("s.h5"), "s.h5", "Permission denied")
        self.assertFalse(os.path.exists(self.path("s.h5")))

    def test_unreadable_input(self):
        os.chmod(self.write(), 0)
        self.refused(self.path("home/s.h5"), "table.h5", "Permission denied")
        self.assertEqual([p for p in os.listdir(self.path("home")) if p.endswith(".h5")], [])


@unittest.skipUnless(AS_ROOT, "only root can mount a small disk")
class FullDisk(Failures):
    def mount(self, kibibytes):
        disk = self.path("disk")
        os.makedirs(disk, exist_ok=True)
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={kibibytes}k", "tmpfs", disk], check=False,
                              capture_output=True, text=True)
        if done.returncode != 0:
            self.skipTest(f"can't mount a tmpfs here: {done.stderr.strip()}")
        return disk

    def unmount(self):
        subprocess.run(["umount", "--lazy", self.path("disk")], check=False, capture_output=True)

    def test_at_every_size(self):
        rows = 150_000
        random = np.random.default_rng(4)
        with h5py.File(self.path("table.h5"), "w") as file:
            file["customers/age"] = random.normal(size=rows)
            file["customers/spend"] = random.normal(size=rows)
        args = ["segment", self.spec(cluster="k = 2\nrestarts = 1\nmax_iterations = 1"), "--quiet", "--output"]
        self.run_ok(2, *args, self.path("whole.h5"))
        needed = os.stat(self.path("whole.h5")).st_size // 1024 + 1
        self.assertGreater(needed, 3000)
        self.addCleanup(self.unmount)
        sizes = [4, 64, 256, 1024, 2048, 3072, needed - 16, needed - 4]
        for i, size in enumerate(sizes):
            disk = self.mount(size)
            output = os.path.join(disk, "segments.h5")
            for ranks in ((0, 3) if i % 2 else (2,)):
                completed = subprocess.run(command(ranks, *args, output), env=environment(), capture_output=True,
                                           text=True, timeout=60, check=False)
                said = f"{size} KiB, {ranks} ranks: {completed.stderr}"
                self.assertEqual(completed.returncode, ENVIRONMENT, said)
                self.assertEqual(len(messages(completed)), 1, said)
                self.assertIn("segments.h5", messages(completed)[0])
                self.assertEqual(os.listdir(disk), [], said)
                self.assertFalse(completed.stdout)
            self.unmount()

    def test_an_older_result_survives(self):
        self.write(**{name: np.tile(values, 2000) for name, values in plain().items()})
        self.addCleanup(self.unmount)
        disk = self.mount(1024)
        output = os.path.join(disk, "segments.h5")
        pathlib.Path(output).write_bytes(b"older" * 1000)
        completed = subprocess.run(command(2, "segment", self.spec(), "--quiet", "--output", output), env=environment(),
                                   capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual(completed.returncode, ENVIRONMENT, completed.stderr)
        self.assertEqual(len(messages(completed)), 1, completed.stderr)
        self.assertEqual(pathlib.Path(output).read_bytes(), b"older" * 1000)
        self.assertEqual(os.listdir(disk), ["segments.h5"])

    def test_it_fits_in_the_end(self):
        self.write()
        self.addCleanup(self.unmount)
        output = os.path.join(self.mount(4096), "segments.h5")
        self.run_ok(2, "segment", self.spec(), "--quiet", "--output", output)
        self.assertTrue(stat.S_ISREG(os.stat(output).st_mode))


if __name__ == "__main__":
    unittest.main()
