"""[[geography]]: which column customers are told apart by, in every job that follows from it."""
import pathlib
import unittest

import h5py
import numpy as np

from program import ProgramTest, binary, hash_datasets, tidy, warnings

N = 3000
STATES = np.array(["Bayern", "Hessen", "Berlin", "Sachsen"])


def customers(seed=1, cities=5):
    """Four states of `cities` cities each, of 40 zips each; customers of a state are alike."""
    random = np.random.default_rng(seed)
    state = random.integers(0, 4, N)
    city = state * cities + random.integers(0, cities, N)
    postcode = 10000 + city * 40 + random.integers(0, 40, N)
    return {"customer_id": np.arange(N), "country": np.where(state < 3, "West", "East").astype("S"),
            "state": np.char.encode(STATES[state]), "city": np.array([f"city {c}".encode() for c in city]),
            "zip": postcode.astype("i4"), "spend": random.normal(3 * state, 1)}


class Geography(ProgramTest):
    def table(self, name="customers.h5", **changes):
        path = self.path(name)
        with h5py.File(path, "w") as file:
            for column, values in {**customers(), **changes}.items():
                file[f"customers/{column}"] = values
        return path

    def spec(self, table, geography='levels = ["country", "state", "city", "zip"]', extra=""):
        path = self.path("spec.toml")
        pathlib.Path(path).write_text(
            f'[input]\nfiles = ["{table}"]\nid = "customer_id"\n[[features]]\ncolumns = ["spend"]\n{extra}'
            f'[[geography]]\n{geography}\n[cluster]\nk = 4\nrestarts = 2\n')
        return path

    def told_apart(self, *args, ranks=2, **changes):
        """The clustered column of the geography, those beside it, and what is told."""
        spec = self.spec(self.table(**changes), *args)
        output = self.path("segments.h5")
        completed = self.run_ok(ranks, "segment", spec, "--output", output, "--quiet")
        rows = tidy(output, "profile")
        clustered = {row["feature"] for row in rows if row["facet"] == "geographic" and row["clustered"]}
        described = {row["feature"] for row in rows if row["facet"] == "geographic" and not row["clustered"]}
        self.assertEqual(len(clustered), 1)
        return clustered.pop(), described, " ".join(warnings(completed))

    def test_the_innermost_that_fits(self):
        column, described, told = self.told_apart()
        self.assertEqual((column, described), ("city", {"country", "state"}))
        self.assertIn('told apart by "city": "zip" has more than 50 values', told)
        column, described, told = self.told_apart('levels = ["country", "state", "city", "zip"]\nmost_levels = 10')
        self.assertEqual((column, described), ("state", {"country"}))
        self.assertIn('"city" has more than 10 values', told)
        column, _, told = self.told_apart('levels = ["country", "state", "city", "zip"]\nmost_levels = 1000')
        self.assertEqual((column, told), ("zip", ""))

    def test_few_customers_and_missing_ones(self):
        few = customers()["city"]
        few[7] = b"hamlet"
        column, _, told = self.told_apart('levels = ["country", "state", "city"]\nmin_customers = 20', city=few)
        self.assertEqual(column, "state")
        self.assertIn('"city" has 1 customers in "hamlet", fewer than 20', told)
        missing = customers()["city"]
        missing[:N // 5] = b""
        column, _, told = self.told_apart('levels = ["country", "state", "city"]', city=missing)
        self.assertEqual(column, "state")
        self.assertIn('"city" is missing for 20.0 % of the customers', told)
        self.assertEqual(self.told_apart('levels = ["country", "state", "city"]\nmost_missing = 0.3', city=missing)[0], "city")
        unknown = customers()["zip"] % 7
        column, _, told = self.told_apart('levels = ["state", "zip"]\nmissing_values = [3]\nmost_missing = 0.01',
                                          zip=np.where(unknown == 3, 3, customers()["zip"]).astype("i4"))
        self.assertIn('"zip"', told)

    def test_one_name_in_two_places(self):
        table = customers()
        city = table["city"].copy()
        city[[np.flatnonzero(table["state"] == state)[0] for state in (b"Bayern", b"Berlin")]] = b"Neudorf"
        for ranks in (1, 3):
            column, _, told = self.told_apart(city=city, ranks=ranks)
            self.assertEqual(column, "state")
            self.assertIn('"city" has "Neudorf" in more than one "state"', told)

    def test_many_places_around_customers_without_one_within(self):
        """Who has no city may live in any of many states: they say nothing against the cities of others."""
        state = np.array([b"state %d" % i for i in range(N)])
        city = np.full(N, b"", dtype="S8")
        for own in range(3):
            state[own::4], city[own::4] = b"state %d" % own, b"city %d" % own
        column, _, told = self.told_apart('levels = ["state", "city"]\nmost_missing = 0.3', state=state, city=city)
        self.assertEqual((column, told), ("city", ""))
        city[1::4][:20] = b"city 0"
        state[0::4] = [b"state %d" % (i % 9) for i in range(len(state[0::4]))]
        spec = self.spec(self.table(state=state, city=city), 'levels = ["state", "city"]\nmost_missing = 0.3')
        self.assert_fails(3, ["lies in more values of \"state\" than it has itself"], 2, "segment", spec, "--output", self.path("x.h5"))

    def test_ranks(self):
        spec = self.spec(self.table())

        def segment(ranks):
            path = self.path(f"segments-{ranks}.h5")
            self.run_ok(ranks, "segment", spec, "--output", path, "--quiet")
            return path

        self.assert_same_on_ranks(segment)
        self.run_ok(3, "verify", segment(2))

    def test_later_quarters_follow_the_model(self):
        """Next quarter has more cities than fit; the model tells customers apart by city all the same."""
        spec = self.spec(self.table(), 'levels = ["country", "state", "city"]\nmost_levels = 20')
        first, assigned, second = (self.path(name) for name in ("first.h5", "assigned.h5", "second.h5"))
        self.run_ok(2, "segment", spec, "--output", first, "--quiet")
        same = self.run_ok(2, "assign", first, "--input", self.path("customers.h5"), "--output", assigned, "--quiet")
        self.assertEqual(warnings(same), [])
        for name in ("segment", "distance"):
            self.assertEqual(hash_datasets(assigned)[f"/assignments/{name}"], hash_datasets(first)[f"/assignments/{name}"])
        city = customers()["city"]
        city[:40] = [f"new {i}".encode() for i in range(40)]
        self.table("next.h5", city=city)
        self.run_ok(2, "resegment", spec, "--input", self.path("next.h5"), "--previous", first, "--output", second, "--quiet")
        clustered = {row["feature"] for row in tidy(second, "profile") if row["clustered"]}
        self.assertEqual(clustered, {"spend", "city"})
        self.run_ok(2, "verify", second, "--previous", first)

    def test_describe(self):
        told = self.run_ok(2, "describe", self.spec(self.table())).stdout
        self.assertRegex(told, r"city +geographic +categorical +3000")
        self.assertRegex(told, r"state +geographic +categorical +3000")
        self.assertNotIn("zip ", told)

    def test_refused(self):
        table = self.table()

        def fails(code, parts, geography, extra=""):
            self.assert_fails(code, parts, 2, "segment", self.spec(table, geography, extra), "--output", self.path("x.h5"))

        fails(2, ["geography.0.levels", "two columns or more"], 'levels = ["zip"]')
        fails(2, ["geography.0.levels", "two columns or more"], "")
        fails(2, ["geography.0.levels", '"zip" stands twice'], 'levels = ["zip", "zip"]')
        fails(2, ["geography.0.most_levels", "1 is out of range"], 'levels = ["state", "zip"]\nmost_levels = 1')
        fails(2, ["geography.0.min_customers", "0 is out of range"], 'levels = ["state", "zip"]\nmin_customers = 0')
        fails(2, ["geography.0.most_missing", "out of range"], 'levels = ["state", "zip"]\nmost_missing = 1.5')
        fails(2, ["geography.0.weight", "leave the geography out"], 'levels = ["state", "zip"]\nweight = 0')
        fails(2, ["geography.0.most", "unknown key"], 'levels = ["state", "zip"]\nmost = 3')
        fails(3, ['"stat"', "geography.levels"], 'levels = ["stat", "zip"]')
        fails(3, ["no column of the geography fits", '"zip" has more than 3', '"state" has more than 3'],
              'levels = ["state", "zip"]\nmost_levels = 3')
        fails(2, ['"city" is a feature already'], 'levels = ["state", "city"]', '[[features]]\ncolumns = ["city"]\n')


if __name__ == "__main__":
    unittest.main()
