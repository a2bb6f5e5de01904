"""A peer: scikit-learn's BisectingKMeans on raw float32 rows. Prints one JSON object.

    sklearn_bisecting.py ROWS FEATURES K ITERATIONS

One random start a split, of at most so many iterations. OMP_NUM_THREADS says how many threads.
"""
import json
import sys
import time
import warnings

import numpy as np
from sklearn.cluster import BisectingKMeans
from sklearn.exceptions import ConvergenceWarning


def main():
    rows_path, features, k, iterations = sys.argv[1:]
    warnings.simplefilter("ignore", ConvergenceWarning)
    rows = np.fromfile(rows_path, dtype=np.float32).reshape(-1, int(features))

    def fit(table, clusters):
        model = BisectingKMeans(clusters, init="random", n_init=1, max_iter=int(iterations), tol=0, random_state=1)
        started = time.perf_counter()
        model.fit(table)
        return model, time.perf_counter() - started

    fit(rows[:1000], 2)  # threads are started, code is loaded
    model, seconds = fit(rows, int(k))
    print(json.dumps({"seconds": seconds, "inertia": float(model.inertia_)}))


main()
