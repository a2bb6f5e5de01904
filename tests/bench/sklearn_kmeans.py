"""A peer: scikit-learn's KMeans on raw float32 rows, from a given start. Prints one JSON object.

    sklearn_kmeans.py ROWS START FEATURES lloyd|elkan ITERATIONS

What a fit takes besides its iterations (checks, a copy, the mean) is measured by fits of one iteration, before and
after, and taken off. OMP_NUM_THREADS says how many threads.
"""
import json
import sys
import time
import warnings

import numpy as np
from sklearn.cluster import KMeans
from sklearn.exceptions import ConvergenceWarning


def fit(rows, start, algorithm, iterations):
    """(model, seconds). tol = 0: until no label changes."""
    model = KMeans(n_clusters=len(start), init=start, n_init=1, max_iter=iterations, tol=0, algorithm=algorithm)
    started = time.perf_counter()
    model.fit(rows)
    return model, time.perf_counter() - started


def main():
    rows_path, start_path, features, algorithm, iterations = sys.argv[1:]
    warnings.simplefilter("ignore", ConvergenceWarning)
    rows = np.fromfile(rows_path, dtype=np.float32).reshape(-1, int(features))
    start = np.fromfile(start_path, dtype=np.float32).reshape(-1, int(features))
    fit(rows, start, "lloyd", 1)  # threads are started, code is loaded, memory for the copy is there
    before = fit(rows, start, "lloyd", 1)[1]
    model, seconds = fit(rows, start, algorithm, int(iterations))
    seconds_one = min(before, fit(rows, start, "lloyd", 1)[1])
    print(json.dumps({
        "seconds_cluster": seconds - seconds_one,
        "seconds_per_iteration": (seconds - seconds_one) / max(1, model.n_iter_ - 1),
        "iterations": model.n_iter_,
        "inertia": float(model.inertia_),
    }))


main()
