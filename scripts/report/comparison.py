"""What `compare` has laid side by side, as plain values: a report of its own. Measures stand beside each other, and no score is made of them."""
import os

import contrasts
from figures import count, interval, percent, signed, three, two
from structure import beyond, gaps, smallest

MOST_RUNS = 500  # of a table
ENOUGH_PAIRS = 10  # for a verdict, as `compare` warns
KEYS = ("seed", "block", "row")  # beside algorithm and k: what runs may differ in


class Runs:
    """The runs, and what they are called where several are told of."""

    def __init__(self, tables):
        self.tables = tables
        self.rows = tables["runs"]
        self.done = [row for row in self.rows if not row["error"]]
        self.by_id = {row["id"]: row for row in self.rows}
        self.varying = [key for key in KEYS if len({row[key] for row in self.rows}) > 1]
        self.algorithms = list(dict.fromkeys(row["algorithm"] for row in self.rows))
        self.seconds = {row["id"]: row["seconds_fitting"] for row in tables["timings"]}
        self.recommended = {self.series(row): row["recommended"] for row in tables["verdicts"]}
        self.segments, self.borders = {}, {}
        for name, own in (("segments", self.segments), ("borders", self.borders)):
            for row in tables[name]:
                own.setdefault(row["id"], []).append(row)

    def series(self, row):
        """What runs of one algorithm by k have in common."""
        return tuple(row[key] for key in ("algorithm", *KEYS))

    def number(self, row):
        return self.algorithms.index(row["algorithm"]) + 1

    def name(self, row, words, without=()):
        return ", ".join([row["algorithm"]] + [words["parts"][key].format(value=row[key]) for key in self.varying if key not in without])

    def ordered(self):
        """Runs of one number of segments stand together."""
        return sorted(self.rows, key=lambda row: row["k"])


def cells(runs, row, least, words):
    """Every measure of a run, as it is read, by its name."""
    own = runs.segments.get(row["id"], [])
    borders = runs.borders.get(row["id"], [])
    judged = {"gaps": sum(one["gap"] for one in borders), "borders": len(borders)}
    return {"customers": count(row["n"]), "agreement": interval(row, "stability", two), "least_jaccard": two(row["least_jaccard"]),
            "gaps": gaps(own, judged, words) if row["stability"] is not None else "–", "prediction": prediction(row),
            "smallest": smallest(own, least), "verdict": row["verdict"],
            "against": beyond(row), "inertia": three(row["inertia"]), "explained": percent(row["explained"]), "silhouette": signed(row["silhouette"]),
            "simplified": signed(row["simplified_silhouette"]), "calinski_harabasz": negative(row["calinski_harabasz"]), "davies_bouldin": two(row["davies_bouldin"]),
            "bic": negative(row["bic"]), "icl": negative(row["icl"]),
            "objective": negative(row["objective"]), "iterations": count(row["iterations"]), "converged": words["separated"]["1" if row["converged"] else "0"],
            "starts": words["of"].format(some=count(row["reached"]), all=count(row["starts"])), "seconds": three(runs.seconds.get(row["id"])), "id": row["id"]}


def negative(value):
    """A figure that may be less than nothing, or without bounds."""
    return three(value).replace("-", "−").replace("inf", "∞")


def prediction(row):
    named = {f"prediction_strength{end}": row[f"prediction_{name}"] for end, name in (("", "strength"), ("_low", "low"), ("_high", "high"))}
    return interval(named, "prediction_strength", two)


TABLES = {"stability": ("verdict", "agreement", "least_jaccard", "gaps", "prediction", "smallest", "customers"),
          "tightness": ("against", "inertia", "explained", "silhouette", "simplified", "calinski_harabasz", "davies_bouldin", "bic", "icl", "customers"),
          "search": ("objective", "iterations", "converged", "starts", "seconds", "id")}


def side_by_side(runs, least, words, several):
    """Three tables of the same runs; measures that no run has are left out."""
    shown = [row for row in runs.ordered() if not row["error"]][:MOST_RUNS]
    told = [cells(runs, row, least, several) for row in shown]
    made = []
    for name, keys in TABLES.items():
        there = [key for key in keys if any(one[key] not in ("–", "") for one in told)]
        made.append({"name": name, "columns": there,
                     "rows": [{"algorithm": row["algorithm"], "k": row["k"], "own": [str(row[key]) for key in runs.varying],
                               "recommended": runs.recommended.get(runs.series(row)) == row["k"], "cells": [one[key] for key in there]}
                              for row, one in zip(shown, told)]})
    return [one for one in made if one["rows"]]


def verdicts(runs):
    return [{"algorithm": row["algorithm"], "number": runs.number(row), "own": [str(row[key]) for key in runs.varying], "recommended": row["recommended"],
             "words": row["words"]} for row in runs.tables["verdicts"]]


def judged(runs):
    return any(row["stability"] is not None for row in runs.done)


def trust(runs, words):
    """How far to believe it, in sentences."""
    said = []
    if not judged(runs):
        return [words["not_judged"]]
    asked = [row["recommended"] for row in runs.tables["verdicts"]]
    found = sorted(set(asked) - {0})
    if len(asked) > 1 and len(set(asked)) == 1 and found:
        said.append(words["agree"].format(k=found[0], all=len(asked)))
    elif found:
        each = ", ".join(words["times"].format(k=k, some=asked.count(k), all=len(asked)) for k in found)
        said.append(words["differ"].format(each=each) if len(asked) > 1 else words["one"].format(k=found[0]))
        if 0 in asked and len(asked) > 1:
            said.append(words["some_none"].format(some=asked.count(0), all=len(asked)))
    else:
        said.append(words["none"])
    if not any(row["verdict"] == "natural" for row in runs.done):
        said.append(words["no_natural"])
    pairs = max(row["pair"] for row in runs.tables["stability"]) + 1
    said.append(words["pairs" if pairs >= ENOUGH_PAIRS else "few_pairs"].format(pairs=pairs))
    return said + [words["chosen_by"]]


def of(found, words):
    """The report; `kind` says which."""
    own = words["comparison"]
    runs = Runs(found["comparison"])
    base = [row["n"] for row in runs.done] or [0]
    failed = [{"id": row["id"], "name": runs.name(row, own), "k": row["k"], "error": row["error"]} for row in runs.rows if row["error"]]
    run, ways = found["run"], len({runs.series(row) for row in runs.rows})
    return {"kind": "comparison", "title": own["title" if ways > 1 else "title_one"].format(ways=count(ways)), "run_count": count(len(runs.rows)), "file": os.fsencode(found["path"]).decode("utf-8", "replace"),
            "customers": count(max(base)), "fewest": count(min(base)) if min(base) < max(base) else None, "varying": runs.varying,
            "algorithms": runs.algorithms, "numbers": sorted({row["k"] for row in runs.rows}), "verdicts": verdicts(runs), "trust": trust(runs, own["trust"]) if runs.done else [],
            "judged": judged(runs), "runs": side_by_side(runs, found["least"], own, words["structure"]), "left_out": max(0, len(runs.done) - MOST_RUNS), "failed": failed,
            "panels": contrasts.panels(runs, own), "panels_left_out": contrasts.left_out(runs), "differences": contrasts.differences(runs, own),
            "agreement": contrasts.agreement(runs, own), "time": contrasts.time(runs, own),
            "run": {key: run.get(key) for key in ("version", "job", "command", "ranks", "input_fingerprint")}, "spec": found["spec"], "more": {}}
