"""The pictures of a comparison: figures by the number of segments, runs against each other, and quality against time."""
import string

import charts
from figures import count, interval, is_known, signed, three, two
from structure import STABLE

MOST_PANELS = 6
MOST_PAIRS = 60
MOST_MATRICES, MOST_IN_MATRIX = 6, 16
MOST_CURVES, MOST_POINTS = 12, 60
FOREST = 180
CELL, HEAD = 40, 24
LARGE = 8  # a matrix of more runs takes the whole width


def grouped(rows, key):
    made = {}
    for row in rows:
        made.setdefault(key(row), []).append(row)
    return made


def by_table(runs):
    """Runs of the same features, encoded alike: figures of others don't stand on one scale."""
    return grouped(runs.done, lambda row: (row["block"], row["row"]))


def name_of(runs, table, words):
    """Of a block and a row option; empty where all runs have the same."""
    return ", ".join(words["parts"][key].format(value=value) for key, value in zip(("block", "row"), table) if key in runs.varying)


def left_out(runs):
    return max(0, len(by_table(runs)) - MOST_PANELS)


def by_k(runs, rows, name, shown, ends, **axes):
    """A line an algorithm and seed; None where no run has the figure."""
    known = [row for row in rows if is_known(row[name])]
    if not known:
        return None
    series = []
    for own in grouped(known, runs.series).values():
        points = {}
        for row in own:
            low, high = ends(row)
            points[row["k"]] = {"value": row[name], "low": low, "high": high, "text": shown(row[name])}
        series.append({"name": own[0]["algorithm"], "number": runs.number(own[0]), "points": points})
    return charts.lines(series, sorted({row["k"] for row in rows}), **axes)


def around(row):
    gap, error = row["reference_gap"], row["reference_error"]
    return (None, None) if not is_known(error) else (gap - error, gap + error)


def panels(runs, words):
    """One for each block and row option."""
    told = []
    for key, rows in list(by_table(runs).items())[:MOST_PANELS]:
        left = [row | {"left": None if not is_known(row["explained"]) else 1 - row["explained"]} for row in rows]
        drawn = {"stability": by_k(runs, rows, "stability", two, lambda row: (row["stability_low"], row["stability_high"]), low=0.0, high=1.0, marks=[(STABLE, "stable")]),
                 "reference": by_k(runs, rows, "reference_gap", lambda value: signed(value, 3), around, marks=[(0.0, "nothing")]),
                 "elbow": by_k(runs, left, "left", two, lambda row: (None, None))}
        told.append({"name": name_of(runs, key, words), "pictures": {name: one for name, one in drawn.items() if one}})
    return [one for one in told if one["pictures"]]


def apart(runs, row):
    """In how many things two runs differ, beside luck."""
    return sum(one != other for one, other in zip(*(runs.series(runs.by_id[row[name]]) for name in ("id", "other"))))


def differences(runs, words):
    """Which of two runs is more stable, by the same samples; where there are many, the largest differences of those that one thing sets apart."""
    rows = [row for row in runs.tables["differences"] if row["stability_difference"] is not None]
    told_of = rows if len(rows) <= MOST_PAIRS else [row for row in rows if apart(runs, row) == 1]
    shown = sorted(told_of, key=lambda row: -abs(row["stability_difference"]))[:MOST_PAIRS]
    far = max((abs(row[end]) for row in shown for end in ("low", "high", "stability_difference") if row[end] is not None), default=0) or 1.0
    place = charts.Scale(-far, far, 6, FOREST - 6)
    told = []
    for row in sorted(shown, key=lambda row: (runs.by_id[row["id"]]["k"], -abs(row["stability_difference"]))):
        one, other = runs.by_id[row["id"]], runs.by_id[row["other"]]
        figures = {"difference": row["stability_difference"], "difference_low": row["low"], "difference_high": row["high"]}
        verdict = "open" if row["low"] is None or row["low"] <= 0 <= row["high"] else "more" if row["low"] > 0 else "less"
        told.append({"k": one["k"], "one": runs.name(one, words), "other": runs.name(other, words), "difference": interval(figures, "difference", signed),
                     "verdict": verdict, "pairs": count(row["pairs"]), "x": place(row["stability_difference"]),
                     "low": None if row["low"] is None else place(row["low"]), "high": None if row["high"] is None else place(row["high"])})
    return {"rows": told, "left_out": len(rows) - len(shown), "width": FOREST, "middle": FOREST / 2}


def step(value):
    """Of five shades."""
    return max(0, min(4, int(5 * value)))


def matrix(runs, rows, found, words):
    """`found` {(id, id): adjusted Rand index}."""
    called = [runs.name(row, words) for row in rows]
    room = 30 + 5.8 * max(len(name) for name in called)
    width, height = round(room) + CELL * len(rows), HEAD + CELL * len(rows)
    letters = [string.ascii_lowercase[i] for i in range(len(rows))]
    names = [{"letter": letter, "name": name, "x": round(room + CELL * (i + 0.5) - 1, 1), "y": HEAD + CELL * (i + 0.5) + 3}
             for i, (letter, name) in enumerate(zip(letters, called))]
    cells = []
    for i, one in enumerate(rows):
        for j, other in enumerate(rows):
            value = 1.0 if i == j else found.get((one["id"], other["id"]), found.get((other["id"], one["id"])))
            if value is not None:
                cells.append({"x": round(room + CELL * j, 1), "y": HEAD + CELL * i, "text": two(value), "step": step(value)})
    return {"width": width, "height": height, "top": HEAD, "cell": CELL, "names": names, "cells": cells, "large": len(rows) > LARGE}


def agreement(runs, words):
    """How alike the segments of runs are; of the recommended numbers of segments, or of the first ones."""
    found = {(row["id"], row["other"]): row["adjusted_rand"] for row in runs.tables["agreement"]}
    alike = {k: rows for k, rows in sorted(grouped(runs.done, lambda row: row["k"]).items()) if len(rows) > 1}
    chosen = [k for k in alike if k in runs.recommended.values()] or list(alike)
    shown = chosen[:MOST_MATRICES]
    rows = [{"k": runs.by_id[row["id"]]["k"], "one": runs.name(runs.by_id[row["id"]], words), "other": runs.name(runs.by_id[row["other"]], words),
             "adjusted_rand": two(row["adjusted_rand"]), "nmi": two(row["nmi_arithmetic"]), "adjusted_information": two(row["adjusted_information"]),
             "customers": count(row["customers"])} for row in runs.tables["agreement"]]
    rows.sort(key=lambda row: row["k"])
    return {"matrices": [{"k": k, "picture": matrix(runs, alike[k][:MOST_IN_MATRIX], found, words), "left_out": max(0, len(alike[k]) - MOST_IN_MATRIX)} for k in shown],
            "others": [k for k in alike if k not in shown], "rows": rows[:5 * MOST_PAIRS], "left_out": max(0, len(rows) - 5 * MOST_PAIRS)}


def thinned(points):
    """Neighbours stand for each other where there are many; both ends stay."""
    each = -(-len(points) // MOST_POINTS)
    return points[:-1:each] + points[-1:]


def way_of(points):
    return [{"at": max(at, 1e-6), "value": value, "low": None, "high": None, "text": ""} for at, value in thinned(points)]


def curve(runs, row, steps, words):
    """How the objective of a run came to rest: each start's, and the best until then."""
    starts = grouped(steps, lambda one: one["start"])
    way = "rises" if is_known(row["bic"]) else "falls"  # a likelihood, or a loss
    best, until = [], None
    for one in sorted(steps, key=lambda one: one["seconds"]):
        if until is None or (one["objective"] > until if way == "rises" else one["objective"] < until):
            best += ([(one["seconds"], until)] if best else []) + [(one["seconds"], one["objective"])]
            until = one["objective"]
    best.append((max(one["seconds"] for one in steps), until))
    series = [{"number": 0, "faint": True, "points": way_of([(one["seconds"], one["objective"]) for one in own])} for own in starts.values()]
    last = {"number": runs.number(row), "faint": False, "points": way_of(best)}
    last["points"][-1]["text"] = three(until).replace("-", "−")
    return {"name": runs.name(row, words), "k": row["k"], "way": way, "starts": len(starts), "picture": charts.against_time(series + [last])}


def curves(runs, words):
    """Of each algorithm at the number of segments that is recommended to it, else at the least."""
    seconds = {(row["id"], row["start"], row["step"]): row["seconds"] for row in runs.tables["trace_seconds"]}
    steps = grouped([row | {"seconds": seconds[row["id"], row["start"], row["step"]]} for row in runs.tables["trace"]
                     if (row["id"], row["start"], row["step"]) in seconds and is_known(row["objective"])], lambda row: row["id"])
    chosen = []
    for series, rows in grouped(runs.done, runs.series).items():
        there = [row for row in rows if row["k"] == runs.recommended.get(series)] or [min(rows, key=lambda row: row["k"])]
        chosen += [row for row in there if row["id"] in steps]
    return [curve(runs, row, steps[row["id"]], words) for row in chosen[:MOST_CURVES]], max(0, len(chosen) - MOST_CURVES)


def spent(runs, rows):
    """Agreement against the seconds of all fits; None where nobody looked at a clock."""
    known = [row for row in rows if is_known(row["stability"]) and runs.seconds.get(row["id"])]
    if not known:
        return None
    return charts.against_time([{"number": runs.number(own[0]), "faint": False, "name": own[0]["algorithm"],
                                 "points": [{"at": max(runs.seconds[row["id"]], 1e-6), "value": row["stability"], "low": row["stability_low"],
                                             "high": row["stability_high"], "text": str(row["k"])} for row in sorted(own, key=lambda row: row["k"])]}
                                for own in grouped(known, runs.series).values()], 0.0, 1.0)


def time(runs, words):
    """Quality against time; None where the file has no times."""
    drawn, more = curves(runs, words)
    by_seconds = [{"name": name_of(runs, key, words), "picture": spent(runs, rows)} for key, rows in list(by_table(runs).items())[:MOST_PANELS]]
    by_seconds = [one for one in by_seconds if one["picture"]]
    if not drawn and not by_seconds:
        return None
    return {"curves": drawn, "left_out": more, "spent": by_seconds, "names": [{"number": i + 1, "name": name} for i, name in enumerate(runs.algorithms)]}
