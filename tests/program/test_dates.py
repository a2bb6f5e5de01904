"""Dates and times as features: days or years since a date, whatever units a file stores them in."""
import pathlib
import unittest

import h5py
import numpy as np

from program import ProgramTest, hash_datasets, read

N = 600
LOWEST = np.iinfo(np.int64).min


class Dates(ProgramTest):
    def table(self, name, unit, units):
        """Customers of 2010 and of 2020, some of whom lack the date."""
        random = np.random.default_rng(5)
        joined = np.datetime64("2010-06-01") + 3652 * (np.arange(N) % 2) + random.integers(-100, 100, N)
        stored = joined.astype(f"M8[{unit}]").astype(np.int64)
        stored[::50] = LOWEST
        with h5py.File(self.path(name), "w") as file:
            file["customers/joined"] = stored
            file["customers/joined"].attrs["units"] = units
            file["customers/age"] = random.integers(18, 80, N).astype(np.int8)
        return joined[stored != LOWEST]

    def spec(self, keys):
        path = self.path("spec.toml")
        pathlib.Path(path).write_text(f'[[features]]\ncolumns = ["joined"]\n{keys}\n[[features]]\ncolumns = ["age"]\n[cluster]\nk = 2\n')
        return path

    def segment(self, ranks, keys, table="t.h5"):
        self.completed = self.run_ok(ranks, "segment", self.spec(keys), "--input", self.path(table), "--output", self.path("out.h5"))
        return read(self.path("out.h5"))

    def test_years_and_days(self):
        joined = self.table("t.h5", "D", "days since 1970-01-01")
        elapsed = (joined - np.datetime64("2020-01-01")).astype(float)
        hashes = []
        for ranks in (1, 2, 3, 4):
            found = self.segment(ranks, 'since = "2020-01-01"\nunit = "years"')
            hashes.append(hash_datasets(self.path("out.h5")))
        self.assertTrue(all(one == hashes[0] for one in hashes))
        np.testing.assert_allclose(found["features/mean"][0], elapsed.mean() / 365.2425, rtol=1e-12)
        np.testing.assert_allclose(found["features/min"][0], elapsed.min() / 365.2425, rtol=1e-12)
        self.assertEqual(found["features/missing"][0], N // 50)
        self.assertNotIn("holds times", self.completed.stderr)
        labels = {row.decode() for row in found["profile/label"]}
        self.assertIn("joined (years since 2020-01-01)", labels)
        # Next quarter's file counts seconds from elsewhere: the same customers are in the same segments.
        self.table("s.h5", "s", "seconds since 1970-01-01T00:00:00")
        with h5py.File(self.path("s.h5"), "a") as file:
            stored = file["customers/joined"]
            stored[...] = np.where(stored[...] == LOWEST, LOWEST, stored[...] + 86400)
            stored.attrs["units"] = "seconds since 1969-12-31T00:00:00"
        self.run_ok(2, "assign", self.path("out.h5"), "--input", self.path("s.h5"), "--output", self.path("a.h5"), "--quiet")
        np.testing.assert_array_equal(read(self.path("a.h5"))["assignments/segment"], found["assignments/segment"])
        found = self.segment(2, 'since = "2020-01-01"', table="s.h5")
        np.testing.assert_allclose(found["features/mean"][0], elapsed.mean(), rtol=1e-12)
        self.run_ok(2, "verify", self.path("out.h5"), "--input", self.path("s.h5"))
        # A file that no longer says what its numbers count.
        with h5py.File(self.path("s.h5"), "a") as file:
            del file["customers/joined"].attrs["units"]
        self.assert_fails(3, ['s.h5: column "joined" holds no dates'], 2, "assign", self.path("out.h5"), "--input", self.path("s.h5"),
                          "--output", self.path("b.h5"))

    def test_a_calendar_of_its_own(self):
        """Days of 30 a month are not those since 1970."""
        self.table("t.h5", "D", "days since 1970-01-01")
        with h5py.File(self.path("t.h5"), "a") as file:
            file["customers/joined"].attrs["calendar"] = "proleptic_gregorian"
        self.segment(2, 'since = "2020-01-01"')
        with h5py.File(self.path("t.h5"), "a") as file:
            file["customers/joined"].attrs["calendar"] = "360_day"
        self.assert_fails(2, ['column "joined" holds no dates'], 2, "segment", self.spec('since = "2020-01-01"'), "--input", self.path("t.h5"),
                          "--output", self.path("o.h5"))

    def test_what_is_wrong_is_told(self):
        self.table("t.h5", "D", "days since 1970-01-01")
        self.segment(1, "")
        self.assertIn('column "joined" holds times, and is taken for the numbers that it is stored as', self.completed.stderr)
        for keys, words in (('since = "2020-13-01"', 'features.0.since: "2020-13-01" is no date'),
                            ('since = "2020-01-01"\nunit = "weeks"', "features.0.unit"),
                            ('unit = "years"', "features.0.unit: is that of since"),
                            ('since = "2020-01-01"\nkind = "categorical"', "features.0.since: days and years are numbers")):
            self.assert_fails(2, [words], 1, "segment", self.spec(keys), "--input", self.path("t.h5"), "--output", self.path("o.h5"))
        spec = self.spec("")
        pathlib.Path(spec).write_text(pathlib.Path(spec).read_text().replace('["age"]', '["age"]\nsince = "2020-01-01"'))
        self.assert_fails(2, ['column "age" holds no dates'], 2, "segment", spec, "--input", self.path("t.h5"), "--output", self.path("o.h5"))


if __name__ == "__main__":
    unittest.main()
