"""The sections that hold Psychograph against what researchers use: scikit-learn's mixtures and trees, R's mclust, flexmix,
cluster and fpc. Same rows, as many cores, as many iterations, in turn.

Peers in R use one core, and are held against one rank. What is not installed is left out, and told.
"""
import shutil
import subprocess

import dataset
import runs
from peers import words
from tables import compare

SAMPLE = 3000  # customers in a sample of medoids, about


def why_missing(package):
    """Why a peer in R can't run here; None where it can."""
    if not shutil.which("Rscript"):
        return "R is not installed (r-base-core)"
    known = subprocess.run(["Rscript", "--vanilla", "-e", f"quit(status = !requireNamespace('{package}', quietly = TRUE))"],
                           capture_output=True, check=False)
    return None if known.returncode == 0 else f"R's {package} is not installed (r-cran-{package})"


def has(context, section, package):
    reason = why_missing(package)
    if reason:
        context.skip(section, reason)
    return not reason


def with_seconds_a_look(result):
    """A look of a mixture is one pass of EM over all customers, expectation and maximisation: a peer's iteration. Each is
    an event; from the end of the first to that of the last."""
    ends = [event["seconds"] for event in result["events"] if event["stage"] == "cluster"]
    return result | {"seconds_per_look": (ends[-1] - ends[0]) / (len(ends) - 1)}


def likelihoods(ours, theirs, customers):
    """SQUAREM puts its looks elsewhere than EM: after as many it is farther up, or on its way to another summit."""
    apart = (ours["objective"] - theirs["log_likelihood"]) / customers
    return f"log-likelihood {apart:+.0e} a customer, after {ours['iterations']} and {theirs['iterations']:.0f}"


def case(what, k, customers, cores):
    return f"{what}{customers:,} customers, {words(k, cores)}"


def small_data(context):
    """For peers that take long: no more than some of the customers."""
    small = context.settings.small
    return context.data if context.data.customers <= small else context.dataset(small, "small")


def numbers_of_threads(most):
    """One thread too: more are not always faster."""
    return [{"OMP_NUM_THREADS": str(count), "OPENBLAS_NUM_THREADS": str(count)} for count in dict.fromkeys((most, 1))]


def mixture_rows(context, data, covariance, cores, name, theirs):
    settings, k = context.settings, context.settings.research_k
    start = data.start_table(k)
    results = runs.alternate(settings.repeats_for(k), {
        "ours": lambda: with_seconds_a_look(context.programs.segment(
            data.table, cores, k, algorithm="gmm", covariance=covariance, init=start, restarts=1, tolerance=0,
            max_iterations=settings.iterations)),
        "theirs": theirs,
    })
    ours, theirs = results["ours"], results["theirs"]
    return compare("mixtures", case(f"{covariance}, ", k, data.customers, cores), name, "s/look",
                   runs.pluck(ours, "seconds_per_look"), runs.pluck(theirs, "seconds_per_iteration"),
                   note=likelihoods(ours[0], theirs[0], data.customers))


def mixtures(context):
    settings, programs, k = context.settings, context.programs, context.settings.research_k

    def peer_of(script, data, covariance, threads, **variables):
        return runs.peer(script, data.rows, data.start_rows(k), settings.features, covariance, settings.iterations,
                         threads=threads, **variables)

    cores = settings.most_cores
    for covariance in ("diagonal", "full"):
        yield mixture_rows(context, context.data, covariance, cores, "scikit-learn", lambda covariance=covariance:
                           programs.by_the_faster_way(("mixture", covariance), numbers_of_threads(cores), lambda **way: peer_of(
                               "sklearn_mixture.py", context.data, covariance, cores, **way)))
    if has(context, "mixtures", "mclust"):
        data = small_data(context)
        for covariance in ("diagonal", "full"):
            yield mixture_rows(context, data, covariance, 1, "mclust", lambda covariance=covariance: peer_of(
                "mclust_mixture.R", data, covariance, 1))


def bisecting(context):
    """Whole fits: splits come to rest after other numbers of iterations."""
    settings, programs, data = context.settings, context.programs, context.data
    k, cores = settings.research_k, settings.most_cores
    data.write_rows()
    results = runs.alternate(settings.repeats_for(k), {
        "ours": lambda: programs.segment(data.table, cores, k, algorithm="bisecting", init="random", restarts=1, tolerance=0,
                                         max_iterations=settings.iterations),
        "theirs": lambda: programs.by_the_faster_way("bisecting", numbers_of_threads(cores), lambda **way: runs.peer(
            "sklearn_bisecting.py", data.rows, settings.features, k, settings.iterations, threads=cores, **way), "seconds"),
    })
    ours, theirs = results["ours"], results["theirs"]
    yield compare("bisecting", case("", k, data.customers, cores), "scikit-learn", "s",
                  [run["seconds_seed"] + run["seconds_cluster"] for run in ours], runs.pluck(theirs, "seconds"),
                  note=f"inertia {ours[0]['objective'] / theirs[0]['inertia'] - 1:+.1%}, of other starts; at most "
                  f"{settings.iterations} iterations a split")


def classes(context):
    settings, programs, k = context.settings, context.programs, context.settings.classes
    if not has(context, "classes", "flexmix"):
        return
    answers = dataset.Answers(settings)
    results = runs.alternate(settings.repeats_for(k), {
        "ours": lambda: with_seconds_a_look(programs.segment(answers.table, 1, k, algorithm="latent_class", init="random", restarts=1,
                                                             tolerance=0, max_iterations=settings.iterations)),
        "theirs": lambda: runs.peer("flexmix_classes.R", answers.rows, settings.items, k, settings.iterations, threads=1),
    })
    ours, theirs = results["ours"], results["theirs"]
    scale = 1e9 / answers.customers
    yield compare("classes", case(f"{settings.items} answers, ", k, answers.customers, 1), "flexmix", "ns/customer and look",
                  [scale * seconds for seconds in runs.pluck(ours, "seconds_per_look")],
                  [scale * seconds for seconds in runs.pluck(theirs, "seconds_per_iteration")],
                  note=likelihoods(ours[0], theirs[0], answers.customers))


def medoids(context):
    """Whole fits, of as many samples."""
    settings, programs, data, k = context.settings, context.programs, context.data, context.settings.research_k
    if not has(context, "medoids", "cluster"):
        return
    data.write_rows()
    results = runs.alternate(settings.repeats_for(k), {
        "ours": lambda: programs.segment(data.table, 1, k, algorithm="medoids", restarts=settings.samples),
        "theirs": lambda: runs.peer("clara_medoids.R", data.rows, settings.features, k, settings.samples, SAMPLE, threads=1),
    })
    ours, theirs = results["ours"], results["theirs"]
    yield compare("medoids", case(f"{settings.samples} samples of {SAMPLE:,}, ", k, data.customers, 1), "clara", "s",
                  [run["seconds_seed"] + run["seconds_cluster"] for run in ours], runs.pluck(theirs, "seconds"),
                  note=f"distance {ours[0]['objective'] / theirs[0]['objective'] - 1:+.1%}")


def stability(context):
    """A pair is two bootstrap samples. Ours looks for gaps and takes silhouettes besides, within its seconds."""
    settings, programs, k = context.settings, context.programs, context.settings.classes
    if not has(context, "stability", "fpc"):
        return
    data, samples = small_data(context), 2 * settings.pairs
    data.write_rows()
    results = runs.alternate(settings.repeats_for(k), {
        "ours": lambda: programs.stability(data.table, 1, k, settings.pairs, init="k-means++", restarts=1),
        "theirs": lambda: runs.peer("clusterboot_stability.R", data.rows, settings.features, k, samples, threads=1),
    })
    ours, theirs = results["ours"], results["theirs"]
    yield compare("stability", case(f"{samples} samples, ", k, data.customers, 1), "clusterboot", "s/sample",
                  [run["seconds"] / samples for run in ours], [run["seconds"] / samples for run in theirs],
                  note=f"least Jaccard {ours[0]['least_jaccard']:.2f} and {theirs[0]['least_jaccard']:.2f}")
