"""The sections that hold Psychograph against other programs: same rows, same start, as many cores, in turn."""
import functools
import subprocess

import machine
import runs
from tables import compare

MOST_ITERATIONS = 5000


def words(k, cores):
    return f"k = {k}, {cores} core{'s' if cores > 1 else ''}"


def agreement(ours, theirs, tail=""):
    difference = ours["inertia"] / theirs["inertia"] - 1
    return f"inertia {difference:+.0e} relative{tail}"


def dense_limit(context, k, cores):
    """Seconds that an iteration takes at least, if it reads every row and multiplies it with every centroid."""
    cells = context.data.customers * context.settings.features
    return max(4 * cells / context.limit("streaming_read", cores), 2 * cells * k / context.limit("multiply_add", cores))


def iterations(context):
    """The first iterations from k random customers. Ours are all of them; the peers' begin with the second."""
    settings, programs, data = context.settings, context.programs, context.data
    count = settings.iterations
    for k in settings.k:
        start = data.start_table(k)
        for cores in settings.cores:
            contestants = {"ours": lambda cores=cores, k=k, start=start: programs.segment(
                data.table, cores, k, init=start, max_iterations=count)}
            if "iterations" in settings.sections:
                contestants["scikit-learn, Lloyd"] = lambda cores=cores, k=k: programs.scikit(
                    data, k, "lloyd", count, cores)
            if "faiss" in settings.sections:
                contestants["faiss"] = lambda cores=cores, k=k: programs.faiss_kmeans(data, k, count, cores)
            results = runs.alternate(settings.repeats_for(k), contestants)
            ours = results.pop("ours")
            if "iterations" in settings.sections:
                seconds = runs.pluck(ours, "seconds_per_iteration")
                yield compare("iterations", words(k, cores), "the machine's limits", "s/iteration", seconds,
                              [dense_limit(context, k, cores)] * len(seconds))
            for name, theirs in results.items():
                section, bound = ("faiss", "<= 0.10") if name == "faiss" else ("iterations", "<= 0.20")
                yield compare(section, words(k, cores), name, "s/iteration",
                              runs.pluck(ours, "seconds_per_iteration"), runs.pluck(theirs, "seconds_per_iteration"),
                              bound if cores > 1 else "", agreement(ours[0], theirs[0]))


def better_algorithm(context, k, cores):
    """A fit to convergence by scikit-learn's faster algorithm, with its name and a word on the other one. Elkan is
    stopped once it has taken as long as Lloyd."""
    bounds = 4 * context.data.customers * k  # Elkan's lower bounds: a float for each customer and centroid
    fit = functools.partial(context.programs.scikit, context.data, k, iterations=MOST_ITERATIONS, threads=cores)
    lloyd = fit("lloyd") | {"algorithm": "Lloyd", "other": ""}
    if bounds > 0.8 * machine.memory()["MemAvailable"]:
        return lloyd | {"other": f"; Elkan needs {bounds / 2**30:.0f} GiB, more than there is"}
    limit = lloyd["seconds_process"]
    try:
        elkan = fit("elkan", limit=limit)
    except subprocess.TimeoutExpired:
        return lloyd | {"other": "; Elkan was stopped after as many seconds"}
    slower = max(lloyd, elkan, key=lambda fitted: fitted["seconds_cluster"])
    if slower is elkan:
        return lloyd | {"other": f"; Elkan takes {elkan['seconds_cluster']:.0f} s"}
    return elkan | {"algorithm": "Elkan", "other": f"; Lloyd takes {lloyd['seconds_cluster']:.0f} s"}


def converge(context):
    """Until no customer moves; against scikit-learn's faster algorithm."""
    settings, programs, data = context.settings, context.programs, context.data
    cores = settings.most_cores
    for k in settings.converge_k:
        start = data.start_table(k)
        contestants = {
            "ours": lambda k=k, start=start: programs.segment(
                data.table, cores, k, init=start, max_iterations=MOST_ITERATIONS),
            "theirs": lambda k=k: better_algorithm(context, k, cores),
        }
        results = runs.alternate(min(settings.repeats, settings.repeats_long), contestants)
        ours, theirs = results["ours"], results["theirs"]
        yield compare("converge", words(k, cores), f"scikit-learn, {theirs[0]['algorithm']}", "s",
                      runs.pluck(ours, "seconds_cluster"), runs.pluck(theirs, "seconds_cluster"), "<= 0.12",
                      agreement(ours[0], theirs[0], f", {ours[0]['iterations']} and {theirs[0]['iterations']} "
                                f"iterations{theirs[0]['other']}"))


def end_to_end(context):
    """From the table in the disk cache to the result on the disk: whole processes, start-up and all."""
    settings, programs, data = context.settings, context.programs, context.data
    k, cores = settings.k[0], settings.most_cores
    start = data.start_table(k)
    lengths = {f"{settings.iterations} iterations": settings.iterations, "to convergence": MOST_ITERATIONS}
    for what, count in lengths.items():
        def script(*extra, count=count):
            return runs.peer("segment_with_sklearn.py", data.table, start, settings.output / "peer.h5", "--k", k,
                             "--iterations", count, *extra, threads=cores)
        results = runs.alternate(settings.repeats_for(max(k, 65)), {
            "ours": lambda count=count: programs.segment(data.table, cores, k, "end-to-end", init=start,
                                                         max_iterations=count),
            "the same outputs": script,
            "segments and distances alone": lambda script=script: script("--segments-alone"),
        })
        ours = results.pop("ours")
        for name, theirs in results.items():
            yield compare("end-to-end", f"k = {k}, {what}", f"script, {name}", "s",
                          runs.pluck(ours, "seconds_process"), runs.pluck(theirs, "seconds_process"),
                          "<= 0.333" if name == "the same outputs" else "", agreement(ours[0], theirs[0]))
