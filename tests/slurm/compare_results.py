#!/usr/bin/python3
"""Whether two result files say the same, to the last bit, but for what tells one run from another.

    compare_results.py FIRST.h5 SECOND.h5
"""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "program"))
sys.dont_write_bytecode = True
import program  # noqa: E402

first, second = (program.hash_datasets(path) for path in sys.argv[1:3])
for name in sorted(first.keys() | second.keys()):
    if first.get(name) != second.get(name):
        print(f"differs: {name}", file=sys.stderr)
print(f"{len(first)} datasets and attributes compared")
sys.exit(first != second or "/assignments/segment" not in first)
