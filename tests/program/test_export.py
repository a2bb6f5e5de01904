"""psychograph export: the assignments as CSV, the same bytes on any number of ranks."""
import csv
import io
import os
import pathlib
import subprocess
import unittest

import h5py
import numpy as np

from program import ProgramTest, command, environment


class Export(ProgramTest):
    def result(self, name="segments.h5", n=10, k=3, ids=None, names=None, segment_ids=None, **columns):
        """A result file as `segment` writes it. `columns` replaces datasets of /assignments; None: none."""
        path = self.path(name)
        random = np.random.default_rng(5)
        table = {"customer_id": np.arange(n) if ids is None else ids,
                 "segment": random.integers(0, k, n).astype(np.int32),
                 "distance": random.gamma(2, size=n).astype(np.float32),
                 "runner_up": random.integers(0, k, n).astype(np.int32),
                 "margin": random.random(n).astype(np.float32)}
        table.update(columns)
        with h5py.File(path, "w") as file:
            for column, values in table.items():
                if values is not None:
                    file[f"assignments/{column}"] = values
            file["segments/id"] = np.arange(k, dtype=np.int32) if segment_ids is None else segment_ids
            if names is not None:
                file["segments/name"] = names
        return path

    def export(self, path, ranks=1):
        output = self.path("out.csv")
        completed = self.run_ok(ranks, "export", path, "--output", output)
        self.assertEqual(completed.stdout, "")
        self.assert_nothing_temporary()
        return pathlib.Path(output).read_bytes()

    def rows(self, data):
        return list(csv.DictReader(io.StringIO(data.decode(), newline="")))

    def test_exact_text(self):
        names = np.array([b"Savers", b'"Big", rich', "Größe".encode()])
        path = self.result(n=3, names=names, ids=np.array([7, -8, 2**62]),
                           segment=np.array([1, -1, 2], np.int32),
                           distance=np.array([0.1, np.nan, 1e-7], np.float32),
                           runner_up=np.array([0, -1, 1], np.int32),
                           margin=np.array([1, np.nan, 0.25], np.float32))
        self.assertEqual(self.export(path).decode(),
                         'customer_id,segment,name,distance,runner_up,margin\n'
                         '7,1,"""Big"", rich",0.1,0,1\n'
                         '-8,-1,,,-1,\n'
                         '4611686018427387904,2,Größe,1e-07,1,0.25\n')

    def test_without_names_there_is_no_such_column(self):
        path = self.result(n=1, segment=np.zeros(1, np.int32), distance=np.float32([2.5]),
                           runner_up=np.int32([-1]), margin=np.float32([1]))
        self.assertEqual(self.export(path), b"customer_id,segment,distance,runner_up,margin\n0,0,2.5,-1,1\n")

    def test_names_go_by_the_segment_id(self):
        path = self.result(n=2, names=[b"five", b"nine"], segment_ids=np.array([5, 9]), k=2,
                           segment=np.array([9, 5], np.int32))
        self.assertEqual([row["name"] for row in self.rows(self.export(path))], ["nine", "five"])

    def test_values_read_back_as_the_same(self):
        n = 5000
        path = self.result(n=n, names=np.array([b"a", b"b", b"c"]))
        rows = self.rows(self.export(path, ranks=2))
        with h5py.File(path) as file:
            for column in ("customer_id", "segment", "distance", "runner_up", "margin"):
                stored = file[f"assignments/{column}"][:]
                read = np.array([row[column] for row in rows]).astype(stored.dtype)
                np.testing.assert_array_equal(read, stored)

    def test_same_bytes_on_any_number_of_ranks(self):
        n = 300_000  # several blocks
        path = self.result(n=n, names=np.array([b"a", b"b,", b"c"]))
        first = self.export(path)
        self.assertEqual(len(first.splitlines()), n + 1)
        ids = [int(line.split(b",", 1)[0]) for line in first.splitlines()[1:]]
        self.assertEqual(ids, list(range(n)))
        for ranks in (2, 3, 4):
            self.assertTrue(self.export(path, ranks) == first, f"{ranks} ranks")

    def test_standard_output(self):
        path = self.result(n=400_000)
        wanted = self.export(path)
        for ranks in (0, 1, 3):
            completed = self.run_ok(ranks, "export", path, "--output", "-", text=False)
            self.assertTrue(completed.stdout == wanted, f"{ranks} ranks")
        self.assertFalse(os.path.exists("-"))

    def test_ids_of_every_type(self):
        def text(ids):
            data = self.export(self.result(n=len(ids), ids=ids), ranks=2)
            return [row["customer_id"] for row in self.rows(data)]

        self.assertEqual(text(np.array([0, 2**64 - 1], np.uint64)), ["0", "18446744073709551615"])
        self.assertEqual(text(np.array([-5, 6], ">i2")), ["-5", "6"])
        self.assertEqual(text(np.array([0.1, 100000.0], np.float32)), ["0.1", "100000"])
        self.assertEqual(text(np.array([0.1, 12345678901.0])), ["0.1", "12345678901"])
        self.assertEqual(text(np.array([1.5, 2], np.float16)), ["1.5", "2"])
        awkward = ["plain", 'say "hi"', "a,b", "two\nlines", " kept ", "", "žluť"]
        self.assertEqual(text(np.array([s.encode() for s in awkward])), awkward)
        self.assertEqual(text(np.array(awkward, dtype=h5py.string_dtype())), awkward)

    def test_long_strings(self):
        n = 2000  # 20 kB each: the block of rows shrinks
        ids = np.array([f"{i:020000}".encode() for i in range(n)])
        path = self.result(n=n, ids=ids)
        data = self.export(path, ranks=2)
        self.assertEqual([line.split(b",")[0] for line in data.splitlines()[1:]], list(ids))
        self.assertTrue(self.export(path, ranks=3) == data)

    def test_compressed(self):
        path = self.result(n=50_000)
        wanted = self.export(path)
        packed = self.path("packed.h5")
        with h5py.File(path) as plain, h5py.File(packed, "w") as file:
            for name, dataset in plain["assignments"].items():
                file.create_dataset(f"assignments/{name}", data=dataset[:], chunks=(777,), compression="gzip")
        self.assertTrue(self.export(packed, ranks=3) == wanted)

    def test_replaces_an_existing_file(self):
        pathlib.Path(self.path("out.csv")).write_text("old" * 1000)
        self.assertEqual(len(self.export(self.result(n=1)).splitlines()), 2)

    def test_a_pipe_stays_a_pipe(self):
        path = self.result(n=100)
        pipe = self.path("pipe")
        os.mkfifo(pipe)
        with subprocess.Popen(["cat", pipe], stdout=subprocess.PIPE) as reader:
            self.run_ok(2, "export", path, "--output", pipe)
            data = reader.stdout.read()
        self.assertEqual(data, self.export(path))
        self.assertTrue(pathlib.Path(pipe).is_fifo())

    def test_what_is_wrong_with_the_input(self):
        output = self.path("out.csv")

        def fails(path, *parts, code=3):
            for ranks in (1, 3):
                self.assert_fails(code, parts, ranks, "export", path, "--output", output)
                self.assertFalse(os.path.exists(output))

        fails(self.path("no.h5"), "no.h5", "No such file")
        fails(str(self.folder), "is a folder")
        text = self.path("text.h5")
        pathlib.Path(text).write_text("customer_id,segment\n")
        fails(text, "text.h5", "can't be read as HDF5")
        table = self.path("table.h5")
        with h5py.File(table, "w") as file:
            file["customers/customer_id"] = np.arange(3)
        fails(table, "table.h5", "/assignments")
        whole = pathlib.Path(self.result(n=100_000)).read_bytes()
        pathlib.Path(self.path("half.h5")).write_bytes(whole[:len(whole) // 2])
        fails(self.path("half.h5"), "half.h5", "truncated")
        fails(self.result(margin=None), "segments.h5", "margin")
        fails(self.result(margin=np.zeros(3, np.float32)), "margin", "3", "10")
        fails(self.result(segment=np.zeros(10)), "/assignments/segment", "integers")
        fails(self.result(names=[b"one"]), "/segments/id", "3", "1")

    def test_unwritable(self):
        path = self.result(n=100)
        self.assert_fails(4, ["/no/such/folder/x.csv", "No such file"], 2, "export", path, "--output",
                          "/no/such/folder/x.csv")
        self.assert_fails(4, ["is a folder"], 2, "export", path, "--output", str(self.folder))
        self.assert_fails(4, ["/dev/full", "No space left"], 3, "export", path, "--output", "/dev/full")
        self.assertTrue(pathlib.Path("/dev/full").is_char_device())

    def test_full_disk_on_standard_output(self):
        path = self.result(n=400_000)
        with open("/dev/full", "wb") as full:
            completed = subprocess.run(command(0, "export", path, "--output", "-"), env=environment(),
                                       stdout=full, stderr=subprocess.PIPE, timeout=300, check=False)
        self.assertEqual(completed.returncode, 4)
        self.assertIn(b"No space left", completed.stderr)

    def test_usage(self):
        path = self.result()
        before = pathlib.Path(path).read_bytes()
        self.assert_fails(2, ["would replace", "which is read"], 2, "export", path, "--output", path)
        self.assertEqual(pathlib.Path(path).read_bytes(), before)
        self.assert_fails(2, ["--output"], 2, "export", path)
        self.assert_fails(2, ["result"], 2, "export", "--output", self.path("x.csv"))


if __name__ == "__main__":
    unittest.main()
