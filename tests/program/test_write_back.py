"""segment --write-back: the segments in the customer table itself; every file wholly old or wholly new, whatever
happens."""
import hashlib
import os
import pathlib
import re
import shutil
import signal
import stat
import subprocess
import unittest

import h5py
import numpy as np
import pandas as pd

from disks import Disks
from program import ProgramTest, binary, command, environment, hash_datasets, messages, run
from test_checkpoint import ranks_of

USAGE, DATA, ENVIRONMENT, STOPPED = 2, 3, 4, 75
AS_ROOT = os.geteuid() == 0

SPEC = """
[input]
files = ["table-*.h5"]
id = "customer_id"
[[features]]
columns = ["*"]
[cluster]
k = 4
seed = 3
restarts = 2
[output]
path = "segments.h5"
"""


def sha256(path):
    return hashlib.sha256(pathlib.Path(path).read_bytes()).hexdigest()


def segments_in(path, column="segment"):
    with h5py.File(path) as file:
        return file["customers"][column][()]


class WriteBack(ProgramTest):
    """A table in three files, the last of them without a row; ranks' shares end within the files."""

    rows = (700, 401, 0)

    def setUp(self):
        super().setUp()
        (self.folder / "spec.toml").write_text(SPEC)
        self.make_tables()

    @property
    def tables(self):
        return sorted(self.folder.glob("table-*.h5"))

    def make_tables(self):
        numbers, first = np.random.default_rng(5), 0
        for i, rows in enumerate(self.rows):
            with h5py.File(self.folder / f"table-{i}.h5", "w") as file:
                group = file.create_group("customers")
                group["customer_id"] = np.arange(first, first + rows)
                group["age"] = numbers.integers(18, 90, rows)
                group.create_dataset("spend", data=numbers.gamma(2, 50, rows), maxshape=(None,), chunks=(64,),
                                     compression="gzip")
                group["region/codes"] = numbers.integers(0, 3, rows).astype("i1")
                group["region/categories"] = np.array([b"east", b"north", b"west"])
                file["notes"] = "theirs"
            first += rows

    def segment(self, ranks, *options, **keywords):
        return self.run_ok(ranks, "segment", "spec.toml", "--quiet", *options, cwd=self.folder, **keywords)

    def refuse(self, code, *parts, ranks=(0, 3), args=()):
        """It fails before the long work, and leaves everything as it was."""
        before = {path.name: sha256(path) for path in self.folder.iterdir() if path.is_file()}
        for count in ranks:
            completed = self.assert_fails(code, parts, count, "segment", "spec.toml", "--write-back", *args,
                                          cwd=self.folder, timeout=60)
            self.assertNotIn("clustering", completed.stderr)
            self.assertEqual({path.name: sha256(path) for path in self.folder.iterdir() if path.is_file()}, before)

    def assert_written(self, column="segment", result="segments.h5"):
        with h5py.File(self.folder / result) as file:
            expected = file["assignments/segment"][()]
        written = [segments_in(path, column) for path in self.tables]
        self.assertEqual({values.dtype for values in written}, {np.dtype("int32")})
        np.testing.assert_array_equal(np.concatenate(written), expected)


class Columns(WriteBack):
    def test_the_column_is_the_results_and_all_else_is_as_before(self):
        before = [hash_datasets(path) for path in self.tables]
        self.segment(3, "--write-back")
        self.assert_written()
        for path, old in zip(self.tables, before):
            self.assertEqual(hash_datasets(path, re.compile("/customers/segment(@.*)?")), old)
            with h5py.File(path) as file, h5py.File(self.folder / "segments.h5") as result:
                origin = dict(file["customers/segment"].attrs)
                self.assertEqual(origin["psychograph_version"], result["run"].attrs["version"])
                self.assertEqual(origin["input_fingerprint"], result["run"].attrs["input_fingerprint"])
                self.assertEqual(origin["model_sha256"], result["model/archive"].attrs["sha256"])
        self.assert_nothing_temporary()

    def test_without_the_option_nothing_is_touched(self):
        before = [(sha256(path), path.stat().st_mtime_ns, path.stat().st_ino) for path in self.tables]
        self.segment(2)
        self.assertEqual([(sha256(path), path.stat().st_mtime_ns, path.stat().st_ino) for path in self.tables], before)

    def test_the_same_on_any_number_of_ranks(self):
        for table in range(len(self.rows)):
            def make(ranks, table=table):
                self.make_tables()
                self.segment(ranks, "--write-back")
                self.assert_written()
                return self.tables[table]
            self.assert_same_on_ranks(make)

    def test_again_changes_nothing(self):
        """Neither the fingerprint nor what the globs match: the second run is the first."""
        self.segment(2, "--write-back")
        first, tables = hash_datasets(self.folder / "segments.h5"), [sha256(path) for path in self.tables]
        self.segment(3, "--write-back")
        self.assertEqual(hash_datasets(self.folder / "segments.h5"), first)
        self.assertEqual([sha256(path) for path in self.tables], tables)

    def test_others_segments_replace_it(self):
        self.segment(2, "--write-back")
        sizes = [path.stat().st_size for path in self.tables]
        self.segment(2, "--write-back", "--k", 7)
        self.assert_written()
        self.assertEqual(max(segments_in(path).max(initial=0) for path in self.tables), 6)
        self.assertEqual([path.stat().st_size for path in self.tables], sizes)

    def test_another_name(self):
        self.segment(2, "--write-back")
        self.segment(2, "--k", 2, "--write-back", "--write-back-column", "segment of two", "--output", "two.h5")
        self.assert_written("segment of two", "two.h5")
        self.assert_written()
        self.segment(2, "--output", "again.h5")
        self.assertEqual(hash_datasets(self.folder / "again.h5"), hash_datasets(self.folder / "segments.h5"))

    def test_it_can_be_a_feature_by_its_name(self):
        self.segment(2, "--write-back")
        by_name = ("--set", 'features.0.columns=["age", "segment"]')
        self.segment(2, *by_name, "--write-back", "--write-back-column", "finer", "--output", "finer.h5")
        self.assert_written("finer", "finer.h5")
        self.refuse(USAGE, "table-0.h5", '"segment"', "what the segments are made of", "--write-back-column",
                    args=by_name)

    def test_a_file_that_a_killed_run_did_not_reach(self):
        """One file has the column and the other has not: the table is whole all the same."""
        self.segment(2)
        first = hash_datasets(self.folder / "segments.h5")
        old = self.tables[1].read_bytes()
        self.segment(2, "--write-back")
        self.tables[1].write_bytes(old)
        self.run_ok(2, "describe", "spec.toml", cwd=self.folder)
        self.segment(2, "--write-back")
        self.assert_written()
        self.assertEqual(hash_datasets(self.folder / "segments.h5"), first)

    def test_more_rows_than_a_block(self):
        for path in self.tables:
            path.unlink()
        self.run_ok(2, "generate", "--customers", 2_500_000, "--features", 2, "--segments", 3, "--output",
                    self.folder / "table-0.h5")
        for ranks in (3, 1):
            self.segment(ranks, "--write-back", "--set", "cluster.max_iterations=3")
            self.assert_written()

    def test_written_by_rows_left_out(self):
        with h5py.File(self.tables[0], "r+") as file:
            file["customers/spend"][5:9] = np.nan
        self.segment(3, "--write-back", "--set", "features.0.columns=['age', 'spend']", "--set",
                     "features.0.missing=drop")
        self.assert_written()
        self.assertEqual(set(segments_in(self.tables[0])[5:9]), {-1})


class Tables(WriteBack):
    """What kinds of tables take a column."""

    def test_anndata(self):
        """What its reader looks at: the order of columns, and what each is encoded as."""
        for path in self.tables:
            with h5py.File(path, "r+") as file:
                group = file["customers"]
                group.attrs["encoding-type"] = "dataframe"
                group.attrs["encoding-version"] = "0.2.0"
                group.attrs["_index"] = "customer_id"
                group.attrs.create("column-order", ["age", "spend", "region"], dtype=h5py.string_dtype())
        for _ in range(2):
            self.segment(2, "--write-back")
            for path in self.tables:
                with h5py.File(path) as file:
                    self.assertEqual(list(file["customers"].attrs["column-order"]),
                                     ["age", "spend", "region", "segment"])
                    self.assertEqual(file["customers/segment"].attrs["encoding-type"], b"array")
                    self.assertEqual(file["customers/segment"].attrs["encoding-version"], b"0.2.0")
        self.assert_written()

    def test_in_the_root(self):
        with h5py.File(self.path("flat.h5"), "w") as file:
            file["x"] = np.arange(30.0)
            file["customer_id"] = np.arange(30)
        self.segment(2, "--write-back", "--input", "flat.h5", "--set", "input.table=/")
        with h5py.File(self.path("flat.h5")) as file, h5py.File(self.path("segments.h5")) as result:
            np.testing.assert_array_equal(file["segment"][()], result["assignments/segment"][()])

    def refuse_one_dataset(self, table, *more):
        for path in self.tables:
            path.unlink()
        table(self.path("table-0.h5"))
        self.refuse(USAGE, "table-0.h5", "/customers is one dataset", "--write-back", "/assignments/segment",
                    args=more)

    def test_a_matrix(self):
        def write(path):
            with h5py.File(path, "w") as file:
                file["customers"] = np.random.default_rng(1).normal(size=(40, 3))
                file["customers"].attrs["columns"] = ["customer_id", "a", "b"]
        self.refuse_one_dataset(write)

    def test_records(self):
        def write(path):
            with h5py.File(path, "w") as file:
                file["customers"] = np.array([(i, i % 7) for i in range(40)],
                                             dtype=[("customer_id", "i8"), ("a", "f8")])
        self.refuse_one_dataset(write)

    def test_pandas(self):
        frame = pd.DataFrame({"customer_id": np.arange(40), "a": np.arange(40) % 7.0})
        self.refuse_one_dataset(lambda path: frame.to_hdf(path, key="customers", mode="w", format="table",
                                                          data_columns=True, index=False))

    def test_a_table_in_another_file(self):
        self.tables[0].rename(self.path("elsewhere.h5"))
        with h5py.File(self.path("linked.h5"), "w") as file:
            file["customers"] = h5py.ExternalLink("elsewhere.h5", "/customers")
        self.refuse(DATA, "linked.h5", "leads by a link into elsewhere.h5", args=("--input", "linked.h5"))
        self.refuse(USAGE, "linked.h5", "/customers lies in", "elsewhere.h5",
                    args=("--input", "linked.h5", "--set", "input.external=true"))


class Names(WriteBack):
    """What the column may not be called."""

    def test_a_column_of_the_customers_own(self):
        with h5py.File(self.tables[1], "r+") as file:
            file["customers/segment"] = np.zeros(self.rows[1])
        self.refuse(USAGE, "table-1.h5", 'has a "segment" of its own', "--write-back-column")
        self.segment(2, "--write-back", "--write-back-column", "s", "--set", "features.0.columns=['age']")
        self.assert_written("s")

    def test_a_link_is_not_followed(self):
        with h5py.File(self.tables[0], "r+") as file:
            file["customers/segment"] = h5py.SoftLink("/notes")
        self.refuse(USAGE, "table-0.h5", 'has a "segment" of its own')

    def test_a_used_column(self):
        for name in ("age", "region", "customer_id"):
            self.refuse(USAGE, f'"{name}"', "what the segments are made of", args=("--write-back-column", name))
        self.refuse(USAGE, '"spend"', "what the segments are made of",
                    args=("--write-back-column", "spend", "--set", "input.weight=spend"))

    def test_an_unused_column(self):
        self.refuse(USAGE, 'has a "spend" of its own', args=("--write-back-column", "spend", "--set",
                                                            'features.0.columns=["age"]'))

    def test_no_name_at_all(self):
        for name in ("", ".", "a/b", "/"):
            self.refuse(USAGE, "--write-back-column", ranks=(2,), args=("--write-back-column", name))

    def test_a_name_without_the_wish(self):
        completed = run(2, "segment", "spec.toml", "--write-back-column", "s", cwd=self.folder)
        self.assertEqual(completed.returncode, USAGE, completed.stderr)
        self.assertIn("--write-back", completed.stderr)
        self.assertFalse(os.path.exists(self.path("segments.h5")))


class Files(WriteBack):
    """What a file is besides its contents."""

    def test_owner_mode_and_attributes(self):
        path = self.tables[0]
        os.chmod(path, 0o640)
        if AS_ROOT:
            os.chown(path, 12345, 23456)
        attributes = True
        try:
            os.setxattr(path, "user.origin", b"the warehouse")
        except OSError:
            attributes = False
        before = path.stat()
        self.segment(2, "--write-back")
        after = path.stat()
        self.assertNotEqual(after.st_ino, before.st_ino)
        self.assertEqual((after.st_mode, after.st_uid, after.st_gid), (before.st_mode, before.st_uid, before.st_gid))
        if attributes:
            self.assertEqual(os.getxattr(path, "user.origin"), b"the warehouse")

    def test_links_are_followed(self):
        os.mkdir(self.path("store"))
        for path in self.tables:
            target = self.folder / "store" / f"real-{path.name}"
            path.rename(target)
            path.symlink_to(os.path.join("store", target.name))
        self.segment(2, "--write-back")
        for path in self.tables:
            self.assertTrue(path.is_symlink())
        self.assertEqual(sorted(os.listdir(self.path("store"))), [f"real-{path.name}" for path in self.tables])
        self.assert_written()

    def test_one_file_under_two_names(self):
        """It is read once, and so written once."""
        os.symlink("table-0.h5", self.path("table-9.h5"))
        self.segment(2, "--write-back")
        self.assertTrue(os.path.islink(self.path("table-9.h5")))
        os.unlink(self.path("table-9.h5"))
        self.assert_written()

    def test_hard_links(self):
        os.link(self.tables[0], self.path("other-name.h5"))
        before = sha256(self.tables[0])
        done = self.segment(2, "--write-back")
        self.assertIn("table-0.h5: has 2 names (hard links)", done.stderr)
        self.assertEqual(sha256(self.path("other-name.h5")), before)
        self.assert_written()

    def test_who_reads_the_old_file_goes_on(self):
        with h5py.File(self.tables[0]) as reader:
            self.segment(2, "--write-back")
            self.assertNotIn("segment", reader["customers"])
            self.assertEqual(len(reader["customers/spend"][()]), self.rows[0])
        self.assert_written()

    def test_leftovers_are_removed(self):
        leftover = self.folder / ".table-0.h5.partial-77-0-1234"
        leftover.write_bytes(b"half")
        self.segment(2, "--write-back")
        self.assert_nothing_temporary()

    @unittest.skipUnless(AS_ROOT and shutil.which("setpriv"), "only root can become an ordinary user")
    def test_an_ordinary_user(self):
        os.chmod(self.folder, 0o755)
        os.mkdir(self.path("home"))
        os.mkdir(self.path("bin"))
        os.chown(self.path("home"), 65534, 65534)
        program = shutil.copy(binary(), self.path("bin/psychograph"))
        os.chmod(program, 0o755)

        def as_nobody(*more):
            line = command(2, "segment", self.path("spec.toml"), "--write-back", "--quiet", *more)
            line[line.index(binary())] = program
            return subprocess.run(["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", *line],
                                  env=environment(HOME="/tmp", TMPDIR="/tmp"), timeout=60,
                                  capture_output=True, text=True, check=False, cwd=self.path("home"))

        def refused(*parts):
            completed = as_nobody("--input", self.path("home/table-0.h5"))
            self.assertEqual(completed.returncode, ENVIRONMENT, completed.stderr)
            for part in parts:
                self.assertIn(part, messages(completed)[0])
            self.assertEqual([path.name for path in (self.folder / "home").rglob("*.h5")], ["table-0.h5"])

        table = shutil.copy(self.tables[0], self.path("home/table-0.h5"))
        os.chmod(table, 0o644)  # root's, in a folder of nobody's
        refused("table-0.h5", "Permission denied")
        os.chmod(table, 0o666)
        refused("table-0.h5", "belongs to user 0 and group 0", "its owner or root")
        os.chown(table, 65534, 65534)
        os.chown(self.path("home"), 0, 0)  # nobody's, in a folder of root's
        completed = as_nobody("--input", table, "--output", "/tmp/none.h5")
        self.assertEqual(completed.returncode, ENVIRONMENT, completed.stderr)
        self.assertIn("Permission denied", messages(completed)[0])
        self.assertFalse(os.path.exists("/tmp/none.h5"))
        os.chown(self.path("home"), 65534, 65534)
        completed = as_nobody("--input", table)
        self.assertEqual(completed.returncode, 0, completed.stderr)
        self.assertEqual(len(segments_in(table)), self.rows[0])


class Slow(WriteBack):
    """Runs that take a while, so that something can happen meanwhile."""

    rows = (300_000, 200_001)
    options = ("--set", "cluster.restarts=20", "--set", "features.0.columns=['age', 'spend']", "--k", 9)

    def start(self, *options):
        """Until it clusters."""
        process = subprocess.Popen(command(2, "segment", "spec.toml", "--verbose", *self.options, *options), cwd=self.folder,
                                   env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(process.stderr.close)
        self.addCleanup(process.stdout.close)
        for line in process.stderr:
            if "restart 1 of" in line:
                return process
        self.fail("it never clustered")

    def test_stopped_and_resumed(self):
        process = self.start("--write-back")
        for rank in ranks_of(process.pid):
            os.kill(rank, signal.SIGTERM)
        stderr = process.stderr.read()
        self.assertEqual(process.wait(timeout=60), STOPPED, stderr)
        for path in self.tables:
            with h5py.File(path) as file:
                self.assertNotIn("segment", file["customers"])
        self.segment(3, *self.options, "--resume", "--write-back")
        self.assert_written()
        self.assertFalse(os.path.exists(self.path("segments.h5.checkpoint")))

    def test_a_file_that_changes_meanwhile(self):
        process = self.start("--write-back")
        with h5py.File(self.tables[1], "r+") as file:
            file["customers/age"][0] += 1
        before = sha256(self.tables[1])
        stderr = process.stderr.read()
        self.assertEqual(process.wait(timeout=60), DATA, stderr)
        self.assertIn("table-1.h5: has changed since this run began", stderr)
        self.assertEqual(sha256(self.tables[1]), before)
        self.assertFalse(os.path.exists(self.path("segments.h5")))  # its ids would be another table's
        self.assert_nothing_temporary()
        self.segment(2, *self.options, "--write-back")
        self.assert_written()

    def test_a_file_that_another_program_writes(self):
        """It may: the run takes no lock, and sees what has been done."""
        process = self.start("--write-back")
        with h5py.File(self.tables[1], "r+") as file:
            file["customers/age"][0] += 1
            file.flush()
            stderr = process.stderr.read()
            self.assertEqual(process.wait(timeout=60), DATA, stderr)
        self.assertIn("table-1.h5: has changed since this run began", stderr)
        with h5py.File(self.tables[1]) as file:
            self.assertNotIn("segment", file["customers"])
        self.assert_nothing_temporary()


class SmallDisk(Slow, Disks):
    """The table lies on a disk that has no room for a copy, from the beginning or in the end."""

    rows = (200_000, 0)
    options = ("--set", "cluster.restarts=20", "--k", 9, "--input", "disk/table-0.h5", "--input", "disk/table-1.h5")

    @property
    def tables(self):
        return sorted((self.folder / "disk").glob("table-*.h5"))

    def mount(self, kibibytes):
        disk = self.mount_memory("disk", kibibytes)
        for path in sorted(self.folder.glob("table-*.h5")):
            shutil.copy(path, disk)

    def needed(self):
        """Kibibytes of the tables, and of a copy with its column."""
        tables = sum(path.stat().st_size for path in self.folder.glob("table-*.h5"))
        return tables // 1024, (tables + 4 * sum(self.rows)) // 1024

    def test_no_room(self):
        tables, copy = self.needed()
        for room in (8, copy // 2, copy - 8):
            self.mount(tables + room)
            before = [sha256(path) for path in self.tables]
            started = self.segment_fails()
            self.assertIn("disk/table-0.h5", messages(started)[0])
            self.assertRegex(messages(started)[0], r"needs [0-9.]+ MB, and its file system has [0-9.]+ [kM]B left")
            self.assertNotIn("clustering", started.stderr)
            self.assertEqual([sha256(path) for path in self.tables], before)
            self.assertFalse(os.path.exists(self.path("segments.h5")))
            self.assertEqual(len(os.listdir(self.folder / "disk")), 2)

    def segment_fails(self):
        completed = run(2, "segment", "spec.toml", *self.options, "--write-back", cwd=self.folder, timeout=60)
        self.assertEqual(completed.returncode, ENVIRONMENT, completed.stderr)
        self.assertEqual(len(messages(completed)), 1, completed.stderr)
        return completed

    def test_the_result_and_the_copy_together(self):
        tables, copy = self.needed()
        self.mount(tables + copy + 2000)  # room for the copy, and for a part of the result
        done = self.assert_fails(ENVIRONMENT, ["disk/segments.h5 and ", "disk/table-0.h5: needs"], 2, "segment",
                                 "spec.toml", *self.options, "--output", "disk/segments.h5", "--write-back",
                                 cwd=self.folder)
        self.assertNotIn("clustering", done.stderr)

    def test_it_fills_meanwhile(self):
        tables, copy = self.needed()
        self.mount(tables + copy + 1000)
        before = [sha256(path) for path in self.tables]
        process = self.start("--write-back", "--checkpoint-every", 0)
        filler = self.folder / "disk" / "filler"
        filler.write_bytes(b"\0" * 2_000_000)
        stderr = process.stderr.read()
        self.assertEqual(process.wait(timeout=60), ENVIRONMENT, stderr)
        self.assertIn("segments.h5 is written; the same with --resume writes back what is missing", stderr)
        self.assertEqual([sha256(path) for path in self.tables], before)
        self.assertEqual(sorted(os.listdir(self.folder / "disk")), ["filler", "table-0.h5", "table-1.h5"])
        filler.unlink()
        done = self.segment(3, *self.options, "--resume", "--write-back")
        self.assertNotIn("starts afresh", done.stderr)
        self.assert_written()

    def test_stopped_and_resumed(self):
        self.mount(100_000)
        super().test_stopped_and_resumed()

    test_a_file_that_changes_meanwhile = None
    test_a_file_that_another_program_writes = None


class SharedBlocks(WriteBack, Disks):
    """Where the file system can, a copy takes no room of its own."""

    rows = (1_500_000,)

    @property
    def tables(self):
        return [self.folder / "disk" / "table-0.h5"]

    def test_with_less_room_than_a_copy_takes(self):
        disk = self.mount_image("disk", "btrfs", 400, "--mixed")
        table = shutil.copy(self.folder / "table-0.h5", disk)
        size = os.stat(table).st_size

        def room():
            return os.statvfs(disk).f_bavail * os.statvfs(disk).f_frsize
        with open(disk / "filler", "wb") as file:
            while room() > size * 3 // 4:
                file.write(os.urandom(1 << 20))
                file.flush()
                os.fsync(file.fileno())
        before = hash_datasets(table)
        self.segment(2, "--input", table, "--set", "cluster.max_iterations=3", "--write-back")
        self.assert_written()
        self.assertEqual(hash_datasets(table, re.compile("/customers/segment(@.*)?")), before)
        self.assertLess(room(), size * 3 // 4)


if __name__ == "__main__":
    unittest.main()
