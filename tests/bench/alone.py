"""The sections that hold Psychograph against the machine's limits, against itself and against its promises."""
import json
import os
import re
import statistics

import machine
import runs
from peers import MOST_ITERATIONS
from tables import Row, compare

MIB = 2**20


def kernel(context):
    """Fractions of the multiply-add peak. Where rows come from memory, its bandwidth may allow less than the peak:
    a row of p floats takes 4 p / bandwidth seconds, and its 2 k p operations as long at k / 2 times the bandwidth."""
    bandwidth = context.limit("streaming_read", 1)
    promised = {(16, 32): ">= 0.65", **{(k, p): ">= 0.70" for k in (64, 256) for p in (32, 64)}}
    by_case = {}
    for case in context.programs.google_benchmark("^kernel_nearest", repeats=context.settings.repeats):
        by_case.setdefault(case["run_name"], []).append(case)
    for name, samples in by_case.items():
        kind, k, p = re.match(r"(kernel_\w+)/k:(\d+)/p:(\d+)", name).groups()
        k, p = int(k), int(p)
        peak = [sample["peak"] / 1e9 for sample in samples]
        cached = kind == "kernel_nearest_cached"
        allowed = min(1.0, bandwidth * k / 2 / statistics.median(peak) / 1e9)
        place = "rows in cache" if cached else "rows from memory"
        what = {"kernel_nearest_two": "nearest two, ", "kernel_nearest_and_lead": "with bounds, "}.get(kind, "")
        yield compare("kernel", f"{what}k = {k}, p = {p}, {place}", "peak", "GFLOP/s",
                      [sample["FLOP/s"] / 1e9 for sample in samples], peak,
                      promised.get((k, p), "") if cached else "",
                      "" if cached else f"bandwidth allows {allowed:.2f}")


def scaling(context):
    """Strong: the same table on more ranks. Weak: as many customers for each rank."""
    settings, programs, data = context.settings, context.programs, context.data
    most = settings.most_cores
    if most == 1:
        return
    promised = {16: ">= 1.8", 64: ">= 1.9"}
    share = context.dataset(data.customers // most, "share")
    for k in settings.k[:2]:
        start = data.start_table(k)

        def iterate(table, ranks, k=k, start=start):
            return programs.segment(table, ranks, k, init=start, max_iterations=settings.iterations)
        results = runs.alternate(settings.repeats_for(k), {
            "all": lambda: iterate(data.table, most), "one": lambda: iterate(data.table, 1),
            "share": lambda: iterate(share.table, 1)})
        seconds = {name: runs.pluck(samples, "seconds_per_iteration") for name, samples in results.items()}
        yield compare("scaling", f"strong, k = {k}, {most} ranks", "1 rank", "s/iteration", seconds["all"],
                      seconds["one"], promised.get(k, "") if most == 2 else "", "times as fast", inverse=True)
        yield compare("scaling", f"weak, k = {k}, {most} ranks", f"1 rank, 1/{most} of the customers", "s/iteration",
                      seconds["all"], seconds["share"], "", "efficiency", inverse=True)
    for case in programs.google_benchmark("^all_reduce", ranks=most):
        k, p = re.match(r"\w+/k:(\d+)/p:(\d+)", case["name"]).groups()
        microseconds = case["real_time"] / 1e3
        iteration = 1e6 * statistics.median(seconds["all"])
        yield compare("scaling", f"all-reduce of k = {k}, p = {p}, {most} ranks",
                      f"an iteration at k = {settings.k[:2][-1]}", "us", [microseconds], [iteration])


def memory(context):
    """Against 1.15 times the encoded matrix, 24 bytes a customer and 60 MiB a rank."""
    settings, programs, data = context.settings, context.programs, context.data
    k = settings.k[0]
    spec = programs.write_spec("memory", data.table, k, init=data.start_table(k), max_iterations=settings.iterations)
    for ranks in settings.cores:
        output = settings.output / "memory"
        for stale in settings.output.glob("memory.[0-9]*"):
            stale.unlink()
        runs.run(runs.ranks_command(ranks, "/usr/bin/python3", "-B", runs.HERE / "peak_memory.py", output,
                                    programs.binary, "segment", spec, "--output", settings.output / "segments.h5",
                                    "--quiet"))
        peaks = [json.loads(path.read_text(encoding="ascii")) for path in settings.output.glob("memory.[0-9]*")]
        bound = 1.15 * 4 * data.customers * settings.features + 24 * data.customers + 60 * MIB * ranks
        rss, pss = (sum(peak[name] for peak in peaks) / MIB for name in ("rss", "pss"))
        yield compare("memory", f"k = {k}, {ranks} rank{'s' if ranks > 1 else ''}", "bound", "MiB", [rss],
                      [bound / MIB], "<= 1", f"sum of each rank's peak RSS; PSS, sampled: {pss:,.0f} MiB")


def seeding(context):
    """What k-means|| costs, in dense iterations (the first, where every customer is added), and what it is worth."""
    settings, programs, data = context.settings, context.programs, context.data
    k, cores, starts = settings.seeding_k, settings.most_cores, 10
    best = machine.target(programs)
    targets = {"one dense iteration in floats": best.removesuffix("_vnni")}
    if best.endswith("_vnni"):
        targets["one dense iteration, whole numbers first"] = best
    once = runs.alternate(settings.repeats_for(k), {name: lambda target=target: programs.segment(
        data.table, cores, k, target=target, init="k-means||", restarts=1, max_iterations=1)
        for name, target in targets.items()})
    for name, results in once.items():
        yield compare("seeding", f"k-means||, k = {k}, {cores} ranks", name, "s",
                      runs.pluck(results, "seconds_seed"), runs.pluck(results, "seconds_cluster"),
                      "<= 5" if "floats" in name else "", "in iterations")
    found = {}
    for init in ("k-means||", "k-means++"):
        result = programs.segment(data.table, cores, k, init=init, restarts=starts,
                                  max_iterations=min(MOST_ITERATIONS, settings.seeding_iterations))
        by_restart = {}
        for event in result["events"]:
            if "restart" in event:
                by_restart.setdefault(event["restart"], []).append(event["inertia"])
        found[init] = {"first": [values[0] for values in by_restart.values()],
                       "last": [values[-1] for values in by_restart.values()],
                       "seconds": result["seconds_seed"] / starts}
    ours, theirs = found["k-means||"], found["k-means++"]
    last = f"after up to {settings.seeding_iterations} iterations"
    for name, what in (("first", "of the start itself"), ("last", last)):
        medians = [statistics.median(found[init][name]) for init in found]
        yield Row("seeding", f"inertia {what}, median of {starts}", "k-means++", "inertia", *medians,
                  medians[0] / medians[1], "<= 1.01", "", {"ours": ours[name], "theirs": theirs[name]})
    yield compare("seeding", f"seconds of one start, k = {k}", "k-means++", "s", [ours["seconds"]], [theirs["seconds"]])


def forget(path):
    """Asks the system to drop a file from its disk cache."""
    descriptor = os.open(path, os.O_RDONLY)
    os.fsync(descriptor)
    os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
    os.close(descriptor)


def reading(context):
    """Our pass over the columns, by the seconds inside HDF5's reads of the slowest rank, against one pass of h5py."""
    settings, programs, data = context.settings, context.programs, context.data
    by_name = {}
    for case in programs.google_benchmark("^(reading|encode)_", repeats=settings.repeats):
        by_name.setdefault(case["run_name"].split("/")[0], []).append(case["bytes_per_second"] / 1e9)
    for name, what in (("reading_shard", "reader"), ("encode_table", "reading and encoding")):
        yield compare("reading", f"{what}, float64, 1 core", "pread", "GB/s", by_name[name], by_name["reading_pread"])
    start, k = data.start_table(settings.k[0]), settings.k[0]
    for dtype in ("float64", "float32"):
        table = data.copy_as(dtype)
        for cold in (False, True):
            def prepared(action, table=table, cold=cold):
                if cold:
                    forget(table)
                return action()
            results = runs.alternate(settings.repeats_for(65), {
                "ours": lambda: prepared(lambda: programs.segment(table, settings.most_cores, k, init=start,
                                                                  max_iterations=1)),
                "h5py": lambda: prepared(lambda: runs.peer("read_with_h5py.py", table, threads=1))})
            seconds = statistics.median(runs.pluck(results["ours"], "seconds_process"))
            yield compare("reading", f"{dtype}, {'cold' if cold else 'in the disk cache'}, {settings.most_cores} ranks",
                          "h5py, one pass", "s", runs.pluck(results["ours"], "seconds_read"),
                          runs.pluck(results["h5py"], "seconds"), "",
                          f"the whole job of one iteration: {seconds:.2f} s")
        table.unlink()


def tricks(context):
    """Every pair of cases trick_NAME_plain and trick_NAME_kept: the plain way, and ours; seconds of the processor."""
    seconds = {}
    for case in context.programs.google_benchmark("^trick_", repeats=context.settings.repeats):
        name, way = re.match(r"trick_(\w+)_(plain|kept)", case["run_name"]).groups()
        seconds.setdefault(name, {}).setdefault(way, []).append(case["cpu_time"])
    for name, ways in seconds.items():
        yield compare("tricks", name.replace("_", " "), "the plain way", "ms", ways["kept"], ways["plain"])
