"""Measures Psychograph beside scikit-learn, faiss, R and the machine's own limits. scripts/bench calls this, after it
has installed the peers and built the programs; --help lists the options.

Everything runs on one table and from the same starts. What is compared runs in turn, each in processes of its own;
tables show medians. Results: build/bench/results.txt, .md and .json.
"""
import sys

import alone
import dataset
import intake
import machine
import peers
import predicted
import research
import runs
import settings as settings_module
import tables

# Of "iterations" and "faiss", which share our runs, one entry measures both.
ORDER = {
    "iterations": peers.iterations,
    "faiss": peers.iterations,
    "converge": peers.converge,
    "kernel": alone.kernel,
    "scaling": alone.scaling,
    "end-to-end": peers.end_to_end,
    "memory": alone.memory,
    "seeding": alone.seeding,
    "reading": alone.reading,
    "tricks": alone.tricks,
    "predicted": predicted.predicted,
    "mixtures": research.mixtures,
    "bisecting": research.bisecting,
    "classes": research.classes,
    "medoids": research.medoids,
    "stability": research.stability,
    "import": intake.imports,
    "join": intake.joins,
}


class Context:
    """What sections need: settings, programs, the table, the machine's limits."""

    def __init__(self, settings):
        self.settings = settings
        self.programs = runs.Programs(settings)
        # What is only held against peers needs no limits, nor the cases that measure them.
        self.limits = machine.limits(self.programs) if set(settings.sections) - set(settings_module.RESEARCH + settings_module.INTAKE) else {}
        self.data = self.dataset()
        self.skipped = {}  # {section: why a peer of it was left out}

    def limit(self, name, cores):
        """What so many cores can do: measured for one and for all, in between at most as many times one."""
        most = max(value for (what, _), value in self.limits.items() if what == name)
        return self.limits.get((name, cores)) or min(cores * self.limits[(name, 1)], most)

    def skip(self, section, reason):
        self.skipped.setdefault(section, []).append(reason)
        print(f"{section}: left out: {reason}", file=sys.stderr, flush=True)

    def dataset(self, customers=None, name="table"):
        return dataset.Dataset(self.programs, customers, name)


def measure(context):
    """All rows of the chosen sections, each announced on standard error as soon as it is there."""
    rows = []
    for section in dict.fromkeys(ORDER[name] for name in ORDER if name in context.settings.sections):
        for row in section(context):
            rows.append(row)
            print(f"{row.section}: {row.case}, against {row.against}: ratio {tables.number(row.ratio)}",
                  file=sys.stderr, flush=True)
    return sorted(rows, key=lambda row: list(ORDER).index(row.section))


def main():
    settings = settings_module.from_command_line()
    settings.output.mkdir(parents=True, exist_ok=True)
    context = Context(settings)
    described = machine.describe(context.programs, context.limits) if context.limits else {}
    rows = measure(context)
    text = "".join(f"{name}: {value}\n" for name, value in described.items())
    text += f"{settings.described()}\n\n{tables.as_text(rows)}"
    (settings.output / "results.txt").write_text(text, encoding="utf-8")
    (settings.output / "results.md").write_text(tables.as_markdown(rows, described, settings), encoding="utf-8")
    (settings.output / "results.json").write_text(tables.as_json(rows, described, settings, context.skipped), encoding="utf-8")
    if settings.write_docs:
        tables.write_between_markers(settings_module.PAGES, tables.markdown_parts(rows, described, settings))
    print(text, end="")


main()
