"""psychograph segment at the edges: tables with few rows, odd values, missing cells, and every rule of the spec."""
import pathlib
import unittest

import h5py
import numpy as np

from program import ProgramTest, hash_datasets, read

NAN = np.nan


class Edges(ProgramTest):
    def write(self, name="table.h5", **columns):
        path = self.path(name)
        with h5py.File(path, "w") as file:
            for column, values in columns.items():
                if isinstance(values, list) and isinstance(values[0], str):
                    values = np.array([value.encode() for value in values])
                file.create_dataset(f"customers/{column}", data=values)
        return path

    def spec(self, features='columns = ["*"]', k=2, cluster="", text="", files="table.h5"):
        """A spec for the tables of `write`; `features` is one block, or several."""
        blocks = [features] if isinstance(features, str) else features
        head, _, rest = text.partition("\n[")
        path = self.path("spec.toml")
        pathlib.Path(path).write_text(
            f'[input]\nfiles = ["{self.path(files)}"]\n{head}\n'
            + "".join(f"[[features]]\n{block}\n" for block in blocks if block)
            + (f"[{rest}\n" if rest else "") + f"[cluster]\nk = {k}\n{cluster}\n")
        return path

    def segment(self, *args, ranks=2, **options):
        output = self.path("segments.h5")
        self.completed = self.run_ok(ranks, "segment", self.spec(**options), "--output", output, "--quiet", *args,
                                     cwd=self.folder, timeout=60)
        self.assert_nothing_temporary()
        return read(output)

    def segment_same(self, ranks=(1, 2, 3, 4), **options):
        """The result on the first of `ranks`, after it was found to be the same on the others."""
        wanted, first = None, None
        for count in ranks:
            result = self.segment(ranks=count, **options)
            found = hash_datasets(self.path("segments.h5"))
            if wanted is None:
                wanted, first = found, result
            self.assertEqual(found, wanted, f"{count} ranks against {ranks[0]}")
        return first

    def start(self, centroids):
        with h5py.File(self.path("start.h5"), "w") as file:
            file["centroids"] = np.asarray(centroids, float)
        return f'init = "{self.path("start.h5")}"'

    def encoded(self, features, values, **options):
        """The one encoded column, row by row: with k = n every customer is a centroid."""
        result = self.segment(features=features, k=len(values), cluster="restarts = 1", **options)
        return result["segments/centroids"][result["assignments/segment"]][:, 0]


class FewRows(Edges):
    def test_fewer_rows_than_ranks(self):
        self.write(x=[1.0, 5.0, 6.0], customer_id=[7, 8, 9])
        result = self.segment_same(ranks=(1, 2, 4, 7), text='id = "customer_id"')
        self.assertEqual(list(result["assignments/segment"]), [1, 0, 0])
        self.assertEqual(list(result["assignments/customer_id"]), [7, 8, 9])
        np.testing.assert_allclose(result["segments/centroids_original"][:, 0], [5.5, 1], rtol=1e-6)

    def test_empty_shards(self):
        # Chunks as large as the shards: some ranks have nothing to read; weights and strings among it.
        path = self.path("table.h5")
        with h5py.File(path, "w") as file:
            file.create_dataset("customers/x", data=np.arange(8.0), chunks=(4,))
            file.create_dataset("customers/w", data=np.ones(8), chunks=(4,))
            file.create_dataset("customers/customer_id", data=[f"c{i}" for i in range(8)], chunks=(4,),
                                dtype=h5py.string_dtype())
        result = self.segment_same(ranks=(1, 3, 4, 7), text='weight = "w"\nid = "customer_id"')
        self.assertEqual(list(result["segments/size"]), [4, 4])

    def test_as_many_segments_as_rows(self):
        values = np.array([3.0, 1.0, 4.0, 15.0, 9.0, 2.0])
        self.write(x=values, y=values[::-1] ** 2)
        for init in ("k-means||", "k-means++", "random"):
            result = self.segment_same(ranks=(1, 4, 7) if init == "k-means||" else (1, 3), k=6,
                                       cluster=f'init = "{init}"\nrestarts = 2')
            self.assertEqual(list(result["assignments/segment"]), list(range(6)))  # of equal size: by first row
            np.testing.assert_allclose(result["segments/centroids_original"][:, 0], values, rtol=1e-6)
            np.testing.assert_allclose(result["assignments/distance"], 0, atol=1e-6)
            np.testing.assert_allclose(result["assignments/margin"], 1, atol=1e-5)

    def test_one_segment(self):
        values = np.array([3.0, 1.0, 4.0, 15.0, 9.0, 2.0])
        self.write(x=values)
        for init in ("k-means||", "k-means++", "random"):
            result = self.segment_same(ranks=(1, 4), k=1, cluster=f'init = "{init}"')
            self.assertEqual(list(result["assignments/segment"]), [0] * 6)
            self.assertEqual(list(result["assignments/runner_up"]), [-1] * 6)
            self.assertEqual(list(result["assignments/margin"]), [1] * 6)
            self.assertAlmostEqual(result["segments/centroids_original"][0, 0], values.mean(), places=6)
            self.assertAlmostEqual(result["inertia"], 6, places=5)
            self.assertEqual(result["segments/share"], [1])

    def test_one_row_and_a_wide_table(self):
        random = np.random.default_rng(3)
        self.write(**{f"f{i:03}": random.normal(size=5) for i in range(150)})
        result = self.segment_same(ranks=(1, 3), k=5)
        self.assertEqual(sorted(result["assignments/segment"]), list(range(5)))

    def test_duplicates_with_just_enough_distinct_rows(self):
        points = np.array([[0.1, 7.3], [1.7, 3.3], [2.9, 2.1], [100.3, 1.9], [-40.7, 0.3]])
        rows = np.array([0] * 40 + [1] + [2] * 20 + [3] + [4] * 3)
        self.write(x=points[rows, 0], y=points[rows, 1])
        for init in ("k-means||", "k-means++", "random"):
            result = self.segment_same(ranks=(1, 3), k=5, cluster=f'init = "{init}"\nrestarts = 2')
            labels = result["assignments/segment"]
            self.assertEqual(len(set(zip(rows, labels))), 5, init)
            self.assertEqual(list(result["segments/size"]), [40, 20, 3, 1, 1])
            self.assertLess(result["inertia"], 1e-9)


class Missing(Edges):
    def filled(self, rule, values, kind="ordinal", **options):
        """What the missing cells of `values` count as: cells are recovered from encoded centroids."""
        self.write(x=values, y=np.arange(len(values)) * 10.0)
        result = self.segment(features=[f'columns = ["x"]\nkind = "{kind}"\nscale = "none"\nmissing = "{rule}"',
                                        'columns = ["y"]\nscale = "none"'],
                              k=len(values), cluster="restarts = 1", **options)
        order = result["assignments/segment"]
        return result["segments/centroids_original"][order][:, 0][np.isnan(values)]

    def test_numbers(self):
        values = np.array([1, 2, NAN, 2, 3, 9, NAN, 14, 3.5, 2])
        seen = values[~np.isnan(values)]
        for rule, wanted in (("mean", seen.mean()), ("median", np.median(seen)), ("mode", 2), ("zero", 0)):
            np.testing.assert_allclose(self.filled(rule, values, ranks=3), wanted, rtol=1e-6, atol=1e-6, err_msg=rule)

    def test_mode_takes_the_lowest_of_several(self):
        np.testing.assert_allclose(self.filled("mode", np.array([5, 5, 1, 1, NAN, 9, 9, 0])), 1, atol=1e-6)

    def test_defaults(self):
        values = np.array([1, 2, NAN, 2, 30, 9, NAN, 14])
        seen = values[~np.isnan(values)]
        for kind, wanted in (("numeric", seen.mean()), ("ordinal", np.median(seen))):
            self.write(x=values, y=np.arange(8) * 100.0)
            result = self.segment(features=[f'columns = ["x"]\nkind = "{kind}"\nscale = "none"',
                                            'columns = ["y"]\nscale = "none"'], k=8, cluster="restarts = 1")
            found = result["segments/centroids_original"][result["assignments/segment"]][:, 0]
            np.testing.assert_allclose(found[np.isnan(values)], wanted, rtol=1e-6)

    def test_scale_counts_the_filled_cells(self):
        values = np.array([1, 2, NAN, 2, 30, 9, NAN, 14])
        filled = np.where(np.isnan(values), np.nanmean(values), values)
        self.write(x=values, y=np.arange(8) * 100.0)
        result = self.segment(features=['columns = ["x"]', 'columns = ["y"]'], k=8, cluster="restarts = 1", ranks=3)
        found = result["segments/centroids"][result["assignments/segment"]][:, 0]
        np.testing.assert_allclose(found, (filled - filled.mean()) / filled.std(), atol=1e-6)
        self.assertAlmostEqual(result["features/sd"][0], np.nanstd(values), places=12)  # of the observed cells

    def test_drop(self):
        values = np.array([1, 2, NAN, 2.5, 30, 31, NAN, 32, 2, 31])
        self.write(x=values, home=["a", "b", "", "a", "b", "", "a", "b", "a", "b"])
        result = self.segment_same(ranks=(1, 3, 7), features=['columns = ["x"]\nmissing = "drop"',
                                                              'columns = ["home"]\nmissing = "drop"'])
        labels = result["assignments/segment"]
        part = np.array([1, 1, 0, 1, 1, 0, 0, 1, 1, 1], bool)
        np.testing.assert_array_equal(labels[~part], -1)
        self.assertTrue((labels[part] >= 0).all())
        self.assertTrue(np.isnan(result["assignments/distance"][~part]).all())
        self.assertTrue(np.isnan(result["assignments/margin"][~part]).all())
        np.testing.assert_array_equal(result["assignments/runner_up"][~part], -1)
        self.assertEqual(result["segments/size"].sum(), part.sum())
        self.assertAlmostEqual(result["segments/share"].sum(), 1, places=12)
        self.assertEqual(list(result["features/count"]), [7, 7])
        self.assertEqual(result["n"], 10)
        self.assertIn("3 customers", self.completed.stdout)

    def test_categories(self):
        homes = ["rent", "own", "", "own", "own", "", "rent", "other"]
        self.write(home=homes)
        names = {"level": [b"home=other", b"home=own", b"home=rent", b"home=(missing)"],
                 "mode": [b"home=other", b"home=own", b"home=rent"]}
        for rule, columns in names.items():
            for block in (f'columns = ["home"]\nmissing = "{rule}"', 'columns = ["home"]'):
                if rule == "mode" and "missing" not in block:
                    continue
                result = self.segment(features=block, k=len(columns), cluster="restarts = 1", ranks=3)
                self.assertEqual(list(result["segments/encoded_columns"]), columns)
                labels = result["assignments/segment"]
                self.assertEqual(labels[2], labels[5])
                self.assertEqual(labels[2] == labels[1], rule == "mode")

    def test_sentinels(self):
        self.write(x=np.array([1, 2, -99, 4, 5, -99, 7, 8]), y=np.arange(8.0) * 10,
                   home=["a", "b", "unknown", "a", "b", "unknown", "", "a"])
        result = self.segment(text='missing_values = [-99, "unknown"]', k=3, ranks=3)
        names = list(result["features/name"])
        self.assertEqual(result["features/missing"][names.index(b"x")], 2)
        self.assertEqual(result["features/missing"][names.index(b"home")], 3)
        self.assertEqual(result["features/min"][names.index(b"x")], 1)

    def test_binary(self):
        values = np.array([0, 1, 1, NAN, 0, 1, 1, NAN])
        self.write(b=values, y=np.arange(8.0))
        result = self.segment(features=['columns = ["b"]\nkind = "binary"', 'columns = ["y"]\nscale = "none"'], k=8,
                              cluster="restarts = 1")
        found = result["segments/centroids"][result["assignments/segment"]][:, 0]
        np.testing.assert_allclose(found, np.where(np.isnan(values), 1, values), atol=1e-6)

    def test_constructs(self):
        # Reverse-keyed b; a customer with half of the items or more has the mean of those.
        a = np.array([1, 2, 6, NAN, 5, NAN, 3])
        b = np.array([6, NAN, 1, 2, 2, NAN, 3])
        c = np.array([2, 3, 5, NAN, NAN, NAN, 3])
        d = np.array([1, NAN, 6, NAN, 6, 4, 3])
        keyed = np.stack([a, 7 - b, c, d])
        answered = (~np.isnan(keyed)).sum(axis=0)
        means = np.array([np.nanmean(column) for column in keyed.T])
        wanted = np.where(answered >= 2, means, np.nan)
        self.write(a=a, b=b, c=c, d=d, y=np.arange(7) * 50.0)
        text = ('\n[[constructs]]\nname = "trait"\nitems = ["a", "b", "c", "d"]\nreverse = ["b"]\nrange = [1, 6]\n'
                'scale = "none"')
        result = self.segment(features='columns = ["y"]\nscale = "none"', text=text, k=7, cluster="restarts = 1",
                              ranks=3)
        self.assertEqual(list(result["segments/columns"]), [b"y", b"trait"])
        found = result["segments/centroids_original"][result["assignments/segment"]][:, 1]
        np.testing.assert_allclose(found, np.where(np.isnan(wanted), np.nanmean(wanted), wanted), atol=1e-5)
        self.assertEqual(list(result["features/missing"]), [0, np.isnan(wanted).sum()])
        result = self.segment(features='columns = ["y"]\nscale = "none"', text=text + '\nmissing = "drop"', ranks=3)
        np.testing.assert_array_equal(result["assignments/segment"] == -1, np.isnan(wanted))


class Values(Edges):
    def test_integers_at_their_limits(self):
        low, high = np.iinfo(np.int64).min, np.iinfo(np.int64).max
        self.write(x=np.array([low, low + 1000, high, high - 1000, low, high]),
                   y=np.array([0, 1, 2**64 - 1, 2**64 - 1, 5, 2**64 - 9], np.uint64))
        result = self.segment_same(ranks=(1, 3))
        self.assertEqual(list(result["assignments/segment"]), [0, 0, 1, 1, 0, 1])
        self.assertEqual(list(result["features/min"]), [float(low), 0])
        self.assertEqual(list(result["features/max"]), [float(high), float(2**64 - 1)])
        np.testing.assert_allclose(result["segments/centroids_original"], [[low, 2], [high, 2.0**64]], rtol=1e-6,
                                   atol=2.0**40)

    def test_huge_beside_small(self):
        values = np.array([0.5, 1.5, 1e30, -2, 1e30, 3])
        self.write(x=values)
        result = self.segment_same(ranks=(1, 3))
        self.assertEqual(list(result["assignments/segment"]), [0, 0, 1, 0, 1, 0])
        self.assertAlmostEqual(result["features/mean"][0] / values.mean(), 1, places=12)
        self.assertAlmostEqual(result["features/sd"][0] / values.std(), 1, places=12)
        for ranks in (0, 3):
            failed = self.assert_fails(3, ["table.h5", 'column "x"', ", row ", "overflows float"], ranks, "segment",
                                       self.spec(features='columns = ["x"]\nscale = "none"'), "--output",
                                       self.path("no.h5"), "--quiet", timeout=60)
            self.assertNotIn("0.5 is too large", failed.stderr)

    def test_largest_of_all(self):
        values = np.array([1e149, -1e149, 0, 5e148, 1e149, -9e148])
        self.write(x=values)
        result = self.segment_same(ranks=(1, 3))
        self.assertAlmostEqual(result["features/sd"][0] / (values / 1e149).std(), 1e149, delta=1e137)
        self.write(x=values * 100)
        self.assert_fails(3, ["table.h5", '"x"', "row 0", "too large"], 2, "segment", self.spec(), "--output",
                          self.path("no.h5"), "--quiet")

    def test_tiny(self):
        self.write(x=np.array([1e-300, 2e-300, 9e-300, 8e-300, 1.5e-300]))
        for scale in ("zscore", "minmax", "robust"):
            result = self.segment(features=f'columns = ["*"]\nscale = "{scale}"', ranks=3)
            self.assertEqual(list(result["assignments/segment"]), [0, 0, 1, 1, 0])

    def test_a_far_origin(self):
        # float has steps of 64 at 1e9: the data is centred first.
        values = 1e9 + np.array([0, 1, 2, 10, 11, 12.5])
        self.write(x=values)
        result = self.segment(features='columns = ["x"]\nscale = "none"')
        np.testing.assert_allclose(result["segments/centroids_original"][:, 0] - 1e9, [1, 33.5 / 3], atol=1e-5)

    def test_scales(self):
        values = np.array([3.0, 1.0, 4.0, 15.0, 9.0, 2.0, -8.0])
        self.write(x=values)
        quarter, half, third = np.quantile(values, [0.25, 0.5, 0.75])
        wanted = {"none": values, "zscore": (values - values.mean()) / values.std(),
                  "minmax": (values - values.min()) / np.ptp(values), "robust": (values - half) / (third - quarter)}
        for scale, expected in wanted.items():
            found = self.encoded(f'columns = ["x"]\nscale = "{scale}"', values)
            np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-6, err_msg=scale)
        found = self.encoded('columns = ["x"]', values)
        np.testing.assert_allclose(found, wanted["zscore"], atol=1e-6)
        found = self.encoded('columns = ["x"]\nweight = 4', values)
        np.testing.assert_allclose(found, 2 * wanted["zscore"], atol=1e-6)

    def test_transforms(self):
        values = np.array([3.0, 1.0, 4.0, 1500.0, 9.0, 2.0, 0.0])
        self.write(x=values)
        for name, changed in (("log1p", np.log1p(values)), ("sqrt", np.sqrt(values))):
            for scale, expected in (("none", changed), ("zscore", (changed - changed.mean()) / changed.std())):
                block = f'columns = ["x"]\ntransform = "{name}"\nscale = "{scale}"'
                np.testing.assert_allclose(self.encoded(block, values), expected, rtol=1e-5, atol=1e-6)
            result = read(self.path("segments.h5"))
            np.testing.assert_allclose(result["segments/centroids_original"][result["assignments/segment"]][:, 0],
                                       values, rtol=1e-4, atol=1e-4)

    def test_two_answers_are_one_unit_apart(self):
        self.write(home=["a", "b", "c", "a", "b", "c"], yes=["n", "y", "n", "y", "n", "y"])
        for columns, distance in (('"home"', 1), ('"home", "yes"', np.sqrt(2))):
            for weight in (1, 9):
                block = f'columns = [{columns}]\nkind = "categorical"\nweight = {weight}'
                centroids = self.segment(features=block, k=3 if columns == '"home"' else 6)["segments/centroids"]
                between = np.sqrt(((centroids[:, None] - centroids[None]) ** 2).sum(axis=2))
                self.assertAlmostEqual(between.max(), distance * np.sqrt(weight), places=5)

    def test_numbers_as_categories(self):
        self.write(region=np.array([10, 9, 10, 200, 9, 200], np.int16))
        result = self.segment(features='columns = ["region"]\nkind = "categorical"', k=3, ranks=3)
        self.assertEqual(list(result["segments/columns"]), [b"region=9", b"region=10", b"region=200"])

    def test_weights_stand_for_repeated_rows(self):
        random = np.random.default_rng(5)
        x, y = random.normal(size=(2, 40)) + np.repeat([0, 8], 20)
        weights = random.integers(1, 4, 40)
        block = 'columns = ["x", "y"]\nscale = "none"'
        start = self.start([[0, 0], [8, 8]])
        self.write(x=x, y=y, w=weights.astype(float))
        weighted = self.segment_same(ranks=(1, 3), features=block, text='weight = "w"', cluster=start)
        rows = np.repeat(np.arange(40), weights)
        self.write(x=x[rows], y=y[rows])
        repeated = self.segment(features=block, cluster=start)
        np.testing.assert_allclose(weighted["segments/centroids"], repeated["segments/centroids"], rtol=1e-6,
                                   atol=1e-6)
        np.testing.assert_allclose(weighted["segments/inertia"], repeated["segments/inertia"], rtol=1e-6)
        np.testing.assert_allclose(weighted["segments/share"], repeated["segments/size"] / len(rows), rtol=1e-12)
        self.assertAlmostEqual(weighted["inertia"] / repeated["inertia"], 1, places=6)
        np.testing.assert_array_equal(weighted["assignments/segment"][rows], repeated["assignments/segment"])

    def test_weights_of_any_size(self):
        values = np.array([0.0, 1, 10, 11, 12, 13])
        for factor in (1e-140, 1, 1e140):
            self.write(x=values, w=np.array([1, 3, 1, 1, 1, 1]) * factor)
            result = self.segment(features='columns = ["x"]\nscale = "none"', text='weight = "w"',
                                  cluster=self.start([[0], [12]]), ranks=3)
            np.testing.assert_allclose(result["segments/centroids_original"][:, 0], [11.5, 0.75], rtol=1e-6)
            self.assertAlmostEqual(result["inertia"] / (5.75 * factor), 1, places=6)


class Ids(Edges):
    def test_every_type_is_kept(self):
        x = np.arange(6.0)
        ids = {"int32": np.array([-5, 4, 3, 9, 8, 7], np.int32), "uint8": np.array([9, 2, 255, 0, 1, 3], np.uint8),
               "uint64": np.array([2**64 - 1, 0, 2**63, 5, 2**63 - 1, 1], np.uint64),
               "float64": np.array([0.5, 1, 2, 3, 4, 5]), "fixed": np.array([b"a", b"bcd", b"e", b"f", b"g", b"h"])}
        for name, values in ids.items():
            self.write(x=x, who=values)
            result = self.segment(text='id = "who"', ranks=2 if name == "int32" else 3)
            self.assertEqual(result["assignments/customer_id"].dtype, values.dtype, name)
            np.testing.assert_array_equal(result["assignments/customer_id"], values)

    def test_big_endian(self):
        for values in (np.array([1, 2**40, 3, -4], ">i8"), np.array([2**64 - 1, 2**64 - 2, 1, 0], ">u8")):
            self.write(x=np.arange(4.0), who=values)
            result = self.segment(text='id = "who"')
            self.assertEqual([int(i) for i in result["assignments/customer_id"]], [int(i) for i in values])

    def test_strings_of_variable_length(self):
        values = [" ", "a", "žluť", "a much longer one than the others", " b ", "c"]
        self.write(x=np.arange(6.0), who=np.array(values, dtype=h5py.string_dtype()))
        for ranks in (1, 4):
            result = self.segment(text='id = "who"', ranks=ranks)
            found = result["assignments/customer_id"]
            self.assertEqual(found.dtype, f"S{max(len(value.encode()) for value in values)}")
            self.assertEqual([value.decode() for value in found], values)

    def test_without_ids(self):
        self.write("a-1.h5", x=np.arange(4.0))
        self.write("a-2.h5", x=np.arange(4.0, 9.0))
        result = self.segment(files="a-*.h5", ranks=3)
        np.testing.assert_array_equal(result["assignments/customer_id"], np.arange(9))

    def test_files_with_ids_of_different_types(self):
        self.write("a-1.h5", x=np.arange(3.0), who=np.array([1, 2, 3], np.int32))
        self.write("a-2.h5", x=np.arange(3.0), who=np.array([2**40, 5, 6]))
        for ranks in (1, 2, 3):
            result = self.segment(files="a-*.h5", text='id = "who"', ranks=ranks)
            self.assertEqual(list(result["assignments/customer_id"]), [1, 2, 3, 2**40, 5, 6])

    def test_ids_that_differ_only_beyond_double(self):
        values = np.array([2**60, 2**60 + 1, 2**60 + 2, 2**60 + 3])
        self.write(x=np.arange(4.0), who=values)
        one = self.segment(text='id = "who"')
        np.testing.assert_array_equal(one["assignments/customer_id"], values)
        self.write(x=np.arange(4.0), who=values[[1, 0, 2, 3]])
        two = self.segment(text='id = "who"')
        self.assertNotEqual(one["input_fingerprint"], two["input_fingerprint"])


class Iteration(Edges):
    def test_an_emptied_cluster_starts_anew(self):
        self.write(x=np.array([0.0, 1, 2, 10, 11, 12, 40]))
        start = self.start([[1], [1e6], [11]])
        result = self.segment_same(ranks=(1, 3), features='columns = ["x"]\nscale = "none"', k=3, cluster=start)
        self.assertIn("psychograph: warning: a segment that nobody was nearest to", self.completed.stderr)
        self.assertIn("row 6", self.completed.stderr)
        self.assertEqual(self.completed.stderr.count("warning:"), 1)
        self.assertEqual(list(result["assignments/segment"]), [0, 0, 0, 1, 1, 1, 2])

    def test_one_iteration(self):
        random = np.random.default_rng(6)
        values = random.normal(size=(500, 2))
        self.write(x=values[:, 0], y=values[:, 1])
        result = self.segment_same(ranks=(1, 3), features='columns = ["*"]\nscale = "none"', k=7,
                                   cluster="restarts = 2\nmax_iterations = 1")
        self.assertEqual(result["converged"], 0)
        self.assertEqual(result["iterations"], 1)
        squares = ((values[:, None] - result["segments/centroids"][None]) ** 2).sum(axis=2)
        np.testing.assert_array_equal(result["assignments/segment"], squares.argmin(axis=1))
        self.assertAlmostEqual(result["inertia"] / squares.min(axis=1).sum(), 1, places=6)
        np.testing.assert_allclose(result["assignments/distance"], np.sqrt(squares.min(axis=1)), rtol=1e-5)

    def test_tolerance(self):
        random = np.random.default_rng(6)
        self.write(x=random.normal(size=2000), y=random.normal(size=2000))
        options = {"k": 8, "features": 'columns = ["*"]\nscale = "none"'}
        all_the_way = self.segment(cluster="restarts = 1", **options)
        early = self.segment_same(ranks=(1, 3), cluster="restarts = 1\ntolerance = 0.01", **options)
        self.assertLess(early["iterations"], all_the_way["iterations"])
        self.assertEqual(early["converged"], 1)
        self.assertLess(early["inertia"], all_the_way["inertia"] * 1.1)


class Overrides(Edges):
    def test_options(self):
        self.write("one.h5", x=np.arange(9.0), id=np.arange(9))
        self.write("two-b.h5", x=np.arange(4.0), id=np.arange(100, 104))
        self.write("two-a.h5", x=np.arange(7.0), id=np.arange(200, 207))
        spec = self.spec(files="one.h5", text='id = "id"', features='columns = ["x"]')

        def run(*args, output="segments.h5"):
            self.run_ok(2, "segment", spec, "--quiet", *args, cwd=self.folder)
            return read(self.path(output))

        plain = run()  # output.path's default, in the working folder
        self.assertEqual((plain["k"], plain["seed"], plain["n"]), (2, 42, 9))
        self.assertEqual(run("--k", 3, "--output", "here.h5", output="here.h5")["k"], 3)
        self.assertEqual(run("--set", "cluster.k=4")["k"], 4)
        self.assertEqual(run("--seed", 7)["seed"], 7)
        self.assertEqual(run("--set", "output.path=there.h5", output="there.h5")["n"], 9)
        self.assertEqual(run("--set", "features.0.scale=none", "--k", 1)["segments/centroids"][0, 0], 4)
        globbed = run("--input", self.path("two-*.h5"))
        self.assertEqual(list(globbed["assignments/customer_id"]), [*range(200, 207), *range(100, 104)])
        listed = run("--input", self.path("two-b.h5"), self.path("two-a.h5"), self.path("two-*.h5"))
        self.assertEqual(list(listed["assignments/customer_id"]), [*range(200, 207), *range(100, 104)])
        self.assertIn(b"k = 5", run("--set", "cluster.k=5")["run/spec"])
        self.assertNotIn(b"[output]", run("--output", "x.h5", output="x.h5")["run/spec"])

    def test_globs_of_columns(self):
        self.write(values_2=np.arange(5.0), values_1=np.arange(5.0) ** 2, id=np.arange(5), w=np.ones(5),
                   gender=np.array([0, 1, 0, 1, 0]), age=np.array([30, 20, 10, 40, 50]))
        text = 'id = "id"\nweight = "w"\n[describe_only]\ncolumns = ["gender"]'
        result = self.segment(text=text)
        self.assertEqual(list(result["segments/columns"]), [b"age", b"values_1", b"values_2"])
        self.assertEqual(list(result["features/name"]), [b"age", b"values_1", b"values_2", b"gender"])
        self.assertEqual(list(result["features/clustered"]), [1, 1, 1, 0])
        result = self.segment(text=text, features='columns = ["values_*", "age"]')
        self.assertEqual(list(result["segments/columns"]), [b"values_1", b"values_2", b"age"])
        result = self.segment(text=text, features='columns = ["values_[2-9]", "a??"]')
        self.assertEqual(list(result["segments/columns"]), [b"values_2", b"age"])

    def test_only_the_summary_on_standard_output(self):
        self.write(x=np.arange(9.0))
        completed = self.run_ok(3, "segment", self.spec(), "--output", self.path("s.h5"))
        self.assertTrue(completed.stdout.startswith("9 customers in 2 segments"))
        self.assertEqual(completed.stdout.count("customers in"), 1)
        self.assertIn("reading", completed.stderr)
        completed = self.run_ok(3, "segment", self.spec(), "--output", self.path("s.h5"), "--quiet")
        self.assertEqual(completed.stderr, "")

    def test_describe_reports_what_segment_refuses(self):
        self.write(x=np.arange(4.0), same=np.full(4, 3.0), none=np.full(4, NAN))
        completed = self.run_ok(3, "describe", self.spec(), "--quiet")
        self.assertRegex(completed.stdout, r"(?m)^same .* constant$")
        self.assertRegex(completed.stdout, r"(?m)^none .* no value at all$")


if __name__ == "__main__":
    unittest.main()
