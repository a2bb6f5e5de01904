"""psychograph verify: whatever is changed in a result is found, and named; what is as it must be passes."""
import os
import signal
import subprocess
import time
import unittest

import h5py
import numpy as np

from program import ProgramTest, command, environment, messages

SPEC = """
[input]
files = ["customers.h5"]
id = "customer_id"
[[features]]
columns = ["spend", "age"]
missing = "drop"
[[features]]
columns = ["region"]
[describe_only]
columns = ["income"]
[cluster]
k = 4
restarts = 2
"""
N = 400


def customers(seed=3):
    random = np.random.default_rng(seed)
    group = np.arange(N) % 4
    spend = random.gamma(2 + 2 * group, 30)
    spend[::31] = np.nan
    return {"age": random.integers(18, 70, N) + 5.0 * group, "customer_id": np.array([f"c{i:05}".encode() for i in range(N)]),
            "income": random.gamma(3, 1000, N), "region": np.array([b"north", b"south", b"west"])[(group + random.integers(0, 2, N)) % 3],
            "spend": spend}


TABLES = ("profile", "personas", "audit", "neighbours", "typical")


class Verify(ProgramTest):
    def setUp(self):
        super().setUp()
        self.write(customers())
        (self.folder / "spec.toml").write_text(SPEC)
        self.run_ok(2, "segment", "spec.toml", "--output", "segments.h5", "--quiet", cwd=self.folder)

    def write(self, columns, name="customers.h5"):
        with h5py.File(self.path(name), "w") as file:
            for column, values in columns.items():
                file[f"customers/{column}"] = values

    def assign(self):
        self.write({name: values[100:] for name, values in customers(4).items() if name != "income"}, "new.h5")
        self.run_ok(2, "assign", "segments.h5", "--input", "new.h5", "--output", "assigned.h5", "--quiet", cwd=self.folder)

    def assert_nothing_temporary(self):
        self.assertEqual([p.name for p in self.folder.iterdir() if p.name.startswith(".")], [])

    def passes(self, *args, ranks=2, result="segments.h5"):
        done = self.run_ok(ranks, "verify", result, *args, cwd=self.folder, timeout=60)
        self.assertRegex(done.stdout, rf"^{result}: is what version \S+ makes of that input: \d+ customers; "
                                      r"\d+ datasets and \d+ attributes are the same to the bit\n$")
        self.assert_nothing_temporary()
        return done

    def fails(self, *parts, args=(), ranks=(0, 3), result="segments.h5", code=3):
        for count in ranks:
            path = self.folder / result
            before = path.read_bytes() if path.exists() else None
            completed = self.run_verify(count, result, *args)
            self.assertEqual(completed.returncode, code, completed.stderr)
            self.assertEqual(completed.stdout, "")
            self.assertEqual(len(messages(completed)), 1, completed.stderr)
            for part in parts:
                self.assertIn(part, completed.stderr)
            self.assert_nothing_temporary()
            if before is not None:
                self.assertEqual(path.read_bytes(), before)
        return completed

    def run_verify(self, ranks, result, *args):
        return subprocess.run(command(ranks, "verify", result, "--quiet", *args), cwd=self.folder, env=environment(),
                              capture_output=True, text=True, timeout=60, check=False)


class AsItMustBe(Verify):
    def test_on_any_number_of_ranks(self):
        before = (self.folder / "segments.h5").read_bytes()
        for ranks in (0, 1, 2, 3, 4):
            self.passes("--input", "customers.h5", ranks=ranks)
        self.passes()  # the file that the result names
        self.assertEqual((self.folder / "segments.h5").read_bytes(), before)

    def test_the_input_under_another_name_and_in_another_layout(self):
        with h5py.File(self.path("customers.h5")) as file, h5py.File(self.path("elsewhere.h5"), "w") as to:
            for name, values in file["customers"].items():
                to.create_dataset(f"customers/{name}", data=values[()], chunks=(37,), compression="gzip")
        (self.folder / "customers.h5").unlink()
        self.passes("--input", "elsewhere.h5")
        self.fails("customers.h5: no such file")

    def test_results_of_assign(self):
        self.assign()
        for ranks in (1, 3):
            self.passes("--input", "new.h5", "--model", "segments.h5", ranks=ranks, result="assigned.h5")
        (self.folder / "segments.h5").unlink()  # the model is in the result itself
        self.passes(result="assigned.h5")

    def test_a_resumed_and_a_scratch_result(self):
        self.run_ok(3, "segment", "spec.toml", "--output", "other.h5", "--quiet", "--resume", "--memory", "1G",
                    cwd=self.folder)
        self.passes("--memory", "2G", result="other.h5")

    def test_temporary_folder(self):
        (self.folder / "there").mkdir()
        done = self.passes("--temporary", "there")
        self.assertIn("comparing", done.stderr)
        self.assertEqual(list((self.folder / "there").iterdir()), [])
        self.fails("nowhere/segments.h5.verify", "can't be written", args=("--temporary", "nowhere"), code=4)


class Changed(Verify):
    def change(self, name, result="segments.h5"):
        """Flips the lowest bit of the last byte of a dataset's third row, or of its last one; where it did."""
        with h5py.File(self.path(result), "r+") as file:
            dataset = file[name]
            values = np.atleast_1d(dataset[()])
            row = min(2, len(values) - 1)
            raw = values.view("uint8").reshape(len(values), -1) if values.dtype.kind != "O" else self.fail(name)
            raw[row, 0] ^= 1
            dataset[...] = values if dataset.shape else values[0]
        return row, dataset

    def each(self, result, but=()):
        with h5py.File(self.path(result)) as file:
            names = []
            file.visititems(lambda name, item: names.append(name) if isinstance(item, h5py.Dataset) and item.size != 0 else None)
        whole = (self.folder / result).read_bytes()
        tables = set()  # all of their columns are alike: two of each table
        for name in names:
            table = name.split("/")[0]
            if name in but or table in TABLES and len([one for one in tables if one.startswith(table)]) == 2:
                continue
            tables.add(name)
            row, _ = self.change(name, result)
            if name == "segments/id":  # they are the model's, or it is no result
                self.fails("/segments/id is missing or damaged", ranks=(2,), result=result)
                (self.folder / result).write_bytes(whole)
                continue
            ranks = 2 if len(tables) % 5 == 0 else 0
            completed = self.fails("1 differ:", f"\n  /{name}: row {row}", "is right", ranks=(ranks,), result=result)
            self.assertEqual(completed.stderr.count(" is right"), 1, completed.stderr)
            (self.folder / result).write_bytes(whole)
        self.assertGreater(len(names), 20)

    def test_one_bit_of_every_dataset_of_segment(self):
        self.each("segments.h5", but=("model/archive", "run/spec"))

    def test_one_bit_of_every_dataset_of_assign(self):
        self.assign()
        self.each("assigned.h5", but=("model/archive", "run/spec"))

    def test_the_model_and_the_spec(self):
        whole = (self.folder / "segments.h5").read_bytes()
        self.change("model/archive")
        self.fails("segments.h5: the model is damaged: its checksum is wrong")
        (self.folder / "segments.h5").write_bytes(whole)
        with h5py.File(self.path("segments.h5"), "r+") as file:
            spec = file["run/spec"][()]
            file["run/spec"][...] = spec.replace(b"restarts = 2", b"restarts = ?")
        self.fails("segments.h5 /run/spec:", ranks=(2,))
        with h5py.File(self.path("segments.h5"), "r+") as file:
            file["run/spec"][...] = spec.replace(b"k = 4", b"k = 3")
        self.fails("/assignments/segment: row ", "/segments/size is [4], and [3] is right", "/run@k is 4, and 3 is right")

    def test_every_attribute(self):
        whole = (self.folder / "segments.h5").read_bytes()
        for name, value, parts in (
                ("n", 401, ["/run@n is 401, and 400 is right"]), ("seed", 43, ["/run@seed is 43, and 42 is right"]),
                ("inertia", 0.5, ["/run@inertia is 0.5, and "]), ("restart", 9, ["/run@restart is 9"]),
                ("converged", 0, ["/run@converged is 0, and 1 is right"]),
                ("iterations", -1, ["/run@iterations is -1"]), ("p", 1, ["/run@p is 1"]),
                ("model_sha256", np.bytes_("0" * 64), ["/run@model_sha256 is \"0000"]),
                ("model_sha256", "0" * 64, ["/run@model_sha256 is of another type"]),
                ("k", None, ["/run@k is not there"]), ("more", 1, ["/run@more is nothing that the program writes"])):
            with h5py.File(self.path("segments.h5"), "r+") as file:
                if value is None:
                    del file["run"].attrs[name]
                else:
                    (file["run"].attrs.modify if isinstance(value, bytes) else file["run"].attrs.create)(name, value)
            self.fails("1 differ:", *parts, ranks=(2,))
            (self.folder / "segments.h5").write_bytes(whole)
        with h5py.File(self.path("segments.h5"), "r+") as file:
            file["features/quantiles"].attrs["levels"] = np.array([0.01, 0.05, 0.25, 0.5, 0.7, 0.95, 0.99])
        self.fails("/features/quantiles@levels is 0.7, and 0.75 is right", ranks=(2,))

    def test_volatile_attributes_may_differ(self):
        with h5py.File(self.path("segments.h5"), "r+") as file:
            file["run"].attrs["ranks"] = 99
            file["run"].attrs["host"] = np.bytes_("elsewhere")
            file["run"].attrs["seconds_total"] = 7.0
        self.passes()

    def test_what_there_is(self):
        whole = (self.folder / "segments.h5").read_bytes()

        def spoil(act, *parts):
            with h5py.File(self.path("segments.h5"), "r+") as file:
                act(file)
            self.fails(*parts, ranks=(2,))
            (self.folder / "segments.h5").write_bytes(whole)

        def replaced(name, make):
            def act(file):
                values = make(file[name][()])
                del file[name]
                file[name] = values
            return act

        spoil(lambda file: file.pop("assignments/margin"), "/assignments/margin is not there")
        spoil(lambda file: file.create_dataset("extra/notes", data=1), "/extra is nothing that the program writes",
              "/extra/notes is nothing that the program writes")
        spoil(replaced("assignments/margin", lambda v: v.astype(float)), "/assignments/margin is of another type")
        spoil(replaced("assignments/margin", lambda v: v[:-1]), "/assignments/margin is [399], and [400] is right")
        spoil(replaced("segments/centroids", lambda v: v.T.copy()), "/segments/centroids is [5, 4], and [4, 5] is right")

    def test_the_first_row_of_several(self):
        with h5py.File(self.path("segments.h5"), "r+") as file:
            right = file["assignments/segment"][()]
            changed = right.copy()
            changed[[57, 130, 399]] = 77
            file["assignments/segment"][...] = changed
            centroids = file["segments/centroids"][()]
            centroids[2, 3] = 0.25
            file["segments/centroids"][...] = centroids
        for ranks in (1, 2, 3, 4):
            self.fails("2 differ:", f"/assignments/segment: row 57: 77 is there, and {right[57]} is right",
                       "/segments/centroids: row 2, column 3: 0.25 is there, and", ranks=(ranks,))

    def test_truncated(self):
        whole = (self.folder / "segments.h5").read_bytes()
        for length in (0, 100, len(whole) // 2, len(whole) - 1):
            (self.folder / "segments.h5").write_bytes(whole[:length])
            self.fails("segments.h5: can't be read as HDF5")
        (self.folder / "segments.h5").unlink()
        self.fails("segments.h5: No such file")


class Another(Verify):
    def test_input(self):
        for column, row, value in (("spend", 7, 1.5), ("age", N - 1, 99.0), ("region", 3, b"east"), ("income", 0, 5.0),
                                   ("customer_id", 200, b"x")):
            columns = customers()
            columns[column][row] = value
            self.write(columns, "other.h5")
            self.fails("segments.h5: the input is not the one that it was made of", args=("--input", "other.h5"), ranks=(2,))
        self.write({name: values[1:] for name, values in customers().items()}, "other.h5")
        self.fails("the input is not the one", args=("--input", "other.h5"))
        self.assign()
        self.fails("assigned.h5: the input is not the one", args=("--input", "customers.h5"), result="assigned.h5")

    def test_model(self):
        self.assign()
        self.run_ok(2, "segment", "spec.toml", "--output", "other.h5", "--seed", 7, "--quiet", cwd=self.folder)
        self.fails("assigned.h5: is not the work of the model of other.h5", args=("--model", "other.h5"),
                   result="assigned.h5")
        self.fails("--model is for results of assign: segments.h5 is none", args=("--model", "other.h5"), code=2)

    def test_version(self):
        with h5py.File(self.path("segments.h5"), "r+") as file:
            file["run"].attrs.modify("version", np.bytes_("0.0.9"))
        completed = self.fails('/run@version is "0.0.9", and "0.1.0" is right')
        self.assertIn("was written by version 0.0.9, and this is 0.1.0: results of other versions may differ",
                      completed.stderr)

    def test_algorithm(self):
        with h5py.File(self.path("segments.h5"), "r+") as file:
            file["run"].attrs["algorithm"] = np.bytes_("witchcraft")
        self.fails('was made by "witchcraft", which this program does not know')
        with h5py.File(self.path("segments.h5"), "r+") as file:
            file["run"].attrs["algorithm"] = np.bytes_("kmeans")
            file["run"].attrs["job"] = np.bytes_("sorcery")
        self.fails('was made by "sorcery", which this program does not know')

    def test_a_result_of_an_earlier_version(self):
        """Whose job had no attribute of its own."""
        with h5py.File(self.path("segments.h5"), "r+") as file:
            del file["run"].attrs["job"]
        self.passes()
        self.run_ok(1, "assign", "segments.h5", "--input", "customers.h5", "--output", "assigned.h5", cwd=self.folder)
        with h5py.File(self.path("assigned.h5"), "r+") as file:
            del file["run"].attrs["job"]
            file["run"].attrs["algorithm"] = np.bytes_("assign")
        self.passes(result="assigned.h5")

    def test_usage(self):
        self.assert_fails(2, [], 0, "verify", cwd=self.folder)
        self.assert_fails(2, [], 0, "verify", "segments.h5", "--k", 3, cwd=self.folder)
        self.assert_fails(3, ["customers.h5: no result of segment"], 2, "verify", "customers.h5", cwd=self.folder)


class Stopped(ProgramTest):
    def test_nothing_is_left(self):
        self.run_ok(2, "generate", "--customers", 400_000, "--features", 8, "--segments", 12, "--separation", 2,
                    "--output", "customers.h5", "--quiet", cwd=self.folder)
        (self.folder / "spec.toml").write_text('[input]\nfiles = ["customers.h5"]\n[[features]]\ncolumns = ["feature_*"]\n'
                                               '[cluster]\nk = 12\nrestarts = 3\nmax_iterations = 20\n')
        self.run_ok(2, "segment", "spec.toml", "--quiet", cwd=self.folder)
        for stage, number in (("reading the input", signal.SIGTERM), ("clustering", signal.SIGUSR1)):
            events = self.folder / "events"
            process = subprocess.Popen(command(2, "verify", "segments.h5", "--events", events), cwd=self.folder,
                                       env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            while process.poll() is None and not (events.exists() and stage in events.read_text()):
                time.sleep(0.002)
            rank = subprocess.run(["pgrep", "-P", str(process.pid), "-x", "psychograph"], capture_output=True, text=True,
                                  check=True).stdout.split()[0]
            os.kill(int(rank), number)
            stdout, stderr = process.communicate(timeout=120)
            self.assertEqual(process.returncode, 75, stderr)
            self.assertEqual(stdout, "")
            events.unlink()
            self.assertEqual(sorted(p.name for p in self.folder.iterdir()), ["customers.h5", "segments.h5", "spec.toml"])


if __name__ == "__main__":
    unittest.main()
