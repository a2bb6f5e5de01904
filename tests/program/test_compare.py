#!/usr/bin/env python3
"""compare and a number of segments that is found out: grids, records, tables, and the verdict on tables of which it is
known what is there."""
import contextlib
import csv
import json
import os
import signal
import subprocess
import time
import unittest

import h5py
import numpy as np

from program import command, environment, hash_datasets, ranks_of
from research import DATA, ITEMS, REFERENCES, Credit

VOLATILE = ("timings", "trace_seconds")


def table(path, name, group="comparison"):
    with h5py.File(path) as file:
        found = file[f"{group}/{name}"]
        return {column: found[column].asstr()[:] if found[column].dtype.kind in "OS" else found[column][:] for column in found}


class Planted(Credit):
    """Three clumps in two columns, answers from 1 to 5 of two traits, and a name."""

    def plant(self, n=1500, name="t.h5"):
        generator = np.random.default_rng(3)
        group = generator.integers(0, 3, n)
        trait = generator.normal(size=n)
        with h5py.File(self.path(name), "w") as file:
            file["customers/customer_id"] = np.arange(n)
            for j in range(2):
                file[f"customers/clump{j}"] = generator.normal(size=n) + 8 * (group == j)
            for j in range(3):
                answers = np.clip(np.rint(3 + trait + generator.normal(size=n)), 1, 5)
                file[f"customers/answer{j}"] = np.where(generator.random(n) < .02, np.nan, answers)
            file["customers/home"] = np.array([b"rent", b"own", b"other"])[generator.integers(0, 3, n)]

    def write(self, compare="", features='[[features]]\ncolumns = ["clump*"]', cluster="restarts = 2", name="s.toml"):
        (self.folder / name).write_text(f'[input]\nfiles = ["t.h5"]\nid = "customer_id"\n{features}\n[cluster]\n{cluster}\n'
                                        f'[compare]\n{compare}\n')

    def compare(self, *args, ranks=2, output="c.h5"):
        return self.run_ok(ranks, "compare", "s.toml", "--output", output, *args, cwd=self.folder)

    def lasting(self, path):
        with h5py.File(self.path(path), "r+") as file:
            for name in VOLATILE:
                del file[f"comparison/{name}"]
        return hash_datasets(self.path(path))


    def cut_off(self, process, sign, records, count):
        """Ends a process when it has kept so many records; what it said."""
        while process.poll() is None and (not records.exists() or len(list(records.glob("*.run"))) < count):
            time.sleep(.02)
        self.assertIsNone(process.poll(), "it was done before it could be stopped")
        ranks = ranks_of(process.pid)
        if sign == signal.SIGKILL:
            os.killpg(process.pid, sign)
        for rank in ranks:
            with contextlib.suppress(ProcessLookupError):
                os.kill(rank, sign)
        said = process.communicate(timeout=60)[1]
        for _ in range(500):  # until they are gone they may keep another one
            if not any(os.path.exists(f"/proc/{rank}") for rank in ranks):
                break
            time.sleep(.02)
        return said


class Compare(Planted):
    GRID = 'algorithms = ["kmeans", "gmm", "spherical"]\nk = [2, 3]\nseeds = [1, 2]\npairs = 3\nreferences = 2\nsplits = 2'

    def test_tables(self):
        self.plant()
        self.write(self.GRID)
        said = self.compare("--csv", "csv", "--labels").stdout
        runs = table(self.path("c.h5"), "runs")
        self.assertEqual(list(runs["algorithm"]), ["kmeans"] * 4 + ["gmm"] * 4 + ["spherical"] * 4)
        self.assertEqual(list(runs["k"]), [2, 3] * 6)
        self.assertEqual(len(set(runs["id"])), 12)
        self.assertTrue((runs["n"] == 1500).all() and (runs["p"] == 2).all() and (runs["error"] == "").all())
        np.testing.assert_array_equal(np.isnan(runs["bic"]), runs["algorithm"] != "gmm")
        self.assertEqual(set(runs["verdict"]) - {"natural", "reproducible", "constructed"}, set())
        kmeans3 = list(runs["id"]).index(next(i for i, a, k in zip(runs["id"], runs["algorithm"], runs["k"])
                                               if a == "kmeans" and k == 3))
        self.assertEqual(runs["verdict"][kmeans3], "natural")
        self.assertGreater(runs["stability"][kmeans3], .99)
        self.assertGreater(runs["prediction_strength"][kmeans3], .99)
        self.assertGreater(runs["reference_gap"][kmeans3], 4 * runs["reference_error"][kmeans3])
        verdicts = table(self.path("c.h5"), "verdicts")
        self.assertEqual(list(verdicts["recommended"][:2]), [3, 3])
        self.assertIn("kmeans, seed 1: 3 segments are recommended", said)

        with h5py.File(self.path("c.h5")) as file:
            labels = file[f"comparison/labels/{runs['id'][kmeans3]}"][:]
            self.assertEqual(file["run"].attrs["job"], b"compare" if isinstance(file["run"].attrs["job"], bytes) else "compare")
        segments = table(self.path("c.h5"), "segments")
        mine = segments["id"] == runs["id"][kmeans3]
        np.testing.assert_array_equal(segments["customers"][mine], np.bincount(labels))
        self.assertTrue((segments["separated"][mine] == 1).all() and (segments["jaccard"][mine] > .99).all())

        stability = table(self.path("c.h5"), "stability")
        for i, mean in zip(runs["id"], runs["stability"]):
            self.assertAlmostEqual(stability["adjusted_rand"][stability["id"] == i].mean(), mean, places=12)
        self.check_relations(runs, labels, kmeans3)
        self.check_csv(runs)

    def check_relations(self, runs, labels, kmeans3):
        """Differences from the pairs' figures, agreement and origins from the labels."""
        stability = table(self.path("c.h5"), "stability")
        differences = table(self.path("c.h5"), "differences")
        self.assertEqual(len(differences["id"]), 2 * 15)
        for one, other, difference, low, high in zip(*(differences[c] for c in ("id", "other", "stability_difference", "low", "high"))):
            apart = stability["adjusted_rand"][stability["id"] == one] - stability["adjusted_rand"][stability["id"] == other]
            self.assertAlmostEqual(apart.mean(), difference, places=12)
            half = 4.302652729911275 * apart.std(ddof=1) / np.sqrt(3)  # Student's t of 2 degrees of freedom
            self.assertAlmostEqual(low, difference - half, places=9)
            self.assertAlmostEqual(high, difference + half, places=9)
        agreement = table(self.path("c.h5"), "agreement")
        mine = agreement["id"] == runs["id"][kmeans3]
        self.assertTrue((agreement["adjusted_rand"][mine & (agreement["other"] == runs["id"][kmeans3 + 2])] == 1).all())
        origins = table(self.path("c.h5"), "origins")
        before = runs["id"][kmeans3 - 1]
        with h5py.File(self.path("c.h5")) as file:
            two = file[f"comparison/labels/{before}"][:]
        for segment, following, customers in zip(*(origins[c][origins["id"] == before]
                                                   for c in ("segment", "next_segment", "customers"))):
            self.assertEqual(((two == segment) & (labels == following)).sum(), customers)
        self.assertEqual(origins["customers"][origins["id"] == before].sum(), 1500)

    def check_csv(self, runs):
        with open(self.folder / "csv/runs.csv", newline="") as file:
            rows = list(csv.DictReader(file))
        self.assertEqual([row["id"] for row in rows], list(runs["id"]))
        np.testing.assert_array_equal([float(row["stability"]) for row in rows], runs["stability"])
        self.assertTrue((self.folder / "csv/timings.csv").exists())

    def test_same_bits_however_it_was_done(self):
        self.plant(600)
        self.write(self.GRID)
        hashes = []
        for ranks in (1, 2, 3, 4):
            self.compare("--labels", ranks=ranks)
            hashes.append(self.lasting("c.h5"))
        # In parts, by different ranks, in any order; another part's runs are left alone.
        for part, ranks in (("2/3", 2), ("1/3", 1), ("3/3", 3)):
            self.compare("--part", part, ranks=ranks)
        self.assertEqual(len(list((self.folder / "c.h5.runs").iterdir())), 12)
        said = self.compare("--labels", "--resume", ranks=2).stderr
        self.assertEqual(said.count("done before"), 12)
        self.assertFalse((self.folder / "c.h5.runs").exists())
        hashes.append(self.lasting("c.h5"))
        # Damaged records, and those of another table, are done again.
        self.compare("--part", "1/2")
        for number, record in enumerate(sorted((self.folder / "c.h5.runs").iterdir())):
            record.write_bytes(record.read_bytes()[:-8 if number % 2 else 40])
        self.assertEqual(self.compare("--labels", "--resume").stderr.count("done before"), 0)
        hashes.append(self.lasting("c.h5"))
        self.assertTrue(all(one == hashes[0] for one in hashes))
        self.compare("--part", "1/2")
        self.plant(601)
        self.assertEqual(self.compare("--resume").stderr.count("done before"), 0)

    def test_stopped_and_killed(self):
        self.plant(4000)
        self.write('algorithms = ["kmeans", "gmm"]\nk = "2-5"\npairs = 4\nreferences = 2')
        self.compare("--quiet")
        whole = self.lasting("c.h5")
        for sign, code in ((signal.SIGTERM, 75), (signal.SIGKILL, None)):
            process = subprocess.Popen(command(2, "compare", "s.toml", "--output", "c.h5", "--resume"), cwd=self.folder,
                                       env=environment(), stderr=subprocess.PIPE, text=True, start_new_session=True)
            records = self.folder / "c.h5.runs"
            said = self.cut_off(process, sign, records, 3)
            if code:
                self.assertEqual(process.returncode, code, said)
                self.assertIn("--resume goes on", said)
                self.assertEqual(said.count("psychograph: stopped"), 1)
            done = len(list(records.glob("*.run")))
            self.assertGreaterEqual(self.compare("--resume", ranks=3).stderr.count("done before"), min(done, 3))
            self.assertEqual(self.lasting("c.h5"), whole)

    def test_blocks_and_rows(self):
        self.plant()
        self.write('rows = ["none", "standardize"]\nk = [2]\npairs = 2\nreferences = 0\n'
                   '[[compare.blocks]]\nname = "answers"\ncolumns = ["answer*"]\n'
                   '[[compare.blocks]]\nname = "clumps"\ncolumns = ["clump?"]',
                   '[[features]]\ncolumns = ["clump*"]\n[[features]]\ncolumns = ["answer*"]\nkind = "ordinal"')
        self.compare("--quiet")
        runs = table(self.path("c.h5"), "runs")
        self.assertEqual(list(zip(runs["block"], runs["row"], runs["p"])),
                         [("answers", "none", 3), ("answers", "standardize", 3), ("clumps", "none", 2), ("clumps", "standardize", 2)])
        self.assertNotEqual(runs["fingerprint"][0], runs["fingerprint"][1])
        self.assertEqual(runs["fingerprint"][2], runs["fingerprint"][3])  # numbers have no such option
        self.assertTrue(np.isnan(runs["reference_gap"]).all())

    def test_ranks_over_blocks(self):
        """Five blocks are the fewest that a test over blocks can say something of."""
        self.plant(400)
        columns = ["clump0", "clump1", "answer0", "answer1", "answer2"]
        grid = 'algorithms = ["kmeans", "bisecting", "trimmed"]\nk = 3\nseeds = [1, 2]\npairs = 2\nreferences = 0'
        for n in (5, 4):
            blocks = "".join(f'\n[[compare.blocks]]\nname = "b{i}"\ncolumns = ["{columns[i]}", "{columns[(i + 1) % 5]}"]' for i in range(n))
            self.write(grid + blocks, features='[[features]]\ncolumns = ["clump*", "answer*"]', cluster="restarts = 1")
            self.compare()
            with h5py.File(self.path("c.h5")) as file:
                self.assertEqual("ranks" in file["comparison"], n == 5)
            if n == 4:
                continue
            runs, ranks, tests = (table(self.path("c.h5"), name) for name in ("runs", "ranks", "rank_tests"))
            for measure in ("stability", "simplified_silhouette", "explained"):
                figure = np.array([[runs[measure][(runs["algorithm"] == a) & (runs["block"] == f"b{b}")].mean() for b in range(5)]
                                   for a in ("bisecting", "kmeans", "trimmed")])
                of_measure = ranks["measure"] == measure
                self.assertEqual(list(ranks["algorithm"][of_measure]), ["bisecting", "kmeans", "trimmed"])
                expected = [(1 + (figure > own).sum(0) + ((figure == own).sum(0) - 1) / 2).mean() for own in figure]
                np.testing.assert_allclose(ranks["mean_rank"][of_measure], expected, err_msg=measure)
                np.testing.assert_allclose(ranks["mean"][of_measure], figure.mean(1))
                of_measure = tests["measure"] == measure
                for one, other, difference in zip(tests["algorithm"][of_measure], tests["other"][of_measure], tests["median_difference"][of_measure]):
                    names = ["bisecting", "kmeans", "trimmed"]
                    self.assertAlmostEqual(difference, np.median(figure[names.index(one)] - figure[names.index(other)]))
                self.assertTrue((tests["p_holm"][of_measure] >= tests["p"][of_measure]).all() and (tests["p"][of_measure] >= .0625 - 1e-12).all())

    def test_a_failed_run_is_a_row(self):
        with h5py.File(self.path("t.h5"), "w") as file:
            file["customers/customer_id"] = np.arange(300)
            file["customers/clump0"] = np.arange(300) % 3
        self.write('algorithms = ["kmeans"]\nk = [2, 3, 4]\npairs = 2\nreferences = 2')
        said = self.compare().stdout
        runs = table(self.path("c.h5"), "runs")
        self.assertEqual([bool(error) for error in runs["error"]], [False, False, True])
        self.assertTrue(np.isnan(runs["stability"][2]) and runs["verdict"][2] == "")
        self.assertIn("failed: ", said)

    def test_refused(self):
        self.plant(60)
        for compare, *words in (('algorithms = ["kmeanz"]', "compare.algorithms", '"kmeanz"'), ("algorithms = []", "compare.algorithms"),
                                ('k = "5-2"', "compare.k", '"5-2"'), ("k = [1]", "compare.k"), ("k = []", "compare.k"),
                                ('k = "many"', "compare.k"), ("pairs = 1", "compare.pairs"), ("references = 1", "compare.references"),
                                ("splits = 1", "compare.splits"), ("customers = 5", "compare.customers"),
                                ('rows = ["centre"]', "compare.rows", '"centre"'), ('rows = ["center"]', "compare.rows", "ordinal"),
                                ('k = 3\n[[compare.blocks]]\nname = "a"\ncolumns = ["clump*", "clumb*"]', "compare.blocks", '"clumb*"'),
                                ("seeds = [-1]", "compare.seeds"), ("seed = 1", "compare.seed"),
                                ('[[compare.blocks]]\nname = "a"', "columns"), ('[[compare.blocks]]\ncolumns = ["a"]', "name"),
                                ('[[compare.blocks]]\nname = "a"\ncolumns = ["nothing*"]', "compare.blocks", '"a"')):
            self.write(compare)
            self.assert_fails(2, list(words), 2, "compare", "s.toml", "--output", "c.h5", cwd=self.folder)
        self.write('algorithms = ["kmeans"]', cluster="trim = 0.1")
        self.assert_fails(2, ["cluster.trim"], 2, "compare", "s.toml", "--dry-run", cwd=self.folder)
        self.write()
        for part in ("0/2", "3/2", "2", "a/b", "1/2x"):
            self.assert_fails(2, ["--part", part], 2, "compare", "s.toml", "--part", part, cwd=self.folder)
        self.assertFalse((self.folder / "c.h5").exists())

    def test_says_what_it_would_do(self):
        self.plant(60)
        self.write('algorithms = ["kmeans", "trimmed"]\nseeds = [4, 5]\nk = "2-3"', cluster="trim = 0.2")
        said = self.run_ok(0, "compare", "s.toml", "--dry-run", cwd=self.folder).stdout
        self.assertIn("8 runs, on 1 encodings", said)
        ids = [line.split()[0] for line in said.splitlines()[1:-1]]
        self.assertEqual(len(set(ids)), 8)
        self.write('algorithms = ["trimmed"]\nseeds = [5]\nk = [3]', cluster="trim = 0.2")  # a run is called the same in any grid
        self.assertIn(self.run_ok(0, "compare", "s.toml", "--dry-run", cwd=self.folder).stdout.splitlines()[1].split()[0], ids)


class Auto(Planted):
    def segment(self, k, *args, ranks=2):
        return self.run_ok(ranks, "segment", "s.toml", "--k", k, "--output", "r.h5", "--no-profile", *args, cwd=self.folder)

    def structure(self, name="structure"):
        return table(self.path("r.h5"), name, "quality")

    def test_finds_what_is_there(self):
        self.plant()
        self.write()
        said = self.segment("2-5").stdout
        self.assertIn("Recommended: 3 segments", said)
        found = self.structure()
        self.assertEqual(list(found["k"]), [2, 3, 4, 5])
        self.assertEqual(list(found["recommended"]), [0, 1, 0, 0])
        self.assertEqual(found["verdict"][1], "natural")
        with h5py.File(self.path("r.h5")) as file:
            self.assertEqual(file["run"].attrs["k"], 3)
            sizes = file["segments/size"][:]
            counts = file["quality/border_counts"][:]
        borders, segments, origins = (self.structure(name) for name in ("borders", "segments", "origins"))
        np.testing.assert_array_equal(counts.sum(axis=1), borders["customers"])
        np.testing.assert_array_equal(segments["customers"][segments["k"] == 3], sizes)
        self.assertTrue((segments["separated"][segments["k"] == 3] == 1).all())
        self.assertEqual(origins["customers"].sum(), 3 * 1500)
        self.assertEqual(len(self.structure("pairs")["k"]), 4 * 20)
        # What follows knows one number.
        self.assertIn("the same to the bit", self.run_ok(2, "verify", "r.h5", cwd=self.folder).stdout)
        self.run_ok(2, "resegment", "s.toml", "--k", "auto", "--previous", "r.h5", "--output", "n.h5", "--quiet", cwd=self.folder)
        self.assertIn("the same to the bit", self.run_ok(2, "verify", "n.h5", "--previous", "r.h5", cwd=self.folder).stdout)
        with h5py.File(self.path("n.h5")) as file:
            self.assertEqual(file["run"].attrs["k"], 3)
        self.run_ok(2, "evaluate", "r.h5", "--against", "home", "--quiet", cwd=self.folder)
        self.run_ok(0, "plan", "s.toml", "--set", "cluster.k=auto", cwd=self.folder)

    def test_same_bits(self):
        self.plant(400)
        self.write(cluster='k = "2-4"\nrestarts = 2')
        hashes = []
        for ranks in (1, 2, 3, 4):
            self.run_ok(ranks, "segment", "s.toml", "--output", "r.h5", "--quiet", cwd=self.folder)
            hashes.append(hash_datasets(self.path("r.h5")))
        self.assertTrue(all(one == hashes[0] for one in hashes))

    def test_stopped_while_it_looks(self):
        """It goes on from the numbers that it has looked at, to the same bytes."""
        self.plant(4000)
        self.write(cluster='k = "2-6"\nrestarts = 4')
        self.run_ok(2, "segment", "s.toml", "--output", "whole.h5", "--quiet", cwd=self.folder)
        self.assertFalse((self.folder / "whole.h5.runs").exists())
        whole = hash_datasets(self.path("whole.h5"))
        for sign in (signal.SIGTERM, signal.SIGKILL):
            process = subprocess.Popen(command(2, "segment", "s.toml", "--output", "r.h5"), cwd=self.folder, env=environment(),
                                       stderr=subprocess.PIPE, text=True, start_new_session=True)
            records = self.folder / "r.h5.runs"
            said = self.cut_off(process, sign, records, 2)
            if sign == signal.SIGTERM:
                self.assertEqual(process.returncode, 75, said)
                self.assertRegex(said, "stopped on request after k = [2-6]; --resume goes on from there")
            kept = {record: record.stat().st_mtime_ns for record in records.glob("*.run")}
            self.assertGreaterEqual(len(kept), 2)
            said = self.run_ok(3, "segment", "s.toml", "--output", "r.h5", "--resume", cwd=self.folder).stderr
            self.assertNotIn("starts afresh", said)
            self.assertIn(f"{len(kept)} numbers of segments were looked at before", said)
            self.assertEqual(hash_datasets(self.path("r.h5")), whole)
            self.assertFalse(records.exists())
        # Of another seed they are of no use; without --resume they are gone.
        process = subprocess.Popen(command(2, "segment", "s.toml", "--output", "r.h5"), cwd=self.folder, env=environment(),
                                   stderr=subprocess.PIPE, text=True, start_new_session=True)
        self.cut_off(process, signal.SIGTERM, records, 1)
        said = self.run_ok(2, "segment", "s.toml", "--output", "r.h5", "--resume", "--seed", "7", cwd=self.folder).stderr
        self.assertNotIn("were looked at before", said)
        self.assertIn("r.h5.runs: is of another spec, input or version: starts afresh", said)
        # A later run of one number takes them away.
        process = subprocess.Popen(command(2, "segment", "s.toml", "--output", "r.h5"), cwd=self.folder, env=environment(),
                                   stderr=subprocess.PIPE, text=True, start_new_session=True)
        self.cut_off(process, signal.SIGTERM, records, 1)
        self.assertTrue(records.exists())
        self.run_ok(2, "segment", "s.toml", "--output", "r.h5", "--k", "3", "--quiet", cwd=self.folder)
        self.assertFalse(records.exists())

    def test_nothing_is_there(self):
        generator = np.random.default_rng(1)
        with h5py.File(self.path("t.h5"), "w") as file:
            file["customers/customer_id"] = np.arange(3000)
            for j in range(5):
                file[f"customers/clump{j}"] = generator.normal(size=3000)
            file["customers/clump_spent"] = np.exp(2 * generator.normal(size=3000))
        self.write()
        run = self.segment("2-4")
        self.assertIn("Recommended: no number", run.stdout)
        self.assertIn("clump_spent: transform", run.stdout)
        self.assertIn("no number of segments is recommended", run.stderr)
        self.assertEqual(set(self.structure()["recommended"]), {0})

    def test_bfi(self):
        """Nothing is natural there; 2 and 3 segments come again, from 4 on they don't. By 20 pairs, as figures of another
        program by other samples."""
        self.run_ok(1, "import", DATA / "bfi/bfi.csv", "--id", "row_name", "--output", "t.h5", "--quiet", cwd=self.folder)
        self.write(features=f'[[features]]\ncolumns = {json.dumps(ITEMS)}\nkind = "ordinal"\nmissing = "drop"', cluster="restarts = 8")
        self.segment("2-6")
        found = self.structure()
        expected = REFERENCES["verdict_bfi"]["value"]
        self.assertEqual(list(found["verdict"]), ["reproducible"] * 2 + ["constructed"] * 3)
        for k, ours in zip(found["k"], found["stability"]):
            self.assertAlmostEqual(ours, expected["bootstrap_ari"][str(k)], delta=.1)
        for ours, error, theirs in zip(found["reference_gap"], found["reference_error"], expected["norta_gap"]):
            self.assertAlmostEqual(ours, theirs, delta=2 * error)
            self.assertLess(ours, 2 * error)

    def test_names_and_small_cells(self):
        self.plant()
        self.write(features='[[features]]\ncolumns = ["home"]\nkind = "categorical"\n[privacy]\nmin_cell = 5')
        said = self.segment("2-3").stdout
        self.assertIn("names or yes and no", said)
        self.assertEqual(set(self.structure()["separated"]), {0})
        self.assertNotIn("natural", set(self.structure()["verdict"]))
        with h5py.File(self.path("r.h5")) as file:
            self.assertNotIn("border_counts", file["quality"])
            self.assertNotIn("origins", file["quality"])

    def test_refused(self):
        self.plant(60)
        self.write()
        for k in ("1-3", "4-2", "2-", "2-1001", "some", "2-3x"):
            self.assert_fails(2, ["--k" if set(k) - set("0123456789-") else "cluster.k", k], 2, "segment", "s.toml", "--k", k, "--output", "r.h5", cwd=self.folder)
        self.segment("2")
        self.assert_fails(2, ["cluster.init"], 2, "segment", "s.toml", "--k", "2-3", "--set", 'cluster.init="r.h5"',
                          "--output", "n.h5", cwd=self.folder)


if __name__ == "__main__":
    unittest.main()
