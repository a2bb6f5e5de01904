#!/usr/bin/python3
"""Compares two result files, dataset by dataset and attribute by attribute, to the last bit.

    compare_results.py FIRST.h5 SECOND.h5

Leaves out the attributes of /run that tell one run from another (when, where, how fast), and nothing else.
"""
import sys

import h5py

VOLATILE = {"ranks", "date", "host", "command", "job_id", "restart_count", "resumed"}


def contents(path):
    """Every dataset and attribute of a file: name -> (type, shape, bytes)."""
    found = {}

    def note(name, item):
        if isinstance(item, h5py.Dataset):
            value = item[()]
            # Strings of variable length are read as objects: their bytes would be addresses.
            data = value.tobytes() if getattr(value, "dtype", None) is not None and value.dtype != object else repr(value)
            found[name] = (str(item.dtype), item.shape, data)
        else:
            found[name] = "group"
        for key, value in item.attrs.items():
            if name == "run" and (key in VOLATILE or key.startswith("seconds_")):
                continue
            found[f"{name}@{key}"] = repr(value)

    with h5py.File(path, "r") as file:
        note("", file)
        file.visititems(note)
    return found


def main():
    first, second = (contents(path) for path in sys.argv[1:3])
    differing = sorted(name for name in first.keys() | second.keys() if first.get(name) != second.get(name))
    for name in differing:
        print(f"differs: {name}", file=sys.stderr)
    if not differing:
        print(f"{len(first)} datasets, groups and attributes are the same")
    return 1 if differing or len(first) < 2 else 0


if __name__ == "__main__":
    sys.exit(main())
