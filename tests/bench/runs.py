"""Runs Psychograph and its peers, each in a process of its own, and hands back what they measured."""
import json
import os
import pathlib
import subprocess
import sys
import time

import h5py

HERE = pathlib.Path(__file__).resolve().parent


def run(command, threads=1, limit=None, **variables):
    """Runs to the end with so many threads for OpenMP and BLAS; returns (standard output, seconds). Raises
    subprocess.TimeoutExpired where that takes more than `limit` seconds."""
    environment = os.environ | {"OMP_NUM_THREADS": str(threads), "OPENBLAS_NUM_THREADS": str(threads)} | variables
    started = time.perf_counter()
    done = subprocess.run([str(part) for part in command], env=environment, capture_output=True, text=True, check=False,
                          timeout=limit)
    seconds = time.perf_counter() - started
    if done.returncode != 0:
        raise SystemExit(f"failed: {' '.join(map(str, command))}\n{done.stderr}")
    return done.stdout, seconds


def ranks_command(ranks, *program):
    return ["mpirun", "--oversubscribe", "--bind-to", "none", "-n", ranks, *program]


def peer(name, *arguments, threads, limit=None, **variables):
    """A script of this folder, in Python or R, which prints one JSON object. With it: `seconds_process`, the whole
    process."""
    launcher = ["Rscript", "--vanilla"] if name.endswith(".R") else [sys.executable, "-B"]
    output, seconds = run([*launcher, HERE / name, *arguments], threads, limit, **variables)
    return json.loads(output) | {"seconds_process": seconds}


def alternate(repeats, contestants):
    """{name: [result, ...]}: each contestant runs once, in turn, `repeats` times over."""
    results = {name: [] for name in contestants}
    for _ in range(repeats):
        for name, contestant in contestants.items():
            results[name].append(contestant())
    return results


def pluck(results, key):
    return [result[key] for result in results]


class Programs:
    """The binaries of one build tree, working on one table."""

    def __init__(self, settings):
        self.settings = settings
        self.binary = settings.build / "psychograph"
        self.cases = settings.build / "tests" / "bench" / "bench"
        self.faiss = settings.build / "tests" / "bench" / "faiss_kmeans"
        self.ways = {}  # {a peer's case: the variables that suit it best}
        self.context = {}  # of Google Benchmark's last run

    def write_spec(self, name, table, k, **cluster):
        """A z-scored k-means of all features; `cluster` are further keys of [cluster]."""
        keys = "\n".join(f"{key} = {json.dumps(value)}" for key, value in cluster.items())
        path = self.settings.output / f"{name}.toml"
        path.write_text(f'[input]\nfiles = ["{table}"]\nid = "customer_id"\n\n[[features]]\ncolumns = ["feature_*"]\n'
                        f"\n[cluster]\nk = {k}\n{keys}\n", encoding="utf-8")
        return path

    def segment(self, table, ranks, k, spec_name="spec", target=None, **cluster):
        """One run: the attributes of /run (seconds_*, iterations, inertia), per-iteration seconds, the whole
        process' seconds, and the events. `target` forces an instruction set."""
        folder = self.settings.output
        spec = self.write_spec(spec_name, table, k, **cluster)
        result, events = folder / "segments.h5", folder / "events.jsonl"
        _, seconds = run(ranks_command(ranks, self.binary, "segment", spec, "--output", result, "--quiet",
                                       "--events", events),
                         **({"PSYCHOGRAPH_TARGET": target} if target else {}))
        with h5py.File(result) as file:
            found = {name: value for name, value in file["run"].attrs.items() if not isinstance(value, bytes)}
        lines = [json.loads(line) for line in events.read_text(encoding="utf-8").splitlines()]
        return found | {"seconds_process": seconds, "events": lines,
                        "seconds_per_iteration": found["seconds_cluster"] / max(1, found["iterations"])}

    def stability(self, table, ranks, k, pairs, **cluster):
        """Seconds that `compare` takes for a run with so many pairs of bootstrap samples, and what it finds."""
        spec, result = self.write_spec("stability", table, k, **cluster), self.settings.output / "comparison.h5"
        with spec.open("a", encoding="utf-8") as file:
            file.write(f"\n[compare]\nk = [{k}]\npairs = {pairs}\nreferences = 0\n")
        run(ranks_command(ranks, self.binary, "compare", spec, "--output", result, "--quiet"))
        with h5py.File(result) as file:
            return {"seconds": float(file["comparison/timings/seconds"][0]),
                    "least_jaccard": float(file["comparison/runs/least_jaccard"][0])}

    def scikit(self, data, k, algorithm, iterations, threads, limit=None):
        return peer("sklearn_kmeans.py", data.rows, data.start_rows(k), self.settings.features, algorithm, iterations,
                    threads=threads, limit=limit)

    def faiss_kmeans(self, data, k, iterations, threads):
        """By the faster of two ways to use several cores, which the first run finds out: threads of faiss alone, or of
        the BLAS too; then faiss' must not spin while the BLAS works."""
        command = [self.faiss, data.rows, data.start_rows(k), self.settings.features, iterations]
        ways = [{"OPENBLAS_NUM_THREADS": "1"}, {"OPENBLAS_NUM_THREADS": str(threads), "OMP_WAIT_POLICY": "PASSIVE"}]
        return self.by_the_faster_way(("faiss", k, threads), ways if threads > 1 else ways[:1],
                                      lambda **way: json.loads(run(command, threads, **way)[0]))

    def by_the_faster_way(self, case, ways, call, seconds="seconds_per_iteration"):
        """What `call` measures with the variables that suit it best, which the first call of a case finds out."""
        results = [(call(**way), way) for way in self.ways.get(case, ways)]
        best, way = min(results, key=lambda result: result[0][seconds])
        self.ways[case] = [way]
        return best

    def google_benchmark(self, pattern, ranks=1, repeats=1):
        """[{name, counters}] of the cases that match, one entry a repetition."""
        output = self.settings.output / "cases.json"
        command = [self.cases, f"--benchmark_filter={pattern}", f"--benchmark_out={output}",
                   f"--benchmark_min_time={self.settings.cases_seconds}", f"--benchmark_repetitions={repeats}"]
        rows = min(self.settings.customers, 1_000_000)
        run(ranks_command(ranks, *command) if ranks > 1 else command, PSYCHOGRAPH_BENCH_ROWS=str(rows))
        report = json.loads(output.read_text(encoding="utf-8"))
        self.context = report["context"]
        return [case for case in report["benchmarks"] if case.get("run_type", "iteration") == "iteration"]
