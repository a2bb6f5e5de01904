"""Results, starts and checkpoints that somebody has changed, with checksums that are right: what is read of them
is checked before it is used. Exit 3 and one line, whatever is wrong, on any number of ranks."""
import hashlib
import os
import shutil
import unittest

import h5py
import numpy as np

from program import ProgramTest

SPEC = """
[input]
files = ["customers.h5"]
id = "id"
[[features]]
columns = ["age", "spend"]
[[features]]
columns = ["home"]
[cluster]
k = 3
restarts = 2
"""
HUGE = 2 ** 40


def replace(path, name, value=None, **options):
    """Writes the dataset anew; its attributes stay."""
    with h5py.File(path, "r+") as file:
        attributes = dict(file[name].attrs)
        del file[name]
        file.create_dataset(name, data=value, **options)
        file[name].attrs.update(attributes)


def write_archive(path, text):
    replace(path, "model/archive", np.frombuffer(text.encode(), "u1"))
    with h5py.File(path, "r+") as file:
        digest = hashlib.sha256(text.encode()).hexdigest()
        file["model/archive"].attrs["sha256"] = np.array(digest.encode(), "S64")


class Damaged(ProgramTest):
    def setUp(self):
        super().setUp()
        self.addCleanup(os.chdir, os.getcwd())
        os.chdir(self.folder)
        random = np.random.default_rng(1)
        with h5py.File("customers.h5", "w") as file:
            group = file.create_group("customers")
            group["id"] = np.arange(300)
            group["age"] = random.integers(18, 90, 300).astype("f8")
            group["spend"] = random.random(300)
            group["home"] = random.choice([b"own", b"rent"], 300)
        (self.folder / "spec.toml").write_text(SPEC)
        self.run_ok(0, "segment", "spec.toml", "--output", "result.h5")
        with h5py.File("result.h5") as file:
            self.archive = bytes(file["model/archive"][()]).decode()

    def assert_refused(self, parts, *jobs, ranks=0):
        for job in jobs:
            with self.subTest(job=job):
                self.assert_fails(3, parts, ranks, *job)
                self.assertFalse((self.folder / "out.h5").exists())

    ASSIGN = ("assign", "x.h5", "--input", "customers.h5", "--output", "out.h5", "--quiet")
    RESEGMENT = ("resegment", "spec.toml", "--previous", "x.h5", "--output", "out.h5", "--quiet")
    VERIFY = ("verify", "x.h5", "--quiet")
    EXPORT = ("export", "x.h5", "--output", "out.h5", "--quiet")

    def changed(self):
        shutil.copy("result.h5", "x.h5")
        return "x.h5"

    def test_an_archive_that_is_no_model(self):
        """What the unit tests try one by one reaches the user as one line of every job."""
        words = self.archive.split(" ")
        at = next(i for i in range(len(words)) if words[i:i + 2] == ["3", "4"] and len(words[i + 2]) > 15)
        cells, ids = words[at + 2:at + 14], words[at + 14:]

        def model(*parts):
            return " ".join(words[:at] + [word for part in parts for word in part])

        broken = {
            "columns": model(["3", "3"], cells[:9], ids),
            "no segments": model(["0", "4"], ["0"], ids[4:]),
            "ids": model(["3", "4"], cells, ["2", "0", "1"], ids[4:]),
            "not rising": model(["3", "4"], cells, ["3", "1", "1", "2"], ids[4:]),
            "nan": model(["3", "4"], ["9221120237041090560"], cells[1:], ids),
            "can't be read": model([str(2 ** 62), "4"], cells, ids),
            "later version": self.archive.replace(" 3 5 0.1.0", " 4000 5 0.1.0", 1),
            "no format": self.archive.replace(" 3 5 0.1.0", " 0 5 0.1.0", 1),
            "names": self.archive.replace("3 0 9 segment 0 9 segment 1 9 segment 2", "2 0 9 segment 0 9 segment 1"),
        }
        for words, text in broken.items():
            self.assertNotEqual(text, self.archive, words)
            write_archive(self.changed(), text)
            jobs = [self.ASSIGN, self.RESEGMENT, self.VERIFY] if words in ("nan", "ids") else [self.ASSIGN]
            self.assert_refused(["x.h5: the model"], *jobs)
        self.assert_refused(["x.h5: the model"], self.ASSIGN, ranks=3)

    def test_segments_that_are_not_the_models(self):
        for name, value, options in (
                ("segments/share", np.zeros(0), {}),
                ("segments/share", np.full(3, np.nan), {}),
                ("segments/share", np.array([0.5, 0.25, 0.125]), {}),
                ("segments/share", np.array([1.5, -0.25, -0.25]), {}),
                ("segments/share", np.full((3, 1), 1 / 3), {}),
                ("segments/share", np.array([b"0.5", b"0.25", b"0.25"]), {}),
                ("segments/share", None, {"shape": (HUGE,), "dtype": "f8", "chunks": (1000,)}),
                ("segments/size", np.array([100, 100, 101]), {}),
                ("segments/size", np.array([400, -50, -50]), {}),
                ("segments/size", np.array([2 ** 63 - 1, 2, 3]), {}),
                ("segments/size", np.array([150.0, 100.0, 50.0]), {}),
                ("segments/size", np.array([150, 150]), {}),
                ("segments/id", np.array([0, 2, 1]), {}),
                ("segments/id", np.array([0, 1]), {}),
                ("assignments/segment", np.zeros((300, 2), "i4"), {}),
                ("model/archive", None, {"shape": (HUGE,), "dtype": "u1", "chunks": (1000,)}),
                ("model/archive", None, {"shape": (HUGE,), "dtype": "u1", "chunks": (2 ** 20,), "compression": "gzip"}),
                ("run/spec", None, {"shape": (), "dtype": "S1000000000"}),
                ("run/spec", np.array([b"a", b"b"]), {}),
        ):
            replace(self.changed(), name, value, **options)
            self.assert_refused([f"x.h5: no result of segment: /{name} is missing or damaged"], self.ASSIGN)
        replace(self.changed(), "segments/share", np.zeros(0))
        self.assert_refused(["/segments/share"], self.RESEGMENT, self.VERIFY)
        self.assert_refused(["/segments/share"], self.ASSIGN, ranks=3)
        for attribute in ("version", "algorithm", "input_fingerprint"):
            with h5py.File(self.changed(), "r+") as file:
                file["run"].attrs[attribute] = 3
            self.assert_refused([f"/run@{attribute} is missing or damaged"], self.ASSIGN)

    def test_what_export_reads(self):
        for name, value, options in (("segments/id", np.array([1, 1, 2]), {}),
                                     ("segments/id", np.array([0.0, 1.0, 2.0]), {}),
                                     ("segments/name", None, {"shape": (HUGE,), "dtype": "S9", "chunks": (1000,)})):
            replace(self.changed(), name, value, **options)
            self.assert_refused([f"/{name} is missing or damaged"], self.EXPORT)

    def test_fewer_customers_than_are_found(self):
        """Sizes that add up, and are not those of the assignments, would make fewer than none leave."""
        with h5py.File("result.h5") as file:
            sizes = file["segments/size"][()]
        replace(self.changed(), "segments/size", np.array([sizes[0] - 5, sizes[1] + 5, sizes[2]]))
        self.assert_refused(["the previous result is damaged: more customers are in segment 0"], self.RESEGMENT)
        self.assert_refused(["the previous result is damaged"], self.RESEGMENT, ranks=2)

    def test_a_history_that_leads_astray(self):
        self.run_ok(0, "resegment", "spec.toml", "--previous", "result.h5", "--output", "second.h5")

        def in_circles(history):
            history["0001/circle"] = history["0001"]

        def soft(history):
            history["0001/soft"] = h5py.SoftLink("/history")

        def outside(history):
            history["0001/outside"] = h5py.ExternalLink("customers.h5", "/customers")

        def huge(history):
            history["0001"].create_dataset("huge", (HUGE,), "i1", chunks=(1000,))

        def addresses(history):
            history["0001/references"] = np.array([history.ref], dtype=h5py.ref_dtype)

        def texts(history):
            history["0001"].create_dataset("texts", data=["a"], dtype=h5py.string_dtype())

        def pairs(history):
            history["0001"].create_dataset("pairs", data=np.zeros(2, [("a", "i4"), ("b", "i4")]))

        def largest(value):
            return lambda history: history.attrs.create("largest_id", value)

        for change, parts in ((in_circles, ["/history/0001"]), (soft, ["/history/0001/soft is damaged"]),
                              (outside, ["/history/0001/outside is damaged"]), (huge, ["/history/0001/huge"]),
                              (addresses, ["/history/0001/references"]), (texts, ["/history/0001/texts"]),
                              (pairs, ["/history/0001/pairs"]),
                              (largest(np.int64(2 ** 31 - 1)), ["largest_id"]), (largest(np.int64(-5)), ["largest_id"]),
                              (largest(2.5), ["largest_id"]),
                              (lambda history: history.move("0001", str(2 ** 63 - 1)), ["no quarter's number"]),
                              (lambda history: history.move("0000", "000x"), ["no quarter's number"])):
            shutil.copy("second.h5", "x.h5")
            with h5py.File("x.h5", "r+") as file:
                change(file["history"])
            self.assert_refused(["x.h5", *parts], self.RESEGMENT)

    def test_starts(self):
        shutil.copy("spec.toml", "start.toml")
        with open("start.toml", "a", encoding="utf-8") as file:
            file.write('init = "x.h5"\n')
        job = ("segment", "start.toml", "--output", "out.h5", "--quiet")
        for value, options, parts in (
                (None, {"shape": (HUGE, HUGE // 4), "dtype": "f8", "chunks": (10, 10)}, ["the start is [", "is needed"]),
                (None, {"shape": (3, 4), "dtype": "f8"}, ["/centroids holds no numbers"]),
                (np.full((3, 4), b"1"), {}, ["/centroids holds no numbers"]),
                (np.full((3, 4), np.inf), {}, ["inf is no start"]),
                (np.full((3, 4), 1e300), {}, ["too far away"]),
                (np.zeros(12), {}, ["the start is [12]"])):
            with h5py.File("x.h5", "w") as file:
                file.create_dataset("centroids", data=value, **options)
            self.assert_refused(["x.h5", *parts], job)
        with h5py.File(self.changed(), "r+") as file:
            del file["segments/columns"]
        self.assert_refused(["/segments/columns is missing"], job)
        replace(self.changed(), "segments/columns", np.array([b"age", b"spend", b"home=own", b"age"]))
        self.assert_refused(["x.h5"], job)

    def test_checkpoints(self):
        """What a run is said to have left, by somebody who can make checksums."""
        states = self.folder / "out.h5.checkpoint"
        with h5py.File("result.h5") as file:
            fingerprint, version = (file["run"].attrs[name].decode() for name in ("input_fingerprint", "version"))
            spec = file["run/spec"][()].decode()
        boost = " ".join(self.archive.split(" ")[:3])
        head = f"{boost} {len(version)} {version} {len(spec)} {spec} {len(fingerprint)} {fingerprint}"
        one, nan, infinite = (int(np.float64(value).view(np.uint64)) for value in (1, np.nan, np.inf))

        def write(words):
            text = f"{head} {len(words)} {' '.join(str(word % 2**64) for word in words)}"
            states.mkdir(exist_ok=True)
            (states / "0000001-0000000001.0-0.state").write_text(
                f"psychograph checkpoint 5\n{hashlib.sha256(text.encode()).hexdigest()}\n{text}")

        def centroids(k, p, cell=one):
            return [k, p] + [cell] * (k * p)

        def progress(restart, steps, fit, best):
            """As 64-bit words: what is not there is a 0."""
            return [restart, steps] + ([1, len(fit)] + fit if fit else [0]) + ([1] + best if best else [0])

        def state(k, p, iterations=2, inertia=one, cell=one):
            return centroids(k, p, cell) + [iterations, inertia, 0, 0]

        def best_of(k, p, restart=0, reached=1):
            return [0] + centroids(k, p) + [infinite, 0] + [0, 0, 0, 0, 0] + [one, one, 5, 1, restart, reached, one]

        resume = ("segment", "spec.toml", "--output", "out.h5", "--resume", "--quiet")
        best = best_of(3, 4)
        for words, told in (
                (progress(1, 2, state(2, 4), best), "no fit of 3"),
                (progress(1, 2, state(3, 4, cell=nan), best), "centroid 0 is nan"),
                (progress(1, 2, state(3, 4, inertia=infinite), best), "its inertia is inf"),
                (progress(1, 2, state(3, 4), None), "none is the best"),
                (progress(-1, 2, state(3, 4), None), "restart -1"),
                (progress(1, 2, None, best), "has not begun"),
                (progress(1, 2, [2**62, 4, one], best), "no state that a fit comes to"),
                (progress(1, 2, state(3, 4), best)[:-1], "no state that a fit comes to"),
                (progress(1, 2, state(3, 4), best) + [0], "no state that a fit comes to"),
                ([1, 2, 1, 2**63], "no state that a fit comes to"),
                (progress(1, 2, state(3, 5), best_of(3, 5)), "no fit of 3"),
                (progress(1, 2, state(3, 4), best_of(3, 4, restart=1)), "its best restart is 1"),
                (progress(1, 2, state(3, 4), best_of(3, 4, reached=0)), "reached by 0 of 1"),
                (progress(1, 2, state(3, 4), best_of(3, 4, reached=2)), "reached by 2 of 1"),
                (progress(3, 0, None, best), "no fit of 3")):
            write(words)
            with self.subTest(told=told):
                self.assert_refused([told], resume)
        write(progress(1, 2, state(3, 5), best_of(3, 5)))
        self.assert_refused(["no fit of 3"], resume, ranks=2)


if __name__ == "__main__":
    unittest.main()
