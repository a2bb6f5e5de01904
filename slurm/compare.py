#!/usr/bin/python3
"""Results of `psychograph segment` side by side: prints a table, and writes it as CSV.

    compare.py --output comparison.csv [--since SECONDS] k002.h5 k003.h5 ...

mean_margin is the mean over the customers of 1 - (distance to the own centroid) / (distance to the next one),
which is the simplified silhouette: 1 is far apart, 0 is on the border. inertia_drop is the fall of the inertia
against the next smaller k of the same init: where it flattens out, further segments explain little. Results
that are missing, or older than --since, are named, and make the exit code 3.
"""
import argparse
import csv
import os
import secrets
import sys
import tomllib

import h5py
import numpy as np

ROWS_AT_A_TIME = 1 << 22
COLUMNS = ("k", "init", "inertia", "inertia_drop", "mean_margin", "smallest_share", "largest_share", "iterations",
           "converged", "seconds_total", "ranks", "file")


def mean_margin(margin):
    """Over the customers that have a segment, in a sum that is the same however the rows are read."""
    total, count = 0, 0
    for first in range(0, len(margin), ROWS_AT_A_TIME):
        block = margin[first:first + ROWS_AT_A_TIME].astype(np.float64)
        block = block[~np.isnan(block)]
        total += int(np.rint(block * 2.0**32).astype(np.int64).sum())
        count += len(block)
    return total / 2.0**32 / count if count else float("nan")


def read(path):
    with h5py.File(path) as file:
        run, shares = file["run"].attrs, file["segments/share"][()]
        spec = tomllib.loads(file["run/spec"][()].decode().rstrip("\0"))
        return {"k": int(run["k"]), "init": spec.get("cluster", {}).get("init", ""), "inertia": float(run["inertia"]),
                "mean_margin": mean_margin(file["assignments/margin"]), "smallest_share": float(shares.min()),
                "largest_share": float(shares.max()), "iterations": int(run["iterations"]),
                "converged": int(run["converged"]), "seconds_total": float(run["seconds_total"]),
                "ranks": int(run["ranks"]), "file": path}


def what_is_wrong(path, since):
    if not os.path.exists(path):
        return "no result"
    return "an earlier result, and no new one" if os.stat(path).st_mtime < since else None


def write(path, rows):
    folder, name = os.path.split(path)
    partial = os.path.join(folder, f".{name}.partial-{secrets.token_hex(8)}")
    try:
        with open(partial, "x", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, COLUMNS)
            writer.writeheader()
            writer.writerows(rows)
        os.replace(partial, path)
    except BaseException:
        if os.path.exists(partial):
            os.remove(partial)
        raise


def add_drops(rows):
    before = {}
    for row in rows:
        last = before.get(row["init"])
        row["inertia_drop"] = 1 - row["inertia"] / last if last else ""
        before[row["init"]] = row["inertia"]


def as_text(row):
    shown = {"inertia": ".6g", "inertia_drop": ".1%", "mean_margin": ".4f", "smallest_share": ".1%",
             "largest_share": ".1%", "seconds_total": ".1f"}
    return [format(row[name], shown.get(name, "")) if row[name] != "" else "" for name in COLUMNS]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("results", nargs="+", metavar="RESULT.h5")
    parser.add_argument("--output", required=True, metavar="FILE", help="the table as CSV")
    parser.add_argument("--since", type=float, default=0.0, metavar="SECONDS",
                        help="since 1970: what was last written before then is no result")
    options = parser.parse_args()

    missing = {path: why for path in options.results if (why := what_is_wrong(path, options.since))}
    rows = sorted((read(path) for path in options.results if path not in missing),
                  key=lambda row: (row["init"], row["k"]))
    add_drops(rows)
    write(options.output, rows)

    lines = [COLUMNS, *map(as_text, rows)]
    widths = [max(map(len, column)) for column in zip(*lines)]
    for line in lines:
        print("  ".join(cell.rjust(width) for cell, width in zip(line, widths)))
    for path, why in missing.items():
        print(f"compare.py: {path}: {why}: its task failed or was cancelled", file=sys.stderr)
    return 3 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
