"""What the report needs of a result file, as plain values."""
import math
import pathlib
import re

import h5py
import numpy as np


class Unreadable(Exception):
    """The file is no result that can be shown."""


def text(value):
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def cells(dataset):
    values = dataset[()]
    if values.dtype.kind in "SO":
        return [text(value) for value in values]
    if values.dtype.kind == "f":
        return [None if math.isnan(value) else float(value) for value in values]
    return [int(value) for value in values]


def table(file, name):
    """A tidy table as a list of rows; none where the file has no such table."""
    if name not in file:
        return []
    group = file[name]
    columns = text(group.attrs["columns"]).split(",")
    values = [cells(group[column]) for column in columns]
    return [dict(zip(columns, row)) for row in zip(*values)]


def attributes(group):
    def plain(value):
        if isinstance(value, (bytes, str)):
            return text(value)
        value = np.asarray(value)
        if value.ndim == 0:
            number = value.item()
            return None if isinstance(number, float) and math.isnan(number) else number
        return [plain(one) for one in value]
    return {name: plain(value) for name, value in group.attrs.items()}


def quarter(group):
    """One of /history, as far as it is told."""
    told = attributes(group)
    told["segments"] = [dict(zip(("id", "name", "size", "share"), row))
                        for row in zip(*(cells(group["segments"][name]) for name in ("id", "name", "size", "share")))]
    for name, columns in (("matches", ("id", "name", "size_before", "size_now", "share_before", "share_now", "share_of_old",
                                       "largest_shift_column", "shift_per_column")),
                          ("events", ("change", "old_id", "new_id", "shared")),
                          ("features", ("name", "stability_index", "mean_shift", "missing_before", "missing_now"))):
        if name in group:
            told[name] = [dict(zip(columns, row)) for row in zip(*(cells(group[name][column]) for column in columns))]
    if "migration" in group:
        told["migration"] = group["migration"][()].tolist()
        told["old_id"], told["new_id"] = cells(group["old_id"]), cells(group["new_id"])
        told["reasons"] = cells(group["verdict/reasons"])
    return told


def structure(file, least):
    """What /quality says of each number of segments; None where there was one number."""
    if "quality/structure" not in file:
        return None
    group = file["quality"]
    told = {name: table(group, name) for name in ("structure", "segments", "pairs", "borders", "origins")}
    return told | {"about": attributes(group["structure"]), "least": least, "counts": group["border_counts"][()].tolist() if "border_counts" in group else []}


def dendrogram(file):
    if "dendrogram" not in file:
        return None
    merged, leaves = (table(file["dendrogram"], name) for name in ("merges", "leaves"))
    told = {name: [one[name] for one in merged] for name in ("left", "right", "increase", "customers")}
    told |= {"segment": [one["segment"] for one in leaves], "leaf_customers": [one["customers"] for one in leaves]}
    m, merges = len(told["segment"]), len(told["increase"])
    if merges != m - 1 or any(len(told[name]) != merges for name in ("left", "right", "customers")):
        raise ValueError(f"/dendrogram joins {m} groups in {merges} steps")
    if any(not 0 <= child < m + i for i, children in enumerate(zip(told["left"], told["right"])) for child in children) or len({*told["left"], *told["right"]}) != 2 * merges:
        raise ValueError("/dendrogram is no tree")
    return told


def least_told(spec):
    """The spec's privacy.min_cell, of figures about fewer people than which nothing is told. The program has written the text."""
    found = re.search(r"^\s*min_cell\s*=\s*(\d+)", spec, re.M)
    return int(found[1]) if found else 0


COMPARED = ("runs", "verdicts", "segments", "stability", "borders", "differences", "agreement", "trace", "timings", "trace_seconds")


def comparison(path, file):
    spec = text(file["run/spec"][()]) if "run/spec" in file else ""
    found = {name: table(file["comparison"], name) for name in COMPARED}
    if not found["runs"]:
        raise ValueError("/comparison has no runs")
    return {"path": pathlib.Path(path).name, "run": attributes(file["run"]), "spec": spec, "least": least_told(spec), "comparison": found}


MORE = {"typing": ("choice", "recall", "points"), "playbook": ("options", "reach", "motives", "needs", "targets", "criteria"), "positioning": ("axes", "points", "deviations"),
        "campaign": ("lifts", "means", "ratios", "balance", "adjusted", "heterogeneity", "targeting", "choices")}


def campaign(file):
    """What `measure` has written."""
    found = {name: table(file["campaign"], name) for name in MORE["campaign"]}
    if not found["means"]:
        raise ValueError("/campaign/means has no rows")
    about = attributes(file["run"])
    return found | {"control": about["control"], "customers": about["n"]}


def campaign_alone(path, file):
    spec = text(file["run/spec"][()]) if "run/spec" in file else ""
    return {"path": pathlib.Path(path).name, "run": attributes(file["run"]), "spec": spec, "campaign": campaign(file)}


def read_more(paths, model):
    """What other files say of the segments that `model` names: the tables of a typing tool, a playbook, maps."""
    found = {}
    for path in paths:
        if not pathlib.Path(path).exists():
            raise Unreadable(f"{path}: No such file or directory")
        try:
            with h5py.File(path, "r") as file:
                kind = next((name for name in MORE if name in file), None)
                if kind is None:
                    raise Unreadable(f"{path}: is no typing tool, playbook, campaign or map, and one result makes a page")
                if kind in found:
                    raise Unreadable(f"{path}: is a second {kind}, and a page has one")
                if kind == "campaign" and "segments_model_sha256" not in file["run"].attrs:
                    raise Unreadable(f"{path}: was not measured by segments: measure with --segments, or make a page of it alone")
                if text(file["run"].attrs["segments_model_sha256"]) != model:
                    raise Unreadable(f"{path}: is of other segments than the result")
                found[kind] = campaign(file) if kind == "campaign" else {name: table(file[kind], name) for name in MORE[kind]}
                if kind == "typing":
                    found[kind]["words"] = text(file[kind].attrs["words"])
                if kind == "positioning":
                    found[kind]["words"] = cells(file[kind]["words"])
        except (OSError, KeyError, ValueError) as error:
            raise Unreadable(f"{path}: can't be shown: {error}") from error
    return found


def read(path):
    if not pathlib.Path(path).exists():
        raise Unreadable(f"{path}: No such file or directory (a result of segment)")
    try:
        with h5py.File(path, "r") as file:
            if "comparison" in file and "run" in file:
                return comparison(path, file)
            if "campaign" in file and "run" in file:
                return campaign_alone(path, file)
            if "assignments" not in file or "run" not in file:
                raise Unreadable(f"{path}: is neither a result of segment, resegment or assign nor a comparison or a campaign")
            if "profile" not in file:
                raise Unreadable(f"{path}: there is no /profile: the result is of an earlier version, or was made with --no-profile; "
                                 "segment again, or assign to it")
            segments = file["segments"] if "segments" in file else {}
            found = {"path": pathlib.Path(path).name, "run": attributes(file["run"]),
                     "spec": text(file["run/spec"][()]) if "run/spec" in file else "", "dendrogram": dendrogram(file),
                     "segments": [dict(zip(("id", "name", "size", "share"), row))
                                  for row in zip(*(cells(segments[name]) for name in ("id", "name", "size", "share")))]}
            for name in ("profile", "personas", "audit", "neighbours", "typical"):
                found[name] = table(file, name)
            found["least"] = least_told(found["spec"])
            found["structure"] = structure(file, found["least"])
            history = file.get("history")
            found["history"] = [quarter(history[name]) for name in sorted(history)] if history is not None else []
            return found
    except (OSError, KeyError, ValueError) as error:
        raise Unreadable(f"{path}: no result that can be shown: {error}") from error
