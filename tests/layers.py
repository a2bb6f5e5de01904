#!/usr/bin/env python3
"""The house as docs/design.md draws it, held against the includes: every folder of src stands in the table "Layers" and
includes what its row allows, all of it and nothing else; what it includes stands above it in the drawing; and a
header is found out to compile alone, as the first include of its own source file."""
import pathlib
import re
import sys

PROJECT = pathlib.Path(__file__).resolve().parent.parent
INCLUDE = re.compile(r'^#include "([a-z_]+)/([^"]+)"', re.M)
BELOW_ALL = "jobs"


def layers(text):
    """folder -> what it may include; and the lines of the drawing, from the top."""
    section = text.split("## Layers\n", 1)[1].split("\n## ", 1)[0]
    drawing = [re.findall(r"[a-z]+", line) for line in re.findall(r"^    (.*)$", section, re.M)]
    rows = re.findall(r"^\| `(?:src/)?([a-z]+)` \|([^|]*)\|", section, re.M)
    return {folder: set(re.findall(r"[a-z]+", allowed)) for folder, allowed in rows}, drawing


def algorithms():
    """What each algorithm that a spec may name must have beside its code."""
    names = re.search(r"algorithms\{\s*\{(.*?)\}\};", (PROJECT / "src/spec/parse_cluster.cpp").read_text(), re.S)
    for name in re.findall(r'\{"(\w+)", Algorithm::', names.group(1)):
        for path in (f"docs/algorithms/{name}.md", f"tests/distributed/cluster/test_{name}.cpp"):
            if not (PROJECT / path).exists():
                yield f"{path}: is not there, and a spec may name {name}"
        if f"algorithms/{name}.md" not in (PROJECT / "docs/spec.md").read_text():
            yield f"docs/spec.md: has no link to algorithms/{name}.md"


def faults():
    yield from algorithms()
    allowed, drawing = layers((PROJECT / "docs/design.md").read_text())
    folders = {path.name for path in (PROJECT / "src").iterdir() if path.is_dir()} | {BELOW_ALL}
    for folder in sorted(folders ^ set(allowed)):
        yield f"docs/design.md: {folder} is {'not ' if folder in folders else ''}in the table of layers, and {'not ' if folder not in folders else ''}there"
    line_of = {folder: number for number, line in enumerate(drawing) for folder in line}
    for folder in sorted(folders - set(line_of)):
        yield f"docs/design.md: {folder} is not in the drawing"
    for folder in sorted(folders & set(allowed)):
        root = PROJECT / folder if folder == BELOW_ALL else PROJECT / "src" / folder
        used = set()
        for path in sorted(root.rglob("*.?pp")):
            for other, _ in INCLUDE.findall(path.read_text()):
                used.add(other)
                if other not in allowed[folder] | {folder}:
                    yield f"{path.relative_to(PROJECT)}: {folder} -> {other} is no allowed arrow"
        for other in sorted(allowed[folder] - used):
            yield f"docs/design.md: {folder} -> {other} is drawn, and nothing goes that way"
        for other in sorted(allowed[folder]):
            if line_of.get(other, -1) >= line_of.get(folder, 0):
                yield f"docs/design.md: {folder} -> {other} leads down or aside in the drawing"
    for source in sorted((PROJECT / "src").rglob("*.cpp")):
        header = source.with_suffix(".hpp")
        first = re.search(r'^#include "([^"]+)"', source.read_text(), re.M)
        if header.exists() and (first is None or first[1] != str(header.relative_to(PROJECT / "src"))):
            yield f"{source.relative_to(PROJECT)}: its own header is not the first to be included, so nothing says that it compiles alone"


def main():
    found = list(faults())
    for fault in found:
        print(fault)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
