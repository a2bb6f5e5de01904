"""What the report needs of a result file, as plain values."""
import math
import pathlib

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


MORE = {"typing": ("choice", "recall", "points"), "playbook": ("options", "reach", "motives", "needs", "targets", "criteria"), "positioning": ("axes", "points", "deviations")}


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
                    raise Unreadable(f"{path}: is no typing tool, playbook or map, and one result makes a page")
                if kind in found:
                    raise Unreadable(f"{path}: is a second {kind}, and a page has one")
                if text(file["run"].attrs["segments_model_sha256"]) != model:
                    raise Unreadable(f"{path}: is of other segments than the result")
                found[kind] = {name: table(file[kind], name) for name in MORE[kind]}
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
            if "profile" not in file or "run" not in file:
                raise Unreadable(f"{path}: there is no /profile: the result is of an earlier version, or was made with --no-profile; "
                                 "segment again, or assign to it")
            segments = file["segments"] if "segments" in file else {}
            found = {"path": pathlib.Path(path).name, "run": attributes(file["run"]),
                     "spec": text(file["run/spec"][()]) if "run/spec" in file else "",
                     "segments": [dict(zip(("id", "name", "size", "share"), row))
                                  for row in zip(*(cells(segments[name]) for name in ("id", "name", "size", "share")))]}
            for name in ("profile", "personas", "audit", "neighbours", "typical"):
                found[name] = table(file, name)
            history = file.get("history")
            found["history"] = [quarter(history[name]) for name in sorted(history)] if history is not None else []
            return found
    except (OSError, KeyError, ValueError) as error:
        raise Unreadable(f"{path}: no result that can be shown: {error}") from error
