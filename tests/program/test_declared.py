"""What a table declares is anybody's: types, shapes, links and storage are checked, and what is left out is told."""
import contextlib
import os
import pathlib
import resource
import signal
import subprocess
import time
import unittest

import h5py
import numpy as np

from program import ProgramTest, command, environment, messages, read, run

N = 301


def low_level(group, name, kind, values, memory=None):
    """A dataset of an HDF5 type that h5py has no words for; raw bytes."""
    space = h5py.h5s.create_simple((len(values),))
    dataset = h5py.h5d.create(group.id, name.encode(), kind, space)
    dataset.write(h5py.h5s.ALL, h5py.h5s.ALL, values, memory or kind)
    return dataset


class TableTest(ProgramTest):
    def table(self, add=None, name="t.h5", rows=N):
        random = np.random.default_rng(3)
        path = self.path(name)
        with h5py.File(path, "w") as file:
            group = file.create_group("customers")
            group["x"] = random.normal(size=rows)
            group["id"] = np.arange(rows)
            if add:
                add(group)
        return path

    def spec(self, columns='"x"', extra="", more=""):
        path = self.path("spec.toml")
        pathlib.Path(path).write_text(f'[input]\nfiles = ["t.h5"]\n{extra}\n[[features]]\ncolumns = [{columns}]\n{more}\n'
                                      '[cluster]\nk = 2\nrestarts = 1\n')
        return path

    def refused(self, parts, path, columns='"x", "odd"', ranks=(0,), job="describe", extra="", more=""):
        output = ["--output", self.path("o.h5")] if job == "segment" else []
        for count in ranks:
            self.assert_fails(3, [os.path.basename(path), *parts], count, job, self.spec(columns, extra, more), "--input",
                              path, *output, "--quiet", timeout=60)

    def described(self, path, columns='"x", "odd"', ranks=0, extra="", **options):
        return self.run_ok(ranks, "describe", self.spec(columns, extra), "--input", path, "--quiet", **options)

    def warnings(self, completed):
        return [line for line in completed.stderr.splitlines() if "warning: " in line]


class Globs(TableTest):
    def left_out(self, parts, add):
        path = self.table(add)
        for ranks in (0, 3):
            completed = self.described(path, '"*"', ranks, extra='id = "id"')
            told = [line for line in self.warnings(completed) if '"odd"' in line]
            self.assertEqual(len(told), 1, completed.stderr)
            for part in ("t.h5", '"*"', *parts):
                self.assertIn(part, told[0])
        self.refused(['"odd"', *parts], path)

    def test_what_is_no_column_is_left_out_and_told(self):
        dataset = lambda values: lambda group: group.create_dataset("odd", data=values)
        self.left_out(["complex"], dataset(np.zeros(N, "c16")))
        self.left_out(["lists"], lambda g: g.create_dataset("odd", (N,), dtype=h5py.vlen_dtype("f4")))
        self.left_out(["compounds"], dataset(np.zeros(N, [("a", "i4"), ("b", "f8")])))
        self.left_out(["arrays"], lambda g: h5py.h5d.create(
            g.id, b"odd", h5py.h5t.array_create(h5py.h5t.NATIVE_INT32, (3,)), h5py.h5s.create_simple((N,))))
        self.left_out(["opaque"], dataset(np.zeros(N, "V5")))
        self.left_out(["references"], lambda g: g.create_dataset("odd", (N,), dtype=h5py.ref_dtype))
        self.left_out([f"{N} x 2"], dataset(np.zeros((N, 2))))
        self.left_out([f"{N} x 1 x 1"], dataset(np.zeros((N, 1, 1))))
        self.left_out(["no list of values"], dataset(3.5))
        self.left_out(["no list of values"], dataset(h5py.Empty("f8")))
        self.left_out(["group"], lambda g: g.create_group("odd"))
        self.left_out(["type"], lambda g: g.file.__setitem__("customers/odd", np.dtype("f8")))

        def masked(group):
            group["odd/values"] = np.zeros(N)
            group["odd/mask"] = np.zeros(N, bool)
        self.left_out(["mask"], masked)

    def test_a_link_that_leads_nowhere_is_an_error(self):
        for link, part in ((h5py.SoftLink("/gone"), "/gone"), (h5py.SoftLink("odd"), "link"),
                           (h5py.ExternalLink("moved-away.h5", "/odd"), "moved-away.h5")):
            path = self.table(lambda group: group.__setitem__("odd", link))
            for columns in ('"*"', '"x", "odd"'):
                self.refused(['"odd"', part], path, columns, ranks=(0, 2))
            self.described(path, '"x"')  # whoever does not ask for it is not bothered

    def test_vectors_of_either_shape_are_columns(self):
        values = np.random.default_rng(4).normal(size=N)
        found = []
        for shape in ((N,), (N, 1), (1, N)):
            for options in ({}, {"chunks": tuple(min(extent, 7) for extent in shape), "compression": "gzip"}):
                path = self.table(lambda g: g.create_dataset("odd", data=values.reshape(shape), **options))
                for ranks in (1, 3):
                    self.run_ok(ranks, "segment", self.spec('"*"', 'id = "id"'), "--input", path, "--output",
                                self.path("o.h5"), "--quiet")
                    result = read(self.path("o.h5"))
                    found.append((result["features/mean"].tolist(), result["assignments/segment"].tolist()))
        self.assertEqual(found, found[:1] * len(found))
        self.refused([f'1 x {N + 1}', '"odd"'], self.table(lambda g: g.create_dataset("odd", data=np.zeros((1, N + 1)))))


class Codes(TableTest):
    def coded(self, codes, categories=np.array(["a", "b", "c"], "S")):
        def add(group):
            group["odd/codes"] = codes
            group["odd/categories"] = categories
        return self.table(add)

    def test_codes_that_are_no_integers(self):
        c = np.arange(N) % 3
        for codes, part in ((np.array([b"0", b"1"])[c % 2], "text"), (np.zeros(N, [("a", "i4")]), "compounds"),
                            (np.zeros(N, "V3"), "opaque"), (c.astype("c16"), "complex"), (c + 0.5, "floating"),
                            (np.zeros(N, bool), "enum")):
            for columns in ('"odd"', '"*"'):
                self.refused(['"odd"', "codes", part], self.coded(codes), columns)

    def test_integers_of_sixteen_bytes(self):
        wide = h5py.h5t.NATIVE_INT64.copy()
        wide.set_size(16)
        wide.set_precision(128)
        values = np.zeros(2 * N, "i8")

        def add(group):
            space = h5py.h5s.create_simple((N,))
            for name in (b"odd", b"codes"):
                h5py.h5d.create(group.id, name, wide, space).write(h5py.h5s.ALL, h5py.h5s.ALL, values, wide)
            coded = group.create_group("coded")
            coded["categories"] = np.array(["a"], "S")
            h5py.h5d.create(coded.id, b"codes", wide, space).write(h5py.h5s.ALL, h5py.h5s.ALL, values, wide)
        path = self.table(add)
        self.refused(['"odd"', "16 bytes"], path, '"odd"')
        self.refused(['"coded"', "codes", "16 bytes"], path, '"coded"')
        self.refused(['"odd"', "16 bytes"], path, '"x"', extra='id = "odd"', job="segment", ranks=(2,))

    def test_categories_of_any_type(self):
        codes = (np.arange(N) % 3 - (np.arange(N) % 5 == 0)).astype("i1")
        huge = np.array([2**53, 2**53 + 1, -5])
        for categories, names in ((huge, ["9007199254740992", "9007199254740993", "-5"]),
                                  (np.array([2**64 - 1, 7, 8], "u8"), ["18446744073709551615", "7", "8"]),
                                  (np.array([0.5, 1, 2]), ["0.5", "1", "2"]),
                                  (np.array([True, False, True]), ["TRUE", "FALSE", "TRUE"])):
            completed = self.described(self.coded(codes, categories))
            row = next(line for line in completed.stdout.splitlines() if line.startswith("odd"))
            for name in names:
                self.assertIn(name + " ", row)
        for categories, part in ((np.zeros((2, 2)), "no list"), (3.0, "no list"), (np.zeros(3, "c16"), "complex"),
                                 (np.zeros(3, [("a", "i4")]), "compounds")):
            self.refused(['"odd"', "categories", part], self.coded(codes, categories))

    def test_enums(self):
        def enum(base, members):
            kind = h5py.h5t.enum_create(base)
            for name, value in members:
                kind.enum_insert(name, value)
            return kind
        unsigned = enum(h5py.h5t.NATIVE_UINT64, ((b"low", 1), ))
        path = self.table(lambda g: low_level(g, "odd", unsigned, np.ones(N, "u8")))
        self.assertIn(f"low {N}", self.described(path).stdout)
        for size in (16, 32):
            wide = h5py.h5t.NATIVE_INT64.copy()
            wide.set_size(size)
            wide.set_precision(8 * size)
            kind = enum(wide, ((b"low", 1), (b"high", 2)))
            path = self.table(lambda g: h5py.h5d.create(g.id, b"odd", kind, h5py.h5s.create_simple((N,))))
            self.refused(['"odd"', "enum"], path)


class Storage(TableTest):
    def test_cells_that_were_never_written(self):
        self.refused(['"odd"', "never written"], self.table(lambda g: g.create_dataset("odd", (N,))), ranks=(0, 2))
        self.refused(['"odd"', "never written"], self.table(lambda g: g.create_dataset("odd", (N,))), '"*"')

        def some(group):
            group.create_dataset("odd", (N,), chunks=(50,))[:120] = 1
        self.refused(['"odd"', "3 of its 7 chunks"], self.table(some))

        def own_fill(group):
            group.create_dataset("odd", (N,), chunks=(50,), fillvalue=np.nan)[:120] = np.arange(120)
        self.assertIn("odd", self.described(self.table(own_fill)).stdout)

    def test_a_terabyte_that_is_not_there(self):
        for options in ({}, {"chunks": (1 << 20,)}, {"chunks": (1 << 20,), "fillvalue": 1.0}):
            path = self.path("t.h5")
            with h5py.File(path, "w") as file:
                file.create_dataset("customers/x", (1 << 40,), **options)
            self.refused(["never written" if "fillvalue" not in options else "all of them stored"], path, '"x"',
                         ranks=(0, 2), job="segment")
        with h5py.File(path, "w") as file:
            file.create_dataset("customers", (1 << 38, 3)).attrs["columns"] = ["x", "y", "z"]
        self.refused(["/customers", "never written"], path)

        def many_categories(group):
            group["odd/codes"] = np.zeros(N, "i1")
            group["odd"].create_dataset("categories", (1 << 40,), dtype="S8")
        self.refused(['"odd"', "categories", "never written"], self.table(many_categories))

    def test_raw_files_beside(self):
        def outside(group):
            group.create_dataset("odd", (N,), "f8", external=[("raw.bin", 0, 8 * N)])[...] = np.arange(N)
        self.addCleanup(os.chdir, os.getcwd())
        os.chdir(self.folder)
        path = self.table(outside)
        for columns in ('"odd"', '"*"'):
            self.refused(['"odd"', "raw.bin", "external = true"], path, columns, ranks=(0, 2))
        allowed = self.described(path, extra="external = true", ranks=2, cwd=self.folder)
        self.assertIn("odd", allowed.stdout)
        for cut in (8 * N - 1, 0):
            os.truncate(self.path("raw.bin"), cut)
            self.refused(['"odd"', "raw.bin", "cut off", f"{cut} bytes"], path, extra="external = true")
        os.remove(self.path("raw.bin"))
        self.refused(['"odd"', "raw.bin", "missing"], path, extra="external = true")

    def test_links_that_lead_out(self):
        with h5py.File(self.path("secret.h5"), "w") as file:
            file["deep/odd"] = np.arange(N)
            file["deep/x"] = np.arange(N)

        def through(group):  # a soft link of this file's own that goes through an external one
            group.file["door"] = h5py.ExternalLink("secret.h5", "/deep")
            group["odd"] = h5py.SoftLink("/door/odd")
        for add in (lambda g: g.__setitem__("odd", h5py.ExternalLink("secret.h5", "/deep/odd")), through):
            path = self.table(add)
            for columns in ('"odd"', '"*"'):
                self.refused(['"odd"', "secret.h5", "external = true"], path, columns, ranks=(0, 3))
            self.assertIn("odd", self.described(path, extra="external = true", ranks=3).stdout)

        def coded(group):
            group["odd/codes"] = np.zeros(N, "i1")
            group["odd/categories"] = h5py.ExternalLink("secret.h5", "/deep/odd")
        self.refused(['"odd"', "secret.h5", "external = true"], self.table(coded))
        with h5py.File(self.path("t.h5"), "w") as file:
            file["customers"] = h5py.ExternalLink("secret.h5", "/deep")
        self.refused(["secret.h5", "external = true"], self.path("t.h5"), '"x"', ranks=(0, 2))
        self.described(self.path("t.h5"), '"x"', extra="external = true", ranks=2)

    def test_virtual_datasets(self):
        with h5py.File(self.path("source.h5"), "w") as file:
            file["odd"] = np.arange(N)

        def virtual(group):
            layout = h5py.VirtualLayout((N,), "f8")
            layout[:] = h5py.VirtualSource("source.h5", "odd", (N,))
            group.create_virtual_dataset("odd", layout)
        for extra in ("", "external = true"):
            self.refused(['"odd"', "virtual"], self.table(virtual), ranks=(0, 2), extra=extra)


class Names(TableTest):
    def test_a_matrix(self):
        path = self.path("t.h5")

        def matrix(shape, names, dtype="f8"):
            with h5py.File(path, "w") as file:
                file.create_dataset("customers", data=np.ones(shape, dtype))
                file["customers"].attrs["columns"] = names
        matrix((N, 3), ["x", "y", "x"])
        self.refused(['"x"', "two columns"], path, '"y"')
        matrix((3, N), ["x", "y", "z"])
        self.refused(["transposed", f"3 x {N}"], path, '"y"')
        matrix((N, 3), [1, 2, 3])
        self.refused(['"columns"', "3"], path, '"y"')
        matrix((N, 2), np.array([b"x", b"K\xf6ln"]))
        self.refused(["Köln", "UTF-8"], path, '"K*"')

    def test_names_that_are_not_utf8(self):
        path = self.table(lambda g: g.id.links.create_soft(b"K\xf6ln", b"x"))
        self.refused(["Köln", "UTF-8"], path, '"*"')

    def test_members_of_a_record_that_overlap(self):
        # HDF5's own interface makes no such type: the offset of a member is changed in the file.
        kind = np.dtype({"names": ["aaaa", "bbbb"], "formats": ["f8", "f8"], "offsets": [0, 8], "itemsize": 16})
        path = self.path("t.h5")
        with h5py.File(path, "w") as file:
            file["customers"] = np.ones(N, kind)
        data = pathlib.Path(path).read_bytes()
        place = data.index(b"bbbb\0\0\0\0") + 8
        self.assertEqual(data[place:place + 4], b"\x08\0\0\0")
        for offset in (4, 12, 200):
            pathlib.Path(path).write_bytes(data[:place] + bytes([offset, 0, 0, 0]) + data[place + 4:])
            completed = run(0, "describe", self.spec('"aaaa"'), "--input", path, "--quiet")
            self.assertEqual(completed.returncode, 3, completed.stderr)
            self.assertEqual(len(messages(completed)), 1, completed.stderr)


class Text(TableTest):
    def test_categories_that_are_not_utf8(self):
        words = np.array([b"north", b"K\xf6ln", b"K\xe4ln", b"a\0b", "süd".encode()])[np.arange(N) % 5]

        def coded(group):
            group["odd/codes"] = np.arange(N) % 5
            group["odd/categories"] = np.array([b"north", b"K\xf6ln", b"K\xe4ln", b"a\0b", "süd".encode()])
        wanted = ["Kl\u00e4n", "a\u2400b", "Köln", "north", "süd"]
        found = []
        for add in (lambda g: g.create_dataset("odd", data=words), coded):
            path = self.table(add)
            for ranks in (1, 3):
                completed = self.run_ok(ranks, "segment", self.spec('"x", "odd"'), "--input", path, "--output",
                                        self.path("o.h5"), "--quiet")
                told = self.warnings(completed)
                self.assertEqual(len(told), 1, completed.stderr)
                for part in ("t.h5", '"odd"', "UTF-8", "Latin-1"):
                    self.assertIn(part, told[0])
                with h5py.File(self.path("o.h5")) as file:
                    names = file["features/levels/name"].asstr()[...].tolist()
                self.assertEqual(sorted(names), sorted(["Käln", *wanted[1:]]))
                found.append(names)
                again = self.run_ok(ranks, "assign", self.path("o.h5"), "--input", path, "--output", self.path("a.h5"),
                                    "--quiet")
                self.assertEqual(self.warnings(again), [line for line in told if "category" in line])  # of a list
                self.assertEqual(read(self.path("a.h5"))["assignments/segment"].tolist(),
                                 read(self.path("o.h5"))["assignments/segment"].tolist())
        self.assertEqual(found[0], found[1])


    def test_ids_that_are_not_utf8(self):
        for odd in (b"K\xf6ln", b"a\0b"):
            ids = np.array([b"%04d" % i for i in range(N)])
            ids[200] = odd
            path = self.table(lambda g: g.create_dataset("odd", data=ids))
            self.run_ok(0, "segment", self.spec('"x"'), "--input", path, "--output", self.path("o.h5"), "--quiet")
            for ranks in (0, 3):
                self.assert_fails(3, ['"odd"', "row 200", "UTF-8"], ranks, "assign", self.path("o.h5"), "--id", "odd",
                                  "--input", path, "--output", self.path("a.h5"), "--quiet")


class Endless(TableTest):
    def test_a_heap_that_leads_in_a_circle(self):
        """HDF5 itself would never come to an end, and heed no signal."""
        with h5py.File(self.path("t.h5"), "w") as file:
            file.create_dataset("customers/odd", data=np.array(["p", "q"], object)[np.arange(N) % 2], dtype=h5py.string_dtype())
            file["customers/x"] = np.arange(N)
        damaged = bytearray(pathlib.Path(self.path("t.h5")).read_bytes())
        heap = damaged.index(b"GCOL")
        damaged[heap + 24:heap + 32] = (0xfffffffffffffff0).to_bytes(8, "little")
        pathlib.Path(self.path("t.h5")).write_bytes(damaged)
        self.refused(['"odd"', "without end", "damaged"], self.path("t.h5"), '"odd"', ranks=(0,))

    def test_pipes(self):
        os.mkfifo(self.path("pipe"))
        for args in (("describe", self.spec('"x"'), "--input"), ("import", "--output", self.path("o.h5")),
                     ("export", "--output", self.path("o.csv"))):
            self.assert_fails(4, ["pipe", "plain file"], 2, *args, self.path("pipe"), "--quiet", timeout=60)


class Changes(TableTest):
    """A table that somebody writes to while it is read: here as soon as the work has begun."""

    ROWS = 1_000_000

    def words(self):
        return self.table(lambda g: g.create_dataset("word", data=np.array([b"%06d" % i for i in range(self.ROWS)])),
                          rows=self.ROWS)

    def change_while(self, change, ranks, job):
        """Whether the change came between two looks; where it came before or after all of them, all is well."""
        self.table(lambda g: g.create_dataset("word", data=np.array([b"%06d" % i for i in range(10)])),
                   name="other.h5", rows=10)
        path = self.words()
        events = pathlib.Path(self.path("events"))
        events.unlink(missing_ok=True)
        process = subprocess.Popen(command(ranks, *job, "--input", path, "--events", events), stderr=subprocess.PIPE,
                                   stdout=subprocess.DEVNULL, env=environment(), text=True)
        children = pathlib.Path(f"/proc/{process.pid}/task/{process.pid}/children")
        while process.poll() is None and not (events.exists() and "assigning" in events.read_text()):  # the table is open
            time.sleep(0.0002)
        working = [process.pid]
        if ranks and process.poll() is None:
            working = [int(child) for child in children.read_text().split()]
        for signal_sent in (signal.SIGSTOP, signal.SIGCONT):  # however quick they are, the change falls into their work
            if signal_sent == signal.SIGCONT:
                change(path)
            for rank in working:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(rank, signal_sent)
        _, stderr = process.communicate(timeout=120)
        self.assert_nothing_temporary()
        if process.returncode == 0:
            return False
        told = [line for line in stderr.splitlines() if line.startswith("psychograph: ") and "warning" not in line]
        self.assertEqual((process.returncode, len(told)), (3, 1), stderr)
        self.assertIn("changed", told[0])
        return True

    def test_on_every_rank(self):
        with h5py.File(self.words()) as file:
            offset = file["customers/x"].id.get_offset()

        def overwrite(path):
            with open(path, "r+b", buffering=0) as file:
                file.seek(offset)
                file.write(bytes(8))

        def grow(path):
            with open(path, "ab") as file:
                file.write(b"more")

        def replace(path):
            os.replace(self.path("other.h5"), path)
        self.run_ok(1, "segment", self.spec('"x"', 'id = "word"'), "--input", self.words(), "--output",
                    self.path("m.h5"), "--quiet")
        job = ("assign", self.path("m.h5"), "--output", self.path("a.h5"), "--quiet")
        for change, ranks in ((overwrite, 0), (grow, 2), (replace, 3)):
            self.assertTrue(any(self.change_while(change, ranks, job) for _ in range(10)), f"{change} on {ranks}")


class ManyFiles(TableTest):
    def test_more_files_than_may_be_open(self):
        for i in range(150):
            self.table(name=f"part-{i:03}.h5", rows=3 + i % 4)
        output = {}
        for ranks in (1, 2, 4):
            path = self.path(f"o{ranks}.h5")
            limit = lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (80, 80))
            completed = subprocess.run(command(ranks, "segment", self.spec('"x"'), "--input", self.path("part-*.h5"),
                                               "--output", path, "--quiet"), env=environment(), capture_output=True,
                                       text=True, check=False, preexec_fn=limit)
            self.assertEqual(completed.returncode, 0, completed.stderr)
            output[ranks] = read(path)
        for ranks in (2, 4):
            for name in ("assignments/segment", "segments/centroids", "assignments/distance"):
                self.assertEqual(output[ranks][name].tobytes(), output[1][name].tobytes())


if __name__ == "__main__":
    unittest.main()
