#!/usr/bin/env python3
"""Maps: coordinates that independent programs have computed, on any ranks."""
import json
import pathlib
import unittest

import h5py
import numpy as np

from program import ProgramTest, hash_datasets, tidy

DATA = pathlib.Path(__file__).resolve().parents[1] / "data"
REFERENCES = json.loads((DATA / "references/marketing.json").read_text())
ITEMS = [trait + str(number) for trait in "ACENO" for number in range(1, 6)]


class PositioningTest(ProgramTest):
    def job(self, *args, ranks=1):
        return self.run_ok(ranks, *args, cwd=self.folder)

    def table(self, name, file="maps.h5"):
        return tidy(self.folder / file, f"positioning/{name}")

    def near(self, found, expected):
        self.assertTrue(np.isclose(found, expected, rtol=1e-8, atol=1e-10), (found, expected))


class References(PositioningTest):
    def map_of(self, case, expected, columns, *more):
        (self.folder / "s.toml").write_text(f'[input]\nfiles = ["t.h5"]\nid = "customer_id"\n[[features]]\ncolumns = {json.dumps(columns)}\n'
                                            '[cluster]\nk = 2\n')
        self.job("segment", "s.toml", "--output", "r.h5", "--no-profile")
        self.job("positioning", "r.h5", *case, "--output", "maps.h5", *more, ranks=3)
        axes = [row for row in self.table("axes") if row["map"] == "brands"]
        for row, inertia, share in zip(axes, expected["principal_inertias"], expected["share"], strict=True):
            self.near(row["inertia"], inertia)
            self.near(row["share"], share)
        self.near(sum(row["inertia"] for row in axes), expected["total_inertia"])
        points = {(row["kind"], row["name"]): row for row in self.table("points") if row["map"] == "brands" and row["segment"] == "all"}
        for kind, side in (("brand", "row"), ("attribute", "col")):
            for name, place in expected[f"{side}_principal"].items():
                point = points[kind, name]
                self.near(point["mass"], expected[f"{side}_mass"][name])
                self.near(point["x"], place[0])
                self.near(point["y"], place[1])
                if kind == "brand":
                    self.near(point["quality"], expected["row_quality_2d"][name])
            self.near(sum(row["contribution_1"] for key, row in points.items() if key[0] == kind), 1)
        deviations = [row for row in self.table("deviations") if row["segment"] == "all"]
        self.assertEqual(sum(row["count"] for row in deviations), expected["n"])
        self.near(sum(row["deviation"] ** 2 for row in deviations), expected["chi2"])
        for row in deviations:
            self.assertEqual(row["count"], expected["table"][row["brand"]][row["attribute"]])

    def test_education_by_an_item(self):
        self.job("import", DATA / "bfi/bfi.csv", "--codebook", DATA / "bfi/codebook.csv", "--output", "t.h5")
        with h5py.File(self.folder / "t.h5", "a") as file:
            if "customer_id" not in file["customers"]:
                file["customers/customer_id"] = np.arange(2800)
        self.map_of(["--rows", "education", "--across", "E4"], REFERENCES["correspondence_analysis"]["bfi_education_by_E4"], ["N1", "N2"])

    def test_job_by_home(self):
        self.job("import", DATA / "credit/credit_data.csv", "--output", "t.h5")
        with h5py.File(self.folder / "t.h5", "a") as file:
            if "customer_id" not in file["customers"]:
                file["customers/customer_id"] = np.arange(len(file["customers/Age"]))
        self.map_of(["--rows", "Job", "--across", "Home"], REFERENCES["correspondence_analysis"]["credit_job_by_home"], ["Age", "Time"])

    def test_components(self):
        """With levels of education for the segments, and one for who has none."""
        expected = REFERENCES["pca"]["bfi_items"]
        self.job("import", DATA / "bfi/bfi.csv", "--id", "row_name", "--output", "t.h5")
        with h5py.File(self.folder / "t.h5") as file:
            identity = "row_name" if "row_name" in file["customers"] else "customer_id"
            education = file["customers/education"][()]
        (self.folder / "s.toml").write_text(f'[input]\nfiles = ["t.h5"]\nid = "{identity}"\n[[features]]\ncolumns = {json.dumps(ITEMS)}\n'
                                            'missing = "drop"\n[cluster]\nk = 6\nrestarts = 1\nmax_iterations = 3\n')
        self.job("segment", "s.toml", "--output", "r.h5", "--no-profile")
        with h5py.File(self.folder / "r.h5", "a") as file:
            own = np.where(np.isnan(education), 5, education - 1).astype(int)
            own[file["assignments/segment"][()] < 0] = -1
            file["assignments/segment"][...] = own
            sizes = np.bincount(own[own >= 0], minlength=6)
            file["segments/size"][...] = sizes
            file["segments/share"][...] = sizes / sizes.sum()
        self.job("positioning", "r.h5", "--output", "maps.h5", ranks=2)
        axes = [row for row in self.table("axes") if row["map"] == "features"]
        for row, value in zip(axes, expected["eigenvalues"]):
            self.near(row["inertia"], value)
        for row, value in zip(axes, expected["share"]):
            self.near(row["share"], value)
        self.near(sum(row["inertia"] for row in axes), 25)
        points = [row for row in self.table("points") if row["map"] == "features"]
        for row in points[:25]:
            self.near(row["x"], expected["loadings"][row["name"]][0])
            self.near(row["y"], expected["loadings"][row["name"]][1])
        for level, place in expected["group_mean_scores"].items():
            row = next(row for row in points if row["kind"] == "segment" and row["segment_id"] == int(level) - 1)
            self.near(row["x"], place[0])
            self.near(row["y"], place[1])
            self.assertGreater(row["variance_x"], 0)


class Jobs(PositioningTest):
    def setUp(self):
        super().setUp()
        random = np.random.default_rng(5)
        rows = 1200
        group = random.integers(0, 2, rows)
        with h5py.File(self.folder / "t.h5", "w") as file:
            file["customers/id"] = np.arange(rows)
            for name in ("x", "y"):
                file[f"customers/{name}"] = group * 5.0 + random.normal(size=rows)
            for brand, likes in (("A", [0.7, 0.2, 0.3]), ("B", [0.2, 0.6, 0.3]), ("own", [0.4, 0.4, 0.5])):
                for attribute, share in zip(("modern", "cheap", "near"), likes):
                    ticks = (random.random(rows) < share).astype(float)
                    ticks[random.random(rows) < 0.1] = np.nan
                    file[f"customers/image_{brand}_{attribute}"] = ticks
        (self.folder / "s.toml").write_text(
            '[input]\nfiles = ["t.h5"]\nid = "id"\n[[features]]\ncolumns = ["x", "y"]\n[cluster]\nk = 2\n'
            '[positioning]\nbrands = ["A", "B", "own"]\nattributes = ["modern", "cheap", "near"]\ncolumns = "image_{brand}_{attribute}"\n')
        self.job("segment", "s.toml", "--output", "r.h5", "--no-profile")

    def test_brands_on_any_ranks(self):
        hashes = set()
        for ranks in (1, 2, 3, 4):
            self.job("positioning", "r.h5", "--output", "maps.h5", ranks=ranks)
            hashes.add(str(hash_datasets(self.folder / "maps.h5")))
        self.assertEqual(len(hashes), 1)
        with h5py.File(self.folder / "t.h5") as file, h5py.File(self.folder / "r.h5") as result:
            segment = result["assignments/segment"][()]
            counts = {(brand, attribute, own): int(np.nansum(file[f"customers/image_{brand}_{attribute}"][()][(segment == own) | (own == -1)]))
                      for brand in ("A", "B", "own") for attribute in ("modern", "cheap", "near") for own in (-1, 0, 1)}
        for row in self.table("deviations"):
            self.assertEqual(row["count"], counts[row["brand"], row["attribute"], row["segment_id"]])
        kinds = [row["kind"] for row in self.table("points")]
        self.assertEqual([kinds.count(kind) for kind in ("feature", "segment", "brand", "attribute", "brand in segment")], [2, 2, 3, 3, 6])
        for row in self.table("points"):
            if row["kind"].startswith("brand"):
                self.assertGreater(row["variance_x"] * row["variance_y"], row["covariance"] ** 2)

    def test_few_are_withheld(self):
        """Of everybody, with the axes that would tell it; of segments, with all of them."""
        counts = [row["count"] for row in self.table_of("deviations") if row["segment_id"] >= 0]
        done = self.table_of("deviations", "--set", f"privacy.min_cell={min(counts) + 1}")
        self.assertEqual({row["segment_id"] for row in done}, {-1})
        self.assertEqual({row["kind"] for row in self.table("points")}, {"feature", "segment", "brand", "attribute"})
        done = self.table_of("deviations", "--set", f"privacy.min_cell={min(row['count'] for row in done) + 1}")
        self.assertTrue(any(row["count"] == -1 for row in done))
        self.assertEqual({row["map"] for row in self.table("axes") + self.table("points")}, {"features"})
        with h5py.File(self.folder / "maps.h5") as file:
            self.assertIn(b"the map of brands is withheld", file["positioning/words"][-1])

    def table_of(self, name, *args):
        self.job("positioning", "r.h5", "--output", "maps.h5", *args)
        return self.table(name)

    def test_features_as_they_were_clustered(self):
        """Their logarithms, where the spec says so; what is one feature has no second axis."""
        with h5py.File(self.folder / "t.h5", "a") as file:
            file["customers/spend"] = np.exp(file["customers/x"][()])
            spend, y = np.log1p(file["customers/spend"][()]), file["customers/y"][()]
        (self.folder / "l.toml").write_text('[input]\nfiles = ["t.h5"]\nid = "id"\n[[features]]\ncolumns = ["spend"]\ntransform = "log1p"\n'
                                            '[[features]]\ncolumns = ["y"]\n[cluster]\nk = 2\n')
        self.job("segment", "l.toml", "--output", "r.h5", "--no-profile")
        axes = self.table_of("axes")
        self.assertAlmostEqual(axes[0]["inertia"], 1 + abs(np.corrcoef(spend, y)[0, 1]), delta=1e-6)
        (self.folder / "l.toml").write_text('[input]\nfiles = ["t.h5"]\nid = "id"\n[[features]]\ncolumns = ["y"]\n[cluster]\nk = 2\n')
        self.job("segment", "l.toml", "--output", "r.h5", "--no-profile")
        for row in self.table_of("points"):
            self.assertAlmostEqual(row["quality"], 1, delta=1e-9)
            self.assertTrue(np.isnan(row["y"]) and np.isnan(row["contribution_2"]) and np.isnan(row["variance_y"]))

    def test_answers_that_are_none(self):
        """Of the columns alone, as the spec says of them."""
        with h5py.File(self.folder / "t.h5", "a") as file:
            for name in ("brand", "why"):
                file[f"customers/{name}"] = np.array(["a", "b", "none"], dtype="S4")[np.arange(1200) * (7 if name == "why" else 1) // 5 % 3]
        spec = (self.folder / "s.toml").read_text().split("[positioning]")[0]
        (self.folder / "d.toml").write_text(spec + '[describe_only]\ncolumns = ["brand", "why"]\nmissing_values = ["none"]\n')
        self.job("segment", "d.toml", "--output", "r.h5", "--no-profile")
        rows = self.table_of("deviations", "--rows", "brand", "--across", "why")
        self.assertEqual({row["brand"] for row in rows} | {row["attribute"] for row in rows}, {"a", "b"})

    def test_wrong_input(self):
        job = ["positioning", "r.h5", "--output", "no.h5"]
        self.assert_fails(2, ["--rows and --across"], 2, *job, "--rows", "x", cwd=self.folder)
        self.assert_fails(3, ["nowhere"], 2, *job, "--rows", "nowhere", "--across", "x", cwd=self.folder)
        self.assert_fails(2, ["positioning.brands", "two brands"], 1, *job, "--set", 'positioning.brands=["A"]', cwd=self.folder)
        self.assert_fails(2, ["positioning.columns", "{attribute}"], 1, *job, "--set", 'positioning.columns="image_{brand}"', cwd=self.folder)
        self.assert_fails(2, ["positioning.brands", "a name of its own"], 1, *job, "--set", 'positioning.brands=["A", "A"]', cwd=self.folder)
        self.assert_fails(3, ["image_C_modern"], 2, *job, "--set", 'positioning.brands=["A", "C"]', cwd=self.folder)
        self.assert_fails(3, ["t.h5"], 1, "positioning", "t.h5", "--output", "no.h5", cwd=self.folder)
        self.assertFalse((self.folder / "no.h5").exists())


if __name__ == "__main__":
    unittest.main()
