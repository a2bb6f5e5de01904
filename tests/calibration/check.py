#!/usr/bin/env python3
"""How often the verdict says what is there, of the tables that `calibrate` draws: no population without segments is
called natural in more than 6 of 50 tables, and segments that are there are found in nine of ten.

    check.py CALIBRATE [TABLES]

PSYCHOGRAPH_SOAK: 50 tables of each kind, as the figures in docs/compare.md have; else 3.
"""
import math
import os
import subprocess
import sys

RANKS = 2
NUMBERS = range(2, 7)


def rows(program, tables):
    env = {**os.environ, "OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
           "OMPI_MCA_mpi_yield_when_idle": "1"}
    out = subprocess.run(["mpirun", "--oversubscribe", "--bind-to", "none", "-n", str(RANKS), program, "all", str(tables)],
                         env=env, check=True, capture_output=True, text=True).stdout
    for line in out.splitlines():
        kind, _, there, *figures = line.split(",")
        yield kind, int(there), figures[:-1:3], [float(figure) for figure in figures[1:-1:3]], int(figures[-1])


def main():
    tables = int(sys.argv[2]) if len(sys.argv) > 2 else 50 if os.environ.get("PSYCHOGRAPH_SOAK") else 3
    by_kind = {}
    for kind, there, *row in rows(sys.argv[1], tables):
        by_kind.setdefault((kind, there), []).append(row)
    faults = [] if len(by_kind) == 16 else [f"{len(by_kind)} kinds of tables, and not 16"]
    for (kind, there), found in by_kind.items():
        natural = sum("natural" in verdicts for verdicts, _, _ in found)
        agreement = [f"{sum(row[1][i] for row in found) / len(found):.2f}" for i in range(len(NUMBERS))]
        recommended = {k: sum(row[2] == k for row in found) for k in sorted({row[2] for row in found})}
        print(f"{kind:<14} natural {natural:>2} of {len(found)}, agreement {' '.join(agreement)}, recommended {recommended}")
        if there == 0 and natural > math.ceil(0.12 * len(found)):
            faults.append(f"{kind}: nothing is there, and {natural} of {len(found)} tables are natural")
        if kind == "gaussian" and any(set(verdicts) != {"constructed"} for verdicts, _, _ in found):
            faults.append("gaussian: not constructed at every k")
        if there > 0:
            at = NUMBERS.index(there)
            hits = sum(verdicts[at] == "natural" for verdicts, _, _ in found)
            if hits < math.floor(0.9 * len(found)):
                faults.append(f"{kind}: {there} segments are natural in {hits} of {len(found)} tables")
            if any(row[2] == there + 1 for row in found):
                faults.append(f"{kind}: one segment more than there is was recommended")
    print("\n".join(faults) if faults else "as it should be")
    sys.exit(bool(faults))


if __name__ == "__main__":
    main()
