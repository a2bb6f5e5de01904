"""The machine: what it is, what it can do at best, and what the peers run on."""
import os
import platform
import re
import subprocess

import h5py
import numpy
import sklearn
import threadpoolctl
import sklearn.cluster  # noqa: F401  loads its BLAS, which threadpoolctl then sees


def processor():
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        found = re.search(r"^model name\s*:\s*(.*)$", file.read(), re.MULTILINE)
    return found[1] if found else platform.machine()


def memory():
    with open("/proc/meminfo", encoding="ascii") as file:
        return {name: int(size) * 1024 for name, size in re.findall(r"^(\w+):\s+(\d+) kB", file.read(), re.MULTILINE)}


def blas():
    return ", ".join(sorted({f"{pool['internal_api']} {pool['version'] or ''} {pool.get('architecture') or ''}".strip()
                             for pool in threadpoolctl.threadpool_info() if pool["user_api"] == "blas"})) or "reference"


def package_version(name):
    done = subprocess.run(["dpkg-query", "-W", "-f", "${Version}", name], capture_output=True, text=True, check=False)
    return done.stdout or "not installed"


def target(programs):
    """The instruction set that Psychograph's kernel is dispatched to."""
    forced = os.environ.get("PSYCHOGRAPH_TARGET")
    return forced or programs.context["best_target"]


def limits(programs):
    """{(limit, cores): value a second}, the best of several: what the machine can do when nothing disturbs it."""
    found = {}
    for case in programs.google_benchmark("^machine_", repeats=3):
        name, cores = re.match(r"machine_(\w+)/.*threads:(\d+)", case["name"]).groups()
        key = (name, int(cores))
        found[key] = max(found.get(key, 0), case.get("FLOP/s", 0) or case["bytes/s"])
    return found


def describe(programs, found):
    """{what: value}, as the tables show it."""
    table = {"processor": processor(), "cores": f"{len(os.sched_getaffinity(0))}",
             "memory": f"{memory()['MemTotal'] / 2**30:.0f} GiB", "kernel's instruction set": target(programs)}
    for (name, cores), value in sorted(found.items()):
        what = "multiply-add peak" if name == "multiply_add" else "streaming read"
        unit = "GFLOP/s" if name == "multiply_add" else "GB/s"
        table[f"{what}, {cores} core{'s' if cores > 1 else ''}"] = f"{value / 1e9:.1f} {unit}"
    table["scikit-learn"] = f"{sklearn.__version__}, numpy {numpy.__version__}, BLAS: {blas()}"
    table["faiss"] = package_version("libfaiss-dev")
    table["HDF5 of h5py"] = h5py.version.hdf5_version
    return table
