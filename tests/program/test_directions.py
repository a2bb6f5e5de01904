#!/usr/bin/env python3
"""spherical, trimmed, medoids, and k-means in few dimensions: likewise."""
import json
import unittest

import h5py
import numpy as np

from program import read
from research import DATA, ITEMS, REFERENCES, Credit


class Directions(Credit):
    """spherical, and trimmed."""

    def bfi(self):
        self.run_ok(1, "import", DATA / "bfi/bfi.csv", "--id", "row_name", "--output", "bfi.h5", "--quiet", cwd=self.folder)

    def write(self, algorithm, k, scale="none", more=""):
        (self.folder / "s.toml").write_text(
            f'[input]\nfiles = ["bfi.h5"]\nid = "customer_id"\n[[features]]\ncolumns = {json.dumps(ITEMS)}\n'
            f'scale = "{scale}"\nmissing = "drop"\n[cluster]\nalgorithm = "{algorithm}"\nk = {k}\n{more}\n')

    def test_spherical_references(self):
        """At most 2e-4 above (k = 2: 1e-6)."""
        self.bfi()
        for name, case in REFERENCES.items():
            if case.get("kind") != "spherical":
                continue
            k = int(name[-1])
            # The reference's z-scores are of the complete rows, as they are where rows lacking a cell are dropped.
            self.write("spherical", k, "none" if "raw" in name else "zscore", 'restarts = 40\ninit = "random"')
            self.run_ok(2, "segment", "s.toml", "--output", "r.h5", "--quiet", "--no-profile", cwd=self.folder)
            cost = read(self.path("r.h5"))["objective"] / 2
            self.assertLessEqual(cost / case["value"][0] - 1, 1e-6 if k == 2 else 2e-4, name)
            self.assertGreater(cost / case["value"][0], 1 - 1e-4, name)

    def test_trimmed_references(self):
        """At most 1e-3 above; lower is better."""
        self.bfi()
        case = REFERENCES["bfi_trimmed_0.1_k3"]["value"]
        self.write("trimmed", 3, more='trim = 0.1\nrestarts = 25\ninit = "random"')
        said = self.run_ok(2, "segment", "s.toml", "--output", "r.h5", "--no-profile", cwd=self.folder).stdout
        self.assertIn("in no segment (-1): farther than", said)
        run = read(self.path("r.h5"))
        with h5py.File(self.path("r.h5")) as file:
            segment, runner_up = file["assignments/segment"][:], file["assignments/runner_up"][:]
            distance, margin = file["assignments/distance"][:], file["assignments/margin"][:]
        kept = (segment >= 0).sum()
        self.assertEqual(kept, case["kept"])
        self.assertLessEqual(run["objective"] / kept, case["mean_sq"] * (1 + 1e-3))
        self.assertAlmostEqual((distance[segment >= 0].astype(float) ** 2).sum() / run["objective"], 1, delta=1e-5)
        left = (segment < 0) & np.isfinite(distance)
        self.assertEqual(left.sum(), 2436 - kept)
        self.assertGreaterEqual(distance[left].min(), distance[segment >= 0].max())
        self.assertTrue((runner_up[left] >= 0).all() and np.isnan(margin[left]).all())

    def test_medoid_references(self):
        """At most 1e-3 above R's pam, and 5e-3 above its clara."""
        self.bfi()
        for name, case in REFERENCES.items():
            if case.get("kind") != "medoids":
                continue
            metric = "manhattan" if "manhattan" in name else "euclidean"
            k = 3 if "k3" in name else 5
            self.write("medoids", k, more=f'metric = "{metric}"')
            self.run_ok(2, "segment", "s.toml", "--output", "r.h5", "--quiet", "--no-profile", cwd=self.folder)
            run = read(self.path("r.h5"))
            self.assertLessEqual(run["objective"] / case["value"]["total"], 1 + 1e-3, name)
            with h5py.File(self.path("r.h5")) as file:
                distance, segment = file["assignments/distance"][:].astype(float), file["assignments/segment"][:]
                medoids = file["segments/centroids_original"][:]
            self.assertAlmostEqual(distance[segment >= 0].sum() / run["objective"], 1, delta=1e-6)
            np.testing.assert_allclose(medoids, np.rint(medoids), atol=1e-5)  # real customers' answers
        self.assertEqual(run["objective_name"].decode(), "distance")

    def test_medoids_through_the_jobs(self):
        self.bfi()
        self.write("medoids", 4, more='metric = "manhattan"\nrestarts = 2')
        self.assert_through_the_jobs("bfi.h5", carried_on=False)
        self.run_ok(2, "evaluate", "r.h5", "--quiet", "--output", "q.h5", cwd=self.folder)
        for more, told in (('metric = "chebyshev"', "cluster.metric"), ("refine = true", "cluster.refine"), ('init = "random"', "cluster.init")):
            self.write("medoids", 3, more=more)
            self.assert_fails(2, [told], 2, "segment", "s.toml", "--output", "r.h5", cwd=self.folder)
        self.write("medoids", 1001)
        self.assert_fails(2, ["cluster.k", "1000"], 2, "segment", "s.toml", "--output", "r.h5", cwd=self.folder)
        self.write("kmeans", 3, more='metric = "manhattan"')
        self.assert_fails(2, ["cluster.metric"], 2, "segment", "s.toml", "--output", "r.h5", cwd=self.folder)

    def test_kmedians_through_the_jobs(self):
        self.bfi()
        self.write("kmedians", 4, more="restarts = 3")
        self.assert_through_the_jobs("bfi.h5")
        with h5py.File(self.path("r.h5")) as file:
            distance, segment = file["assignments/distance"][:].astype(float), file["assignments/segment"][:]
            medians = file["segments/centroids_original"][:]
        self.assertAlmostEqual(distance[segment >= 0].sum() / read(self.path("r.h5"))["objective"], 1, delta=1e-6)
        np.testing.assert_allclose(medians, np.rint(medians), atol=1e-5)  # answers that can be given
        self.write("kmedians", 3, more="refine = true")
        self.assert_fails(2, ["cluster.refine", "medians"], 2, "segment", "s.toml", "--output", "r.h5", cwd=self.folder)
        with h5py.File(self.path("amounts.h5"), "w") as file:
            file["customers/customer_id"] = np.arange(300)
            file["customers/spend"] = np.random.default_rng(1).normal(size=300)
        (self.folder / "amounts.toml").write_text('[input]\nfiles = ["amounts.h5"]\nid = "customer_id"\n[[features]]\ncolumns = ["spend"]\n'
                                                  '[cluster]\nalgorithm = "kmedians"\nk = 3\n')
        self.assert_fails(2, ["64 different values", '"spend"', "medoids"], 2, "segment", "amounts.toml", "--output", "r.h5", cwd=self.folder)

    def test_wards_tree_through_the_jobs(self):
        self.bfi()
        labels = {}
        for k in (3, 4, 5):
            self.write("ward", k, more="micro_clusters = 80\nrestarts = 1")
            self.run_ok(2, "segment", "s.toml", "--output", "r.h5", "--quiet", cwd=self.folder)
            with h5py.File(self.path("r.h5")) as file:
                labels[k] = file["assignments/segment"][:]
                merges = {name: file[f"dendrogram/merges/{name}"][:] for name in ("left", "right", "increase", "customers")}
                leaves = {name: file[f"dendrogram/leaves/{name}"][:] for name in ("segment", "customers")}
                inertia = file["run"].attrs["inertia"]
        for few, more in ((3, 4), (4, 5)):  # within each other, customer by customer
            pairs = set(zip(labels[more].tolist(), labels[few].tolist()))
            self.assertEqual(len(pairs), len(set(labels[more].tolist())))
        self.assertEqual(len(leaves["segment"]), 80)
        self.assertEqual(len(merges["left"]), 79)
        taken = labels[5] >= 0
        self.assertEqual(leaves["customers"].sum(), taken.sum())
        self.assertEqual(merges["customers"][-1], taken.sum())
        for c in range(5):
            self.assertEqual(leaves["customers"][leaves["segment"] == c].sum(), (labels[5] == c).sum())
        self.assertTrue((np.diff(merges["increase"]) >= 0).all())
        # The tree cut by hand gives the segments.
        cluster = {i: {i} for i in range(80)}
        for i in range(80 - 5):
            cluster[80 + i] = cluster.pop(int(merges["left"][i])) | cluster.pop(int(merges["right"][i]))
        self.assertEqual({frozenset(one) for one in cluster.values()},
                         {frozenset(np.flatnonzero(leaves["segment"] == c).tolist()) for c in range(5)})
        self.assertGreater(inertia, 0)
        self.run_ok(2, "verify", "r.h5", "--quiet", cwd=self.folder)
        self.assert_through_the_jobs("bfi.h5", carried_on=False)
        self.write("ward", 3, more="micro_clusters = 80\n[privacy]\nmin_cell = 5")
        self.run_ok(2, "segment", "s.toml", "--output", "r.h5", "--quiet", cwd=self.folder)
        with h5py.File(self.path("r.h5")) as file:
            self.assertNotIn("dendrogram", file)
        for more, told in (("micro_clusters = 1", "cluster.micro_clusters"), ("refine = true", "cluster.refine"), ('init = "random"', "cluster.init")):
            self.write("ward", 3, more=more)
            self.assert_fails(2, [told], 2, "segment", "s.toml", "--output", "r.h5", cwd=self.folder)
        self.write("ward", 30, more="micro_clusters = 20")
        self.assert_fails(2, ["cluster.k", "20 micro-clusters"], 2, "segment", "s.toml", "--output", "r.h5", cwd=self.folder)
        self.write("kmeans", 3, more="micro_clusters = 20")
        self.assert_fails(2, ["cluster.micro_clusters"], 2, "segment", "s.toml", "--output", "r.h5", cwd=self.folder)

    def test_in_few_dimensions_through_the_jobs(self):
        self.bfi()
        for algorithm in ("reduced_kmeans", "factor_kmeans"):
            self.write(algorithm, 4, "zscore", "dimensions = 2\nrestarts = 3")
            self.assert_through_the_jobs("bfi.h5", .95)
            with h5py.File(self.path("r.h5")) as file:
                centroids = file["segments/centroids"][:]
            self.assertLess(np.linalg.svd(centroids[1:] - centroids[0], compute_uv=False)[2], 1e-9)  # they lie in two
        said = self.run_ok(2, "segment", "s.toml", "--output", "r.h5", "--no-profile", cwd=self.folder).stderr
        self.assertIn("segments may differ in others", said)
        for algorithm, more, told in (("kmeans", "dimensions = 2", "cluster.dimensions"), ("reduced_kmeans", "dimensions = 0", "cluster.dimensions"),
                                      ("reduced_kmeans", "refine = true", "cluster.refine")):
            self.write(algorithm, 3, more=more)
            self.assert_fails(2, [told], 2, "segment", "s.toml", "--output", "r.h5", cwd=self.folder)

    def test_through_the_jobs(self):
        self.bfi()
        for algorithm, scale in (("spherical", "none"), ("spherical", "zscore"), ("trimmed", "zscore")):
            self.write(algorithm, 4, scale)
            self.assert_through_the_jobs("bfi.h5")
            with h5py.File(self.path("r.h5")) as found:
                original = found["segments/centroids_original"][:]
                if algorithm == "spherical":
                    self.assertAlmostEqual(np.linalg.norm(found["segments/centroids"][0]), 1, places=9)
            self.assertTrue((original > 0).all() and (original < 7).all())  # answers
            self.run_ok(2, "evaluate", "r.h5", "--quiet", "--output", "q.h5", cwd=self.folder)

    def test_refused(self):
        self.bfi()
        for algorithm, more, told in (("trimmed", "trim = 0.6", "trim"), ("kmeans", "trim = 0.1", "trim"),
                                      ("trimmed", "refine = true", "refine"), ("spherical", "refine = true", "refine")):
            self.write(algorithm, 3, more=more)
            self.assert_fails(2, [told], 2, "segment", "s.toml", "--output", "r.h5", cwd=self.folder)


if __name__ == "__main__":
    unittest.main()
