"""A peer: what `psychograph segment` does, with h5py, numpy and scikit-learn, in the way one would write it.

    segment_with_sklearn.py TABLE START OUTPUT --k K --iterations N [--segments-alone]

Reads every column, takes its statistics, z-scores, clusters from START (/centroids [k, features] in the table's
units), and writes customers with segment, distance, runner-up and margin, centroids and statistics.
--segments-alone leaves out the statistics, the runner-up and the margin. Prints {"inertia": ..., "iterations": ...}.
"""
import argparse
import json
import os
import warnings

import h5py
import numpy as np
from sklearn.cluster import KMeans
from sklearn.exceptions import ConvergenceWarning

QUANTILES = [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99]


def read(path):
    """(ids, rows [n, p] z-scored float32, {statistic: [p]})."""
    with h5py.File(path) as file:
        names = sorted(name for name in file["customers"] if name != "customer_id")
        ids = file["customers/customer_id"][()]
        rows = np.empty((len(ids), len(names)), dtype=np.float32)
        statistics = {name: [] for name in ("mean", "sd", "min", "max", "quantiles")}
        for j, name in enumerate(names):
            column = file["customers"][name][()].astype(np.float64)
            mean, sd = column.mean(), column.std()
            rows[:, j] = (column - mean) / sd
            statistics["mean"].append(mean)
            statistics["sd"].append(sd)
            if not options.segments_alone:
                statistics["min"].append(column.min())
                statistics["max"].append(column.max())
                statistics["quantiles"].append(np.quantile(column, QUANTILES))
    return ids, rows, {name: np.array(values) for name, values in statistics.items() if values}


def nearest_two(rows, model):
    """Distances to the nearest and second nearest centroid, and which the second is; block by block."""
    nearest = np.empty(len(rows), dtype=np.float32)
    second = np.empty(len(rows), dtype=np.float32)
    runner_up = np.empty(len(rows), dtype=np.int32)
    step = 100_000
    for first in range(0, len(rows), step):
        block = slice(first, first + step)
        distances = model.transform(rows[block])
        order = np.argpartition(distances, 1, axis=1)[:, :2]
        two = np.take_along_axis(distances, order, axis=1)
        order = np.take_along_axis(order, np.argsort(two, axis=1), axis=1)
        two.sort(axis=1)
        nearest[block], second[block], runner_up[block] = two[:, 0], two[:, 1], order[:, 1]
    return nearest, second, runner_up


def own_distance(rows, model):
    distance = np.empty(len(rows), dtype=np.float32)
    step = 100_000
    for first in range(0, len(rows), step):
        block = slice(first, first + step)
        distance[block] = np.linalg.norm(rows[block] - model.cluster_centers_[model.labels_[block]], axis=1)
    return distance


def main():
    warnings.simplefilter("ignore", ConvergenceWarning)
    ids, rows, statistics = read(options.table)
    with h5py.File(options.start) as file:
        start = ((file["centroids"][()] - statistics["mean"]) / statistics["sd"]).astype(np.float32)
    model = KMeans(options.k, init=start, n_init=1, tol=0, max_iter=options.iterations).fit(rows)
    with h5py.File(options.output, "w") as file:
        file["assignments/customer_id"] = ids
        file["assignments/segment"] = model.labels_.astype(np.int32)
        file["segments/centroids"] = model.cluster_centers_.astype(np.float64)
        file["segments/size"] = np.bincount(model.labels_, minlength=options.k)
        if options.segments_alone:
            file["assignments/distance"] = own_distance(rows, model)
        else:
            nearest, second, runner_up = nearest_two(rows, model)
            file["assignments/distance"] = nearest
            file["assignments/runner_up"] = runner_up
            file["assignments/margin"] = 1 - nearest / second
        for name, values in statistics.items():
            file[f"features/{name}"] = values
    descriptor = os.open(options.output, os.O_RDONLY)
    os.fsync(descriptor)
    print(json.dumps({"inertia": float(model.inertia_), "iterations": model.n_iter_}))


parser = argparse.ArgumentParser()
parser.add_argument("table")
parser.add_argument("start")
parser.add_argument("output")
parser.add_argument("--k", type=int, required=True)
parser.add_argument("--iterations", type=int, default=300)
parser.add_argument("--segments-alone", action="store_true")
options = parser.parse_args()
main()
