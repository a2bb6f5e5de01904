"""What is measured, and how often: sizes, repeats, folders. The contract's sizes are the defaults."""
import argparse
import dataclasses
import os
import pathlib

PROJECT = pathlib.Path(__file__).resolve().parents[2]
SECTIONS = ("iterations", "converge", "faiss", "kernel", "scaling", "end-to-end", "memory", "seeding", "reading",
            "tricks", "predicted")
RESEARCH = ("mixtures", "bisecting", "classes", "medoids", "stability")  # beside programs that researchers use
INTAKE = ("import", "join")  # beside programs that bring tables in
PAGES = (PROJECT / "docs" / "performance.md", PROJECT / "docs" / "scaling.md")


@dataclasses.dataclass
class Settings:
    """One invocation. Numbers of cores are ranks for Psychograph, and threads for its peers."""
    customers: int = 2_000_000
    features: int = 32
    segments: int = 30
    separation: float = 3.0
    k: tuple = (16, 64, 256)
    converge_k: tuple = (16,)
    seeding_k: int = 256
    seeding_iterations: int = 20
    cores: tuple = (1, 2)
    iterations: int = 20
    research_k: int = 16
    small: int = 20_000  # customers, at the most, where a peer takes long
    items: int = 25      # answers of yes and no
    classes: int = 5
    samples: int = 5     # of medoids
    pairs: int = 10      # of bootstrap samples
    repeats: int = 5
    repeats_long: int = 3
    cases_seconds: float = 0.3
    sections: tuple = SECTIONS
    build: pathlib.Path = PROJECT / "build" / "release"
    output: pathlib.Path = PROJECT / "build" / "bench"
    write_docs: bool = False

    @property
    def most_cores(self):
        return self.cores[-1]

    def repeats_for(self, k):
        """Runs with many clusters take long, and vary little."""
        return self.repeats if k <= 64 else min(self.repeats, self.repeats_long)

    def described(self):
        return (f"{self.customers:,} customers x {self.features} features, {self.segments} planted segments "
                f"{self.separation:g} deviations apart")


FULL = {"k": (16, 64, 256, 1000), "converge_k": (16, 64, 256, 1000), "seeding_iterations": 1000}
RESEARCH_SIZE = {"customers": 20_000, "iterations": 10, "repeats": 3, "sections": RESEARCH}
INTAKE_SIZE = {"customers": 5_100_000, "repeats": 3, "sections": INTAKE}
SMOKE = {"customers": 6000, "features": 8, "segments": 5, "k": (4, 16), "converge_k": (4,), "seeding_k": 16,
         "repeats": 1, "cases_seconds": 0.005, "research_k": 4, "small": 2000, "iterations": 6, "samples": 2, "pairs": 2}


def _numbers(text):
    return tuple(int(part) for part in text.split(","))


def _sections(text):
    chosen = tuple(text.split(","))
    unknown = [name for name in chosen if name not in SECTIONS + RESEARCH + INTAKE]
    if unknown:
        raise argparse.ArgumentTypeError(f"{', '.join(unknown)}: not one of {', '.join(SECTIONS + RESEARCH + INTAKE)}")
    return chosen


def _parser():
    parser = argparse.ArgumentParser(prog="scripts/bench", description="Measures Psychograph beside scikit-learn, "
                                     "faiss and R on this machine, and prints a table of ratios.")
    parser.add_argument("--full", action="store_true", help="also k = 1000, and every k to convergence (hours)")
    parser.add_argument("--research", action="store_true", help="mixtures, trees, classes, medoids and stability, beside "
                        "scikit-learn and R, at 20,000 customers (a minute or two)")
    parser.add_argument("--intake", action="store_true", help="import and join, beside DuckDB and pandas, at 5,100,000 customers "
                        "(600 MB of CSV; some minutes)")
    parser.add_argument("--smoke", action="store_true", help="everything at a tiny size, to see that it runs")
    parser.add_argument("--customers", type=int, help="rows of the table (2,000,000)")
    parser.add_argument("--features", type=int, help="columns (32)")
    parser.add_argument("--segments", type=int, help="planted segments (30)")
    parser.add_argument("--k", type=_numbers, help="numbers of clusters, as 16,64")
    parser.add_argument("--cores", type=_numbers, help="ranks, or threads, as 1,2")
    parser.add_argument("--iterations", type=int, help="iterations, or looks, that are timed (20)")
    parser.add_argument("--repeats", type=int, help="runs that a median is taken of (5; 3 where k is above 64)")
    parser.add_argument("--only", type=_sections, metavar="SECTION,...", dest="sections", help=", ".join(SECTIONS + RESEARCH + INTAKE))
    parser.add_argument("--build", type=pathlib.Path, help="the build tree (build/release)")
    parser.add_argument("--output", type=pathlib.Path, help="where data and results go (build/bench)")
    parser.add_argument("--write-docs", action="store_true", default=None, help="put tables into docs/performance.md and docs/scaling.md")
    return parser


def from_command_line(arguments=None):
    options = vars(_parser().parse_args(arguments))
    available = len(os.sched_getaffinity(0))
    values = {"cores": tuple(cores for cores in (1, 2) if cores <= available)}
    for preset, chosen in ((FULL, options.pop("full")), (RESEARCH_SIZE, options.pop("research")),
                           (INTAKE_SIZE, options.pop("intake")), (SMOKE, options.pop("smoke"))):
        values.update(preset if chosen else {})
    values.update({name: value for name, value in options.items() if value is not None})
    if options["k"]:
        values.update(converge_k=options["k"], seeding_k=max(options["k"]), research_k=options["k"][0])
    settings = Settings(**values)
    settings.build, settings.output = settings.build.resolve(), settings.output.resolve()
    return settings
