"""A peer: scikit-learn's GaussianMixture on raw rows, from a given start. Prints one JSON object.

    sklearn_mixture.py ROWS START FEATURES diagonal|full ITERATIONS

From the centroids ten iterations of k-means, and EM from the weights, means and covariances of its clusters: where
Psychograph's begins. Rows are doubles, with which it is about twice as fast as with floats. What a fit takes besides its
iterations is measured by fits of one, and taken off. OPENBLAS_NUM_THREADS says how many threads.
"""
import json
import sys
import time
import warnings

import numpy as np
from sklearn.cluster import KMeans
from sklearn.exceptions import ConvergenceWarning
from sklearn.mixture import GaussianMixture

RIDGE = 1e-6


def start_of(rows, centroids, covariance):
    """weights, means and precisions of the clusters."""
    labels = KMeans(len(centroids), init=centroids, n_init=1, max_iter=10, tol=0, algorithm="lloyd").fit(rows).labels_
    groups = [rows[labels == label] for label in range(len(centroids))]
    if covariance == "diagonal":
        precisions = [1 / (group.var(axis=0) + RIDGE) for group in groups]
    else:
        precisions = [np.linalg.inv(np.cov(group.T, bias=True) + RIDGE * np.eye(rows.shape[1])) for group in groups]
    return {"weights_init": np.array([len(group) / len(rows) for group in groups]),
            "means_init": np.array([group.mean(axis=0) for group in groups]), "precisions_init": np.array(precisions)}


def fit(rows, start, covariance, iterations):
    """(model, seconds). tol = 0: so many iterations."""
    model = GaussianMixture(len(start["means_init"]), covariance_type="diag" if covariance == "diagonal" else covariance,
                            tol=0, reg_covar=RIDGE, max_iter=iterations, init_params="random_from_data", random_state=1, **start)
    started = time.perf_counter()
    model.fit(rows)
    return model, time.perf_counter() - started


def main():
    rows_path, start_path, features, covariance, iterations = sys.argv[1:]
    warnings.simplefilter("ignore", ConvergenceWarning)
    rows = np.fromfile(rows_path, dtype=np.float32).reshape(-1, int(features)).astype(np.float64)
    centroids = np.fromfile(start_path, dtype=np.float32).reshape(-1, int(features)).astype(np.float64)
    start = start_of(rows, centroids, covariance)
    before = fit(rows, start, covariance, 1)[1]
    model, seconds = fit(rows, start, covariance, int(iterations))
    seconds_one = min(before, fit(rows, start, covariance, 1)[1])
    print(json.dumps({
        "seconds_per_iteration": (seconds - seconds_one) / (model.n_iter_ - 1),
        "iterations": model.n_iter_,
        "log_likelihood": float(model.lower_bound_) * len(rows),
    }))


main()
