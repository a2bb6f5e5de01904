"""Columns of 0 and 1 that nobody declared are binary; jobs that follow an earlier model take the kinds from it."""
import re
import unittest

import h5py
import numpy as np

from program import ProgramTest, hash_datasets, read

N = 400


def table(seed=3):
    random = np.random.default_rng(seed)
    return {"age": random.integers(18, 80, N), "member": (random.random(N) < 0.3).astype("i1"),
            "paid": np.where(random.random(N) < 0.1, np.nan, random.random(N) < 0.6)}


class Flags(ProgramTest):
    def write(self, columns, name="t.h5"):
        with h5py.File(self.path(name), "w") as file:
            for column, values in columns.items():
                file[f"customers/{column}"] = values

    def segment(self, features, ranks=2, more=""):
        (self.folder / "s.toml").write_text(f'[input]\nfiles = ["{self.path("t.h5")}"]\n'
                                            + "".join(f"[[features]]\n{block}\n" for block in features)
                                            + f"{more}\n[cluster]\nk = 2\n")
        self.done = self.run_ok(ranks, "segment", self.path("s.toml"), "--output", self.path("r.h5"), cwd=self.folder)
        return read(self.path("r.h5"))

    def kinds(self, result):
        return {name.decode(): kind.decode() for name, kind in zip(result["features/name"], result["features/kind"])}

    def test_of_every_type(self):
        random = np.random.default_rng(1)
        flag = random.random(N) < 0.4
        columns = {"age": np.arange(N)}
        for dtype in ("i1", "u1", "i2", "i8", "u8", "f4", "f8", ">i4", ">f8"):
            columns[f"x_{dtype.strip('>')}{'_big' if '>' in dtype else ''}"] = flag.astype(dtype)
        self.write(columns)
        result = self.segment(['columns = ["*"]'])
        self.assertEqual(self.kinds(result), {name: "numeric" if name == "age" else "binary" for name in columns})
        encoded = result["segments/centroids"][:, 1:]
        self.assertTrue(((encoded >= 0) & (encoded <= 1)).all())  # shares, not deviations
        self.assertEqual(len(set(map(tuple, encoded.T))), 1)
        self.assertRegex(self.done.stdout, r"x_\w+ \d+% \(all 4\d%\)|age")
        first = hash_datasets(self.path("r.h5"))
        for ranks in (1, 3):
            self.segment(['columns = ["*"]'], ranks)
            self.assertEqual(hash_datasets(self.path("r.h5")), first)

    def test_what_is_said_holds(self):
        self.write(table())
        for block, kind in (('kind = "numeric"', "numeric"), ('scale = "zscore"', "numeric"), ('scale = "none"', "numeric"),
                            ('transform = "log1p"', "numeric"), ('kind = "ordinal"', "ordinal"),
                            ('missing = "mean"', "numeric"), ('missing = "drop"', "binary"), ('missing = "zero"', "binary"),
                            ("", "binary")):
            with self.subTest(block):
                result = self.segment(['columns = ["age"]', f'columns = ["member", "paid"]\n{block}'])
                self.assertEqual(self.kinds(result), {"age": "numeric", "member": kind, "paid": kind})

    def test_missing_cells_take_the_mode(self):
        columns = table()
        self.write(columns)
        default = self.segment(['columns = ["age"]', 'columns = ["member", "paid"]'])
        declared = self.segment(['columns = ["age"]', 'columns = ["member", "paid"]\nkind = "binary"'])
        for name in ("assignments/segment", "segments/centroids", "assignments/distance", "features/kind"):
            np.testing.assert_array_equal(default[name], declared[name])

    def test_what_is_no_flag(self):
        random = np.random.default_rng(2)
        self.write({"half": np.r_[0, 1, 0.5, np.zeros(N - 3)], "third": np.r_[2, (random.random(N - 1) < 0.5)],
                    "minmax": (lambda x: (x - x.min()) / (x.max() - x.min()))(random.normal(size=N)),
                    "codes": random.integers(1, 3, N), "nearly": np.r_[1e-300, random.random(N - 1) < 0.5],
                    "signs": random.integers(0, 2, N) * 2 - 1})
        self.assertEqual(set(self.kinds(self.segment(['columns = ["*"]'])).values()), {"numeric"})

    def test_constant_and_described(self):
        self.write({**table(), "none": np.zeros(N), "all": np.ones(N), "half": np.arange(N) % 2})
        for name in ("none", "all"):
            (self.folder / "c.toml").write_text(f'[input]\nfiles = ["{self.path("t.h5")}"]\n[[features]]\n'
                                                f'columns = ["{name}"]\n[cluster]\nk = 2\n')
            self.assert_fails(3, [f'column "{name}" is constant'], 2, "segment", self.path("c.toml"), cwd=self.folder)
        result = self.segment(['columns = ["age"]'], more='[describe_only]\ncolumns = ["half", "none", "paid"]')
        self.assertEqual(self.kinds(result), {"age": "numeric", "half": "binary", "none": "numeric", "paid": "binary"})
        done = self.run_ok(1, "describe", self.path("s.toml"), cwd=self.folder)
        self.assertRegex(done.stdout, r"half +demographic +binary")

    def test_the_model_says_what_kind_it_is(self):
        """A result of an earlier version, to which columns of 0 and 1 were numbers."""
        self.write(table())
        old = self.segment(['columns = ["age"]', 'columns = ["member", "paid"]\nkind = "numeric"'])
        with h5py.File(self.path("r.h5"), "r+") as file:
            spec = file["run/spec"][()]
            text_type = file["run/spec"].id.get_type()
            plain = re.sub(rb"kind = .numeric.\n", b"", spec)
            self.assertNotEqual(plain, spec)
            del file["run/spec"]
            text = text_type.copy()
            text.set_size(text.get_size() - len(spec) + len(plain))
            stored = h5py.h5d.create(file["run"].id, b"spec", text, h5py.h5s.create(h5py.h5s.SCALAR))
            stored.write(h5py.h5s.ALL, h5py.h5s.ALL, np.array(plain, f"S{text.get_size()}"), mtype=text)
        (self.folder / "s.toml").write_text((self.folder / "s.toml").read_text().replace('kind = "numeric"', ""))
        self.run_ok(2, "verify", self.path("r.h5"), "--input", self.path("t.h5"), "--quiet")
        self.run_ok(1, "assign", self.path("r.h5"), "--input", self.path("t.h5"), "--output", self.path("a.h5"))
        np.testing.assert_array_equal(read(self.path("a.h5"))["assignments/segment"], old["assignments/segment"])
        self.run_ok(2, "resegment", self.path("s.toml"), "--previous", self.path("r.h5"), "--output", self.path("q.h5"),
                    cwd=self.folder)
        new = read(self.path("q.h5"))
        self.assertEqual(self.kinds(new), {"age": "numeric", "member": "numeric", "paid": "numeric"})
        np.testing.assert_array_equal(new["assignments/segment"], old["assignments/segment"])
        self.run_ok(1, "verify", self.path("q.h5"), "--previous", self.path("r.h5"), "--quiet")


if __name__ == "__main__":
    unittest.main()
