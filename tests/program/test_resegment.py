"""psychograph resegment: segments keep who they are, and what has changed is counted as numpy counts it.

The tables are small: blobs around the corners of a grid, far enough apart that every customer's segment is known.
"""
import contextlib
import io
import os
import pathlib
import re
import signal
import subprocess
import tempfile
import time
import unittest

import h5py
import numpy as np

from program import ProgramTest, binary, command, environment, hash_datasets, ranks_of, read, run
from test_formats import blocks

DOCS = pathlib.Path(__file__).resolve().parents[2] / "docs"
CORNERS = np.array([[0, 0], [8, 0], [0, 8], [8, 8], [16, 0], [16, 8], [0, 16]], dtype=float)
SPEC = """
[input]
files = ["customers.h5"]
id = "customer_id"
[[features]]
columns = ["x", "y", "answer"]
[[features]]
columns = ["region"]
[cluster]
k = {k}
seed = 5
"""


def write_table(path, ids, x, **columns):
    with h5py.File(path, "w") as file:
        group = file.create_group("customers")
        if ids is not None:
            group["customer_id"] = ids
        group["x"], group["y"] = x[:, 0], x[:, 1]
        group["answer"] = np.nan_to_num(np.clip(np.round(x[:, 0] / 3), 0, 6)).astype("i1")
        group["region"] = np.where(x[:, 1] > 4, b"north", b"south")
        for name, values in columns.items():
            group[name] = values


def texts(array):
    return [value.decode() for value in array]


class Quarters(ProgramTest):
    """Four segments of 400, 300, 200 and 100 customers, and what comes after."""

    def setUp(self):
        super().setUp()
        self.random = np.random.default_rng(11)
        self.home = np.repeat(np.arange(4), [400, 300, 200, 100])
        self.ids = 1000 + 7 * np.arange(len(self.home))
        self.x = self.blobs(self.home)
        (self.folder / "spec.toml").write_text(SPEC.format(k=4))
        self.write("q1.h5", self.ids, self.x)
        self.run_ok(2, "segment", "spec.toml", "--input", "q1.h5", "--output", "1.h5", "--quiet", cwd=self.folder)

    def blobs(self, home):
        return CORNERS[home] + self.random.normal(scale=0.7, size=(len(home), 2))

    def write(self, name, ids, x, **columns):
        """In an order of its own."""
        order = self.random.permutation(len(x))
        write_table(self.path(name), None if ids is None else np.asarray(ids)[order], x[order],
                    **{key: values[order] for key, values in columns.items()})

    def resegment(self, table, previous="1.h5", output="2.h5", *args, ranks=2, spec="spec.toml"):
        """What the program says, and all that the result holds."""
        completed = self.run_ok(ranks, "resegment", spec, "--previous", previous, "--input", table, "--output", output,
                                *args, cwd=self.folder)
        self.assert_nothing_temporary()
        return completed, read(self.path(output))

    def of_customers(self, result):
        """Each customer's segment, by id."""
        return dict(zip(result["assignments/customer_id"].tolist(), result["assignments/segment"].tolist()))

    def verdict(self, output="2.h5", quarter="0001"):
        with h5py.File(self.path(output)) as file:
            entry = file["history"][quarter]
            return entry.attrs["verdict"].decode(), texts(entry["verdict/reasons"][()])

    def events(self, result, quarter="0001"):
        entry = f"history/{quarter}/events/"
        return list(zip(texts(result[entry + "change"]), result[entry + "old_id"].tolist(),
                        result[entry + "new_id"].tolist(), result[entry + "shared"].tolist()))

    def assert_migration(self, old, new, result, quarter="0001"):
        """Against a plain loop over all customers; `old` and `new`: segments by customer."""
        entry = f"history/{quarter}/"
        rows, columns = result[entry + "old_id"].tolist(), result[entry + "new_id"].tolist()
        expected = np.zeros((len(rows) + 1, len(columns) + 1), dtype=np.int64)
        out_before, out_now = np.zeros(len(columns) + 1, np.int64), np.zeros(len(rows) + 1, np.int64)
        out_both = 0
        for customer in old.keys() | new.keys():
            before, now = old.get(customer), new.get(customer)
            a = len(rows) if before is None else rows.index(before) if before >= 0 else None
            b = len(columns) if now is None else columns.index(now) if now >= 0 else None
            if a is None and b is None:
                out_both += 1
            elif a is None:
                out_before[b] += 1
            elif b is None:
                out_now[a] += 1
            else:
                expected[a, b] += 1
        np.testing.assert_array_equal(result[entry + "migration"], expected)
        np.testing.assert_array_equal(result[entry + "left_out_before"], out_before)
        np.testing.assert_array_equal(result[entry + "left_out_now"], out_now)
        with h5py.File(self.path("2.h5")) as file:
            self.assertEqual(file[entry].attrs["left_out_both"], out_both)
        return expected


class Identity(Quarters):
    def test_ids_and_names_stay_when_sizes_change(self):
        """Another order, movers, joiners and leavers; the smallest segment becomes the largest."""
        home = self.home.copy()
        home[:40] = 3
        keep = np.r_[30:1000]
        joined = np.full(500, 3)
        self.write("q2.h5", np.r_[self.ids[keep], 100_000 + np.arange(500)],
                   self.blobs(np.r_[home[keep], joined]))
        with h5py.File(self.path("1.h5"), "a") as file:  # named by people
            del file["segments/name"]
            file["segments/name"] = np.array([b"thrifty", "genügsam".encode(), b"loyal", b"new"])
        completed, result = self.resegment("q2.h5")
        self.assertEqual(result["segments/id"].tolist(), [0, 1, 2, 3])
        self.assertEqual(texts(result["segments/name"]), ["thrifty", "genügsam", "loyal", "new"])
        self.assertEqual(result["segments/size"].tolist(), [360, 300, 200, 610])
        np.testing.assert_allclose(result["segments/centroids_original"][:, :2], CORNERS[:4], atol=0.15)
        old, new = self.of_customers(read(self.path("1.h5"))), self.of_customers(result)
        self.assertEqual(new, dict(zip(self.ids[keep].tolist(), home[keep].tolist())) |
                         {100_000 + i: 3 for i in range(500)})
        table = self.assert_migration(old, new, result)
        self.assertEqual(table[0].tolist(), [360, 0, 0, 10, 30])
        self.assertEqual(table[4].tolist(), [0, 0, 0, 500, 0])
        self.assertEqual(self.events(result), [])
        self.assertIn("970 customers stayed, 500 joined, 30 left; 99.0% of those", completed.stdout)
        self.assertIn("Verdict: investigate", completed.stdout)
        self.assertIn("segment 3: its share of all has changed by 0.315 (investigate from 0.1)", completed.stdout)
        with h5py.File(self.path("2.h5")) as file:
            self.assertEqual(file["run"].attrs["previous_fingerprint"],
                             read(self.path("1.h5"))["input_fingerprint"])
            self.assertEqual(file["run"].attrs["algorithm"], b"kmeans")
            self.assertEqual(file["run"].attrs["job"], b"resegment")
            with h5py.File(self.path("1.h5")) as first:
                self.assertEqual(file["run"].attrs["previous_model_sha256"],
                                 first["model/archive"].attrs["sha256"])

    def test_a_split(self):
        home = self.home.copy()
        home[:160] = 4
        self.write("q2.h5", self.ids, self.blobs(home))
        _, result = self.resegment("q2.h5", "1.h5", "2.h5", "--k", 5)
        self.assertEqual(result["segments/id"].tolist(), [0, 1, 2, 3, 4])
        self.assertEqual(result["segments/size"].tolist(), [240, 300, 200, 100, 160])
        self.assertEqual(texts(result["segments/name"])[4], "segment 4")
        self.assertEqual(self.events(result), [("split", 0, 4, 160)])
        self.assertEqual(result["history/0001/events/share_of_old"], [0.4])
        verdict, reasons = self.verdict()
        self.assertEqual(verdict, "investigate")
        self.assertEqual(reasons[0], "segment 4 has split off segment 0, with 40% of its staying customers")

    def test_a_merge_a_birth_and_a_death_and_no_id_used_twice(self):
        # Segment 3 moves in with 1; a fifth corner is peopled by newcomers.
        home = np.where(self.home == 3, 1, self.home)
        ids, home = np.r_[self.ids, 50_000 + np.arange(150)], np.r_[home, np.full(150, 5)]
        self.write("q2.h5", ids, self.blobs(home))
        _, result = self.resegment("q2.h5")
        self.assertEqual(result["segments/id"].tolist(), [0, 1, 2, 4])
        self.assertEqual(result["segments/size"].tolist(), [400, 400, 200, 150])
        self.assertEqual(self.events(result), [("birth", -1, 4, 0), ("merge", 3, 1, 100)])
        self.assertEqual(set(np.unique(result["assignments/segment"])), {0, 1, 2, 4})
        self.assertTrue(set(np.unique(result["assignments/runner_up"])) <= {0, 1, 2, 4})
        self.assert_migration(self.of_customers(read(self.path("1.h5"))), self.of_customers(result), result)
        # The newcomers are gone again, and with them segment 4; another one appears, and is not called 4.
        keep = home != 5
        ids, home = np.r_[ids[keep], 60_000 + np.arange(120)], np.r_[home[keep], np.full(120, 6)]
        self.write("q3.h5", ids, self.blobs(home))
        _, result = self.resegment("q3.h5", "2.h5", "3.h5")
        self.assertEqual(result["segments/id"].tolist(), [0, 1, 2, 5])
        self.assertEqual(self.events(result, "0002"), [("birth", -1, 5, 0), ("death", 4, -1, 0)])
        # With fewer wanted, the one with fewest customers is left out, for good.
        _, result = self.resegment("q3.h5", "3.h5", "4.h5", "--k", 3)
        self.assertEqual(result["segments/id"].tolist(), [0, 1, 2])
        with h5py.File(self.path("4.h5")) as file:
            self.assertEqual(file["history"].attrs["largest_id"], 5)
        _, result = self.resegment("q3.h5", "4.h5", "5.h5", "--k", 4)
        self.assertEqual(result["segments/id"].tolist(), [0, 1, 2, 6])
        # Jobs that read results know segments by their ids.
        self.run_ok(2, "export", self.path("5.h5"), "--output", self.path("5.csv"))
        self.assertEqual({tuple(line.split(",")[1:3]) for line in
                          pathlib.Path(self.path("5.csv")).read_text().splitlines()[1:]},
                         {("0", "segment 0"), ("1", "segment 1"), ("2", "segment 2"), ("6", "segment 6")})

    def test_text_ids(self):
        names = np.array([f"customer-{i}".encode() for i in self.ids])
        self.write("t1.h5", names, self.x)
        self.run_ok(1, "segment", "spec.toml", "--input", "t1.h5", "--output", "1.h5", cwd=self.folder)
        self.write("t2.h5", np.r_[names[:900], [b"a newcomer with a very long name"] * 1], self.x[:901])
        _, result = self.resegment("t2.h5")
        self.assertEqual(result["history/0001/migration"].tolist(),
                         [[400, 0, 0, 0, 0], [0, 300, 0, 0, 0], [0, 0, 200, 0, 0], [0, 0, 0, 0, 100], [0, 0, 0, 1, 0]])

    def test_wider_numbers_are_the_same_ids(self):
        self.write("f1.h5", self.ids.astype("f8"), self.x)
        self.write("u2.h5", self.ids.astype("u2"), self.x)
        self.run_ok(1, "segment", "spec.toml", "--input", "f1.h5", "--output", "1.h5", cwd=self.folder)
        _, result = self.resegment("u2.h5")
        self.assertEqual(np.diag(result["history/0001/migration"]).tolist(), [400, 300, 200, 100, 0])

    def test_left_out_customers_are_told_apart(self):
        spec = SPEC.replace('columns = ["x", "y", "answer"]',
                            'columns = ["x", "y", "answer"]\nmissing = "drop"').format(k=4)
        (self.folder / "drop.toml").write_text(spec)
        before, now = self.x.copy(), self.x.copy()
        before[::50, 1] = np.nan
        now[::30, 1] = np.nan
        self.write("q1.h5", self.ids, before)
        self.write("q2.h5", np.r_[self.ids[5:], 1, 2], np.r_[now[5:], [[0.1, 0], [np.nan, np.nan]]])
        self.run_ok(1, "segment", "drop.toml", "--input", "q1.h5", "--output", "1.h5", cwd=self.folder)
        _, result = self.resegment("q2.h5", spec="drop.toml")
        self.assert_migration(self.of_customers(read(self.path("1.h5"))), self.of_customers(result), result)
        self.assertEqual(self.events(result), [])

    def test_row_numbers_are_no_identity(self):
        spec = SPEC.replace('id = "customer_id"\n', "").format(k=4)
        (self.folder / "rows.toml").write_text(spec)
        self.write("q2.h5", None, self.blobs(np.r_[self.home, np.full(500, 3)]))
        completed, result = self.resegment("q2.h5", spec="rows.toml")
        self.assertIn("row numbers are no identity", completed.stderr)
        self.assertIn("customers can't be told by row numbers", completed.stdout)
        self.assertEqual(result["segments/size"].tolist(), [400, 300, 200, 600])
        self.assertEqual(result["history/0001/migration"].tolist(),
                         [[0, 0, 0, 0, 400], [0, 0, 0, 0, 300], [0, 0, 0, 0, 200], [0, 0, 0, 0, 100],
                          [400, 300, 200, 600, 0]])
        with h5py.File(self.path("2.h5")) as file:
            self.assertEqual(file["history/0001"].attrs["joined_by"], b"nothing")
            self.assertEqual(file["history/0001"].attrs["matched_by"], b"centroids")
            self.assertTrue(np.isnan(file["history/0001"].attrs["kept_share"]))

    def test_other_customers_altogether(self):
        """Too few are shared: centroids tell the segments."""
        self.write("q2.h5", self.ids + 3, self.blobs(self.home))
        completed, result = self.resegment("q2.h5")
        self.assertIn("matched by their centroids", completed.stdout)
        self.assertEqual(result["segments/size"].tolist(), [400, 300, 200, 100])
        self.assertEqual(self.events(result), [])


class Drift(Quarters):
    def test_figures_are_numpys(self):
        home = np.r_[self.home, np.full(200, 2)]
        ids = np.r_[self.ids, 10 + np.arange(200)]
        x = self.blobs(home)
        x[:, 0] *= 1.5
        x[::9, 1] = np.nan
        self.write("q2.h5", ids, x)
        _, result = self.resegment("q2.h5")

        def stability(before, now):
            p, q = (np.maximum(np.asarray(counts) / np.sum(counts), 1e-4) for counts in (before, now))
            return ((q - p) * np.log(q / p)).sum()

        def number(before, now):
            edges = np.unique(np.quantile(before[~np.isnan(before)], [.01, .05, .25, .5, .75, .95, .99]))
            return [np.r_[np.bincount(np.searchsorted(edges, v[~np.isnan(v)]), minlength=len(edges) + 1),
                          np.isnan(v).sum()] for v in (before, now)]

        def answers(x):
            return np.clip(np.round(x[:, 0] / 3), 0, 6)

        entry = "history/0001/features/"
        self.assertEqual(texts(result[entry + "name"]), ["x", "y", "answer", "region"])
        expected = [stability(*number(self.x[:, 0], x[:, 0])), stability(*number(self.x[:, 1], x[:, 1])),
                    stability(*number(answers(self.x), answers(x))),
                    stability([(self.x[:, 1] > 4).sum(), (self.x[:, 1] <= 4).sum()],
                              [(x[:, 1] > 4).sum(), len(x) - (x[:, 1] > 4).sum()])]
        np.testing.assert_allclose(result[entry + "stability_index"], expected, rtol=1e-9)
        shifts = [(np.nanmean(b) - np.nanmean(a)) / np.nanstd(a) for a, b in
                  ((self.x[:, 0], x[:, 0]), (self.x[:, 1], x[:, 1]), (answers(self.x), answers(x)))]
        np.testing.assert_allclose(result[entry + "mean_shift"][:3], shifts, rtol=1e-9)
        self.assertTrue(np.isnan(result[entry + "mean_shift"][3]))
        np.testing.assert_allclose(result[entry + "missing_now"], [0, np.isnan(x[:, 1]).mean(), 0, 0])
        matches = "history/0001/matches/"
        self.assertEqual(result[matches + "size_before"].tolist(), [400, 300, 200, 100])
        np.testing.assert_allclose(result[matches + "share_now"], result["segments/share"])
        # The centroid's shift is in last quarter's deviations, where features are scaled by them.
        first = read(self.path("1.h5"))
        sd = np.array([self.x[:, 0].std(), self.x[:, 1].std(), answers(self.x).std()])
        moved = (result["segments/centroids_original"] - first["segments/centroids_original"])
        moved[:, :3] /= sd
        moved[:, 3:] *= np.sqrt(0.5)
        np.testing.assert_allclose(result[matches + "shift"], np.linalg.norm(moved, axis=1), rtol=1e-6)
        largest = np.abs(moved).argmax(axis=1)
        self.assertEqual(texts(result[matches + "largest_shift_column"]),
                         [texts(first["segments/columns"])[j] for j in largest])

    def test_levels_come_and_go(self):
        """A level that is new starts at share 0, one that is gone is dropped."""
        self.write("q2.h5", self.ids, self.x)
        with h5py.File(self.path("q2.h5"), "a") as file:
            region = file["customers/region"][()]
            del file["customers/region"]
            file["customers/region"] = np.where(region == b"north", b"uphill", region.astype("S6"))
        completed, result = self.resegment("q2.h5")
        self.assertEqual(list(zip(*(texts(result[f"history/0001/levels/{name}"])
                                    for name in ("feature", "name", "change")))),
                         [("region", "uphill", "new"), ("region", "north", "gone")])
        self.assertIn("region (new: uphill) (gone: north)", completed.stdout)
        self.assertEqual(result["segments/size"].tolist(), [400, 300, 200, 100])
        self.assertEqual(self.verdict()[0], "investigate")

    def test_four_quarters_without_change(self):
        """No drift, the model is kept, and every quarter's entry is carried along as it is."""
        everybody = np.repeat(np.arange(4), [1600, 1200, 800, 400])
        ids = np.arange(4000)
        spec = "spec.toml"
        for quarter in range(1, 6):
            self.write(f"q{quarter}.h5", ids, self.blobs(everybody))
        self.run_ok(2, "segment", spec, "--input", "q1.h5", "--output", "1.h5", cwd=self.folder)
        entries = {}
        for quarter in range(2, 6):
            completed, result = self.resegment(f"q{quarter}.h5", f"{quarter - 1}.h5", f"{quarter}.h5")
            self.assertIn("Verdict: keep the model\n", completed.stdout)
            self.assertEqual(self.verdict(f"{quarter}.h5", f"{quarter - 1:04}"), ("keep the model", []))
            self.assertLess(result[f"history/{quarter - 1:04}/features/stability_index"].max(), 0.03)
            self.assertEqual(result["segments/id"].tolist(), [0, 1, 2, 3])
            self.assertEqual(result["segments/size"].tolist(), [1600, 1200, 800, 400])
            now = {name: digest for name, digest in hash_datasets(self.path(f"{quarter}.h5")).items()
                   if name.startswith("/history/0")}
            for name, digest in entries.items():
                self.assertEqual(now.get(name), digest, name)
            self.assertGreater(len(now), len(entries))
            entries = now
            with h5py.File(self.path(f"{quarter}.h5")) as file:
                self.assertEqual(sorted(file["history"]), [f"{i:04}" for i in range(quarter)])
                # The lineage is a chain of models.
                chain = [file[f"history/{i:04}"].attrs for i in range(quarter)]
                for before, after in zip(chain, chain[1:]):
                    self.assertEqual(after["previous_model_sha256"], before["model_sha256"])
                    self.assertEqual(after["previous_input_fingerprint"], before["input_fingerprint"])
                self.assertEqual(chain[-1]["model_sha256"], file["model/archive"].attrs["sha256"])
                self.assertEqual(chain[-1]["input_fingerprint"], file["run"].attrs["input_fingerprint"])


class Bits(Quarters):
    def test_on_any_number_of_ranks(self):
        home = self.home.copy()
        home[:160] = 4
        keep = np.r_[37:1000]
        ids, x = np.r_[self.ids[keep], 1 + np.arange(50)], self.blobs(np.r_[home[keep], np.full(50, 5)])
        self.write("q2.h5", ids, x)
        self.write("q3.h5", ids[::2], x[::2])
        for k in (3, 4, 6):
            def make(ranks, k=k):
                self.resegment("q2.h5", "1.h5", f"2-{ranks}.h5", "--k", k, ranks=ranks)
                return self.path(f"2-{ranks}.h5")
            self.assert_same_on_ranks(make)

        def next_one(ranks):
            self.resegment("q3.h5", f"2-{ranks}.h5", "3.h5", "--k", 5, ranks=5 - ranks)
            return self.path("3.h5")
        self.assert_same_on_ranks(next_one)

    def test_with_weights(self):
        weights = self.random.gamma(2, size=len(self.ids)) + 0.01
        self.write("q2.h5", self.ids, self.x, weight=weights)
        options = ("--set", "input.weight=weight")
        hashes = []
        for ranks in (1, 3):
            _, result = self.resegment("q2.h5", "1.h5", "2.h5", *options, ranks=ranks)
            hashes.append(hash_datasets(self.path("2.h5")))
        self.assertEqual(*hashes)
        np.testing.assert_allclose(result["history/0001/matches/share_now"],
                                   np.bincount(self.home, weights) / weights.sum())


class Page(unittest.TestCase):
    """docs/resegment.md as a reader follows it, and what docs/formats.md says of /history."""

    def test_runs_and_is_complete(self):
        with tempfile.TemporaryDirectory(prefix="psychograph-page-") as folder, contextlib.chdir(folder):
            os.symlink(os.path.realpath(binary()), "psychograph")
            names, printed = {}, io.StringIO()
            for language, code in blocks((DOCS / "resegment.md").read_text(encoding="utf-8")):
                if language == "python":
                    with contextlib.redirect_stdout(printed):
                        exec(compile(code, "resegment.md", "exec"), names)
                elif language == "toml":
                    pathlib.Path("spec.toml").write_text(code, encoding="utf-8")
                else:
                    subprocess.run(["bash", "-e", "-c", code], env=environment(PATH=f".:{os.environ['PATH']}"),
                                   check=True, capture_output=True, timeout=300)
            self.assertEqual(names["migration"].to_numpy()[:-1, :-1].sum(), 18000)
            self.assertEqual(names["matches"]["name"].tolist(), names["names"])
            self.assertEqual(names["features"].loc[names["features"]["stability_index"].idxmax(), "name"], "spend_12m")
            self.assertIn("0001 19500 customers, 5 segments", printed.getvalue())
            written = {name.replace("/history/0001/", "").replace("/history/0001@", "@")
                       for name in hash_datasets("2026-q2.h5") if name.startswith("/history/0001")}
            page = (DOCS / "formats.md").read_text(encoding="utf-8")
            section = page[page.index("### What resegment adds"):page.index("### Into pandas")]
            told = set()
            for cells in re.findall(r"^\| (`[^|]*) \|", section, flags=re.MULTILINE):
                group = ""
                for name in re.findall(r"`([^`]+)`", cells):  # `group/one`, `two`: two is group/two
                    group = name[:name.rindex("/") + 1] if "/" in name else group
                    told.add(name if "/" in name else group + name)
            self.assertEqual(told, written)


class BadInputs(Quarters):
    def fails(self, code, parts, *args):
        self.assert_fails(code, parts, 2, "resegment", "spec.toml", *args, cwd=self.folder)
        self.assertFalse(pathlib.Path(self.path("2.h5")).exists())
        self.assertFalse(pathlib.Path(self.path("2.h5.checkpoint")).exists())

    def test_no_previous(self):
        completed = run(1, "resegment", "spec.toml", cwd=self.folder)
        self.assertEqual(completed.returncode, 2)
        self.assertIn("--previous", completed.stderr)

    def test_previous_is_missing_or_no_result(self):
        rest = ("--input", "q1.h5", "--output", "2.h5")
        self.fails(3, ["no.h5", "No such file"], "--previous", "no.h5", *rest)
        self.fails(3, ["spec.toml", "can't be read as HDF5"], "--previous", "spec.toml", *rest)
        self.fails(3, ["q1.h5", "no result of segment"], "--previous", "q1.h5", *rest)

    def test_previous_is_the_output(self):
        self.fails(2, ["--output ./1.h5 would replace 1.h5, which is read"], "--previous", "1.h5", "--input", "q1.h5", "--output",
                   "./1.h5")

    def test_previous_is_damaged(self):
        with h5py.File(self.path("1.h5"), "a") as file:
            file["model/archive"][100] ^= 1
        self.fails(3, ["1.h5", "checksum"], "--previous", "1.h5", "--input", "q1.h5", "--output", "2.h5")

    def test_previous_history_is_damaged(self):
        with h5py.File(self.path("1.h5"), "a") as file:
            file["history/0000/n"] = 1
        self.fails(3, ["1.h5", "/history", "largest_id"], "--previous", "1.h5", "--input", "q1.h5", "--output", "2.h5")

    def test_previous_history_has_something_else(self):
        self.resegment("q1.h5")
        with h5py.File(self.path("2.h5"), "a") as file:
            file["history/notes"] = 1
        self.assert_fails(3, ["2.h5", "/history/notes is no quarter's number"], 2, "resegment", "spec.toml",
                          "--previous", "2.h5", "--input", "q1.h5", "--output", "3.h5", cwd=self.folder)

    def test_previous_has_lost_a_segment(self):
        with h5py.File(self.path("1.h5"), "a") as file:
            sizes = file["segments/size"][:3]
            del file["segments/size"]
            file["segments/size"] = sizes
        self.fails(3, ["1.h5", "/segments/size is missing or damaged"], "--previous", "1.h5", "--input", "q1.h5",
                   "--output", "2.h5")

    def test_previous_has_a_segment_of_nobody(self):
        with h5py.File(self.path("1.h5"), "a") as file:
            file["assignments/segment"][17] = 9
        self.fails(3, ["segment 9"], "--previous", "1.h5", "--input", "q1.h5", "--output", "2.h5")

    def test_other_features(self):
        self.write("q2.h5", self.ids, self.x, age=self.x[:, 0])
        rest = ("--previous", "1.h5", "--input", "q2.h5", "--output", "2.h5")
        self.fails(3, ["1.h5", "made of other features (gone: answer; new: age)"],
                   "--set", 'features.0.columns=["x","y","age"]', *rest)
        self.fails(3, ["1.h5", '"answer" was a number, and is a category now'],
                   "--set", 'features.0.columns=["x","y"]', "--set", 'features.1.columns=["region","answer"]', "--set",
                   'features.1.kind="categorical"', *rest)

    def test_a_column_is_gone(self):
        with h5py.File(self.path("q1.h5"), "a") as file:
            del file["customers/y"]
        self.fails(3, ["q1.h5", '"y"'], "--previous", "1.h5", "--input", "q1.h5", "--output", "2.h5")

    def test_ids_of_another_type(self):
        self.write("q2.h5", np.array([str(i).encode() for i in self.ids]), self.x)
        self.fails(3, ["q2.h5", '"customer_id" are text', "1.h5", "integers"], "--previous", "1.h5", "--input",
                   "q2.h5", "--output", "2.h5")

    def test_repeated_ids(self):
        ids = self.ids.copy()
        ids[5] = ids[6]
        self.write("q2.h5", ids, self.x)
        self.fails(3, ["q2.h5", "is repeated"], "--previous", "1.h5", "--input", "q2.h5", "--output", "2.h5")

    def test_repeated_ids_in_previous(self):
        with h5py.File(self.path("1.h5"), "a") as file:
            ids = file["assignments/customer_id"]
            ids[5] = ids[6]
        completed, _ = self.resegment("q1.h5")
        self.assertIn("1.h5: 1 customers have an id that an earlier row has", completed.stderr)

    def test_more_segments_than_customers(self):
        self.write("q2.h5", self.ids[::200], self.x[::200])
        self.fails(3, ["q2.h5", "fewer distinct rows than k"], "--previous", "1.h5", "--input", "q2.h5", "--output",
                   "2.h5", "--k", 6)

    def test_a_start_from_a_file_is_not_used(self):
        completed, _ = self.resegment("q1.h5", "1.h5", "2.h5", "--set", "cluster.init=other.h5")
        self.assertIn("cluster.init is not used", completed.stderr)


class Stopped(ProgramTest):
    """Stopped while it clusters, and resumed on another number of ranks: the same bits."""

    def setUp(self):
        super().setUp()
        (self.folder / "spec.toml").write_text(
            '[input]\nfiles = ["customers.h5"]\nid = "customer_id"\n[[features]]\ncolumns = ["feature_*"]\n'
            '[cluster]\nk = 12\nseed = 3\nrestarts = 1\n')
        self.run_ok(2, "generate", "--customers", 300_000, "--features", 8, "--segments", 20, "--separation", 2.5,
                    "--output", self.path("customers.h5"))
        for name, seed in (("last.h5", 3), ("other.h5", 4)):
            self.run_ok(2, "segment", "spec.toml", "--seed", seed, "--output", name, cwd=self.folder)

    def options(self, *more, previous="last.h5", output="next.h5"):
        return ("resegment", "spec.toml", "--previous", previous, "--output", output, "--k", 15, "--set",
                "cluster.restarts=6", "--checkpoint-every", 0, *more)

    def test_stop_and_resume(self):
        self.run_ok(2, *self.options(output="whole.h5"), cwd=self.folder)
        process = subprocess.Popen(command(2, *self.options()), cwd=self.folder, env=environment(),
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        checkpoints = self.folder / "next.h5.checkpoint"
        while process.poll() is None and len(list(checkpoints.glob("*.state"))) < 2:
            time.sleep(0.005)
        for rank in ranks_of(process.pid):
            os.kill(rank, signal.SIGTERM)
        _, stderr = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 75, stderr)
        self.assertIn("stopped on request", stderr)
        self.assertFalse((self.folder / "next.h5").exists())
        self.assert_nothing_temporary()
        self.assert_fails(3, ["next.h5.checkpoint", "is of another spec or previous result"], 2,
                          *self.options("--resume", previous="other.h5"), cwd=self.folder)
        # The rest with its rows on disk: where rows lie changes no bit either.
        with tempfile.TemporaryDirectory(prefix="scratch-", dir=os.getcwd()) as scratch:
            done = self.run_ok(3, *self.options("--resume", "--memory", "10M", "--scratch", scratch), cwd=self.folder)
        self.assertIn("they are kept in", done.stderr)
        self.assertIn("resuming: ", done.stderr)
        self.assertEqual(hash_datasets(self.folder / "next.h5"), hash_datasets(self.folder / "whole.h5"))
        self.assertEqual(read(self.folder / "next.h5")["resumed"], 1)
        self.assertFalse(checkpoints.exists())


if __name__ == "__main__":
    unittest.main()
