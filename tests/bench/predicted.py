"""The section that holds the cost model of `psychograph plan` against real runs."""
import json

import runs
from tables import compare


def _plan(context, ranks, k, measured):
    """What is planned for a run whose iterations, and how much was done in them, are known: so the model is judged, and
    not what it assumes. All ranks calibrate together."""
    settings, programs = context.settings, context.programs
    customers = context.data.customers
    events = [event for event in measured["events"] if "evaluated" in event]
    spec = programs.write_spec("predicted", context.data.table, k, restarts=1, max_iterations=settings.iterations)
    # The first iteration is the model's own: all are compared, and all move.
    later = events[1:] or events
    # Tiles that are not full count as full ones: of a small table that can be more than everybody.
    share = {name: min(1.0, sum(event[name] for event in later) / len(later) / customers) for name in ("evaluated", "moved")}
    output, _ = runs.run(runs.ranks_command(
        ranks, programs.binary, "plan", spec, "--ranks", ranks, "--ranks-per-node", ranks, "--json", "--quiet",
        "--iterations", len(events), "--compared", share["evaluated"], "--moved", share["moved"]))
    return json.loads(output)


def predicted(context):
    """Seconds of each stage, and peak memory, of one restart from a table in the disk cache."""
    settings = context.settings
    for k in settings.k:
        for ranks in settings.cores:
            pairs = []
            for _ in range(settings.repeats_for(k)):
                measured = context.programs.segment(context.data.table, ranks, k, restarts=1,
                                                    max_iterations=settings.iterations)
                pairs.append((_plan(context, ranks, k, measured), measured))
            stages = {
                "statistics, encoding": (lambda plan: plan["seconds"]["encode"],
                                         lambda run: run["seconds_features"] + run["seconds_read"]),
                "seeding": (lambda plan: plan["seconds"]["seed"], lambda run: run["seconds_seed"]),
                "iterations": (lambda plan: plan["seconds"]["iterate"], lambda run: run["seconds_cluster"]),
                "whole job": (lambda plan: plan["seconds"]["total"] - plan["seconds"]["read"],
                              lambda run: run["seconds_total"]),
            }
            for name, (plan_of, run_of) in stages.items():
                yield compare("predicted", f"{name}, k = {k}, {ranks} rank{'s' if ranks > 1 else ''}", "the run", "s",
                              [plan_of(plan) for plan, _ in pairs], [run_of(run) for _, run in pairs], "",
                              f"{len(pairs)} run{'s' if len(pairs) > 1 else ''}")
