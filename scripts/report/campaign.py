"""What a campaign changed, as plain values: verdicts, how far to trust them, lifts by group on one scale, and whether choosing would have paid."""
import math
import statistics

import charts
from figures import THOUSANDS, count, is_known

MOST_GROUPS = 40  # of a picture
MOST_ROWS = 300  # of a table
MOST_OUTCOMES, MOST_GROUPINGS, MOST_ARMS = 6, 6, 8
APART = 0.1  # a standardised difference from which arms are said to differ
NO_TRUST = "not as planned"
WIDTH, NAMES, FIGURES, LINE, GAP = 760, 176, 178, 18, 10
TOP, BOTTOM = 26, 46


def once(rows, name):
    return list(dict.fromkeys(row[name] for row in rows))


def chance(p):
    return "–" if p is None else "p\u00a0<\u00a00.001" if p < 0.001 else f"p\u00a0=\u00a0{p:.3f}"


def is_flag(rows):
    """Whether an outcome is 0 or 1: then its deviations follow from its means."""
    known = [row for row in rows if row["mean"] is not None and row["sd"] is not None and row["n"] > 1]
    return bool(known) and all(0 <= row["mean"] <= 1 and math.isclose(row["sd"] ** 2, row["mean"] * (1 - row["mean"]) * row["n"] / (row["n"] - 1), rel_tol=1e-6, abs_tol=1e-12)
                               for row in known)


class Outcome:
    """How an outcome's figures are written: of flags in per cent, with the digits that everybody's error leaves."""

    def __init__(self, name, means, errors, words):
        self.name, self.words = name, words
        self.is_share = is_flag(means)
        self.times = 100.0 if self.is_share else 1.0
        self.digits = self.digits_of(min((error for error in errors if error), default=None))

    def digits_of(self, error):
        """That an error leaves."""
        return 2 if error is None else max(0, min(6, math.ceil(-math.log10(self.times * error) + 0.3)))

    def number(self, value, sign=False, digits=None):
        text = f"{self.times * value:{'+' if sign else ''},.{self.digits if digits is None else digits}f}".replace(",", THOUSANDS).replace("-", "−")
        return text if any(one in text for one in "123456789") else text.lstrip("+−")

    def mean(self, value):
        return "–" if value is None else self.number(value) + (" %" if self.is_share else "")

    def lift(self, row, sign=False, digits=None):
        """With its interval."""
        if row["lift"] is None:
            return "–"
        text = self.number(row["lift"], sign, digits)
        return text if row["low"] is None else f"{text} ({self.number(row['low'], False, digits)} to {self.number(row['high'], False, digits)})"

    def size(self, value):
        return "–" if value is None else self.number(value)

    def unit(self):
        return self.words["points" if self.is_share else "amount"]


def kind_of(row):
    """Of a verdict, in which way."""
    if row["verdict"] != "shown":
        return row["verdict"]
    return "raises" if row["lift"] > 0 else "lowers"


class Told:
    """The tables of a campaign, and how they are told."""

    def __init__(self, tables, words, names, ids):
        self.tables, self.words, self.names, self.ids = tables, words, names, ids
        self.control = tables["control"]
        means = tables["means"]
        self.arms = once(means, "arm")
        self.treated = [arm for arm in self.arms if arm != self.control]
        self.outcomes = {}
        for name in once(means, "outcome"):
            errors = [row["se"] for row in tables["lifts"] if row["outcome"] == name and row["grouping"] == "all"]
            errors = errors or [row["sd"] / math.sqrt(row["n"]) for row in means if row["outcome"] == name and row["grouping"] == "all" and row["sd"] is not None and row["n"] > 0]
            self.outcomes[name] = Outcome(name, [row for row in means if row["outcome"] == name and row["grouping"] == "all"], errors, words)
        self.shown = list(self.outcomes.values())[:MOST_OUTCOMES]
        self.groupings = [name for name in once(means, "grouping") if name != "all"]

    def of_everybody(self, table):
        return [row for row in self.tables[table] if row["grouping"] == "all"]

    def number(self, arm):
        return (self.treated if self.control else self.arms).index(arm) + 1

    def group(self, grouping, name):
        """A segment by its number and its name in the report."""
        identity = self.ids.get(name) if grouping == "segment" else None
        return {"name": self.names.get(identity, name), "id": identity}

    def grouping(self, name):
        return self.words["by"]["segment" if name == "segment" else "column"].format(name=name)


def sentence(told, row):
    """What an arm did to an outcome, of everybody."""
    outcome = told.outcomes[row["outcome"]]
    return {"kind": kind_of(row), "text": told.words["verdict"][kind_of(row)].format(
        arm=row["arm"], outcome=row["outcome"], before=outcome.mean(row["mean_control"]), after=outcome.mean(row["mean"]), lift=outcome.lift(row), unit=outcome.unit())}


def verdicts(told):
    """A list an outcome; the first is the headline."""
    rows = told.of_everybody("lifts")
    return [{"outcome": outcome.name, "sentences": [sentence(told, row) for row in rows if row["outcome"] == outcome.name]} for outcome in told.shown]


def trust(told):
    """How far to believe it, in sentences; what must be heeded first."""
    words, said = told.words["trust"], []
    ratio = told.of_everybody("ratios")
    if ratio:
        counts = ", ".join(f"{row['arm']} {count(row['customers'])}" for row in ratio)
        said.append(words["ratio"][ratio[0]["verdict"]].format(counts=counts, p=chance(ratio[0]["p"])))
        groups = [row for row in told.tables["ratios"] if row["grouping"] != "all" and row["verdict"] == NO_TRUST]
        if groups:
            said.append(words["ratio_groups"].format(groups=", ".join(once(groups, "segment")[:10]), count=len({(row["grouping"], row["segment"]) for row in groups})))
    balance = [row for row in told.tables["balance"] if row["standardised_difference"] is not None]
    apart = [row for row in balance if abs(row["standardised_difference"]) >= APART]
    if apart:
        said.append(words["apart"].format(some=len(apart), all=len(balance), which=", ".join(f"{row['covariate']} ({row['arm']}: {row['standardised_difference']:+.2f})".replace("-", "−") for row in apart[:5])))
    elif balance:
        said.append(words["alike"].format(all=len(balance), columns=", ".join(once(balance, "covariate")[:10])))
    elif told.control:
        said.append(words["not_asked"])
    said += adjusted(told, words)
    if told.control:
        said.append(words["many"])
    return said


def adjusted(told, words):
    """Whether lifts are others when what customers were like before is heeded."""
    plain = {(row["arm"], row["outcome"]): row for row in told.of_everybody("lifts")}
    pairs = [(row, plain[row["arm"], row["outcome"]]) for row in told.tables["adjusted"] if row["lift"] is not None and plain.get((row["arm"], row["outcome"]), {}).get("se")]
    if not pairs:
        return []
    moved = [one for one, other in pairs if abs(one["lift"] - other["lift"]) > other["se"]]
    if not moved:
        return [words["adjusted"]]
    return [words["adjusted_moved"].format(which=", ".join(f"{row['arm']}, {row['outcome']} ({told.outcomes[row['outcome']].lift(row)})" for row in moved[:5]))]


def everybody(told):
    """A row an outcome and arm."""
    after = {(row["arm"], row["outcome"]): row for row in told.tables["adjusted"]}
    made = []
    for row in told.of_everybody("lifts"):
        outcome = told.outcomes[row["outcome"]]
        one = after.get((row["arm"], row["outcome"]))
        made.append(cells(told, row) | {"adjusted": outcome.lift(one) if one else "–", "outcome": row["outcome"], "unit": outcome.unit()})
    return made


def cells(told, row):
    outcome = told.outcomes[row["outcome"]]
    return {"arm": row["arm"], "number": told.number(row["arm"]), "n": count(row["n"]), "n_control": count(row["n_control"]), "mean": outcome.mean(row["mean"]),
            "mean_control": outcome.mean(row["mean_control"]), "lift": outcome.lift(row), "detectable": outcome.size(row["smallest_detectable"]),
            "next_test": count(row["next_test"]), "verdict": row["verdict"]}


def next_tests(told):
    """Of what was not shown, how many customers it takes to show as much."""
    rows = [row for row in told.of_everybody("lifts") if row["verdict"] in ("not shown", "too few to tell") and row["next_test"] > 0]
    return [told.words["next_test"].format(arm=row["arm"], outcome=row["outcome"], lift=told.outcomes[row["outcome"]].number(row["lift"], True), unit=told.outcomes[row["outcome"]].unit(),
                                           customers=count(row["next_test"])) for row in sorted(rows, key=lambda row: row["next_test"])[:3]]


def differ(told, grouping, outcome):
    """Whether groups differ, an arm a sentence."""
    rows = [row for row in told.tables["heterogeneity"] if row["grouping"] == grouping and row["outcome"] == outcome.name]
    lifts = [row for row in told.tables["lifts"] if row["grouping"] == grouping and row["outcome"] == outcome.name]
    said = []
    for row in rows:
        own = [one for one in lifts if one["arm"] == row["arm"]]
        shown = sum(one["verdict"] == "shown" for one in own)
        key = "unknown" if row["p"] is None else "more" if row["p"] <= 0.05 else "chance"
        said.append(told.words["differ"][key].format(arm=row["arm"], shown=shown, all=len(own), p=chance(row["p"]), share=f"{100 * (row['i2'] or 0):.0f} %"))
    return said


def would_have_paid(told, grouping, outcome):
    words = told.words["targeting"]
    for row in told.tables["targeting"]:
        if row["grouping"] != grouping or row["outcome"] != outcome.name:
            continue
        chosen = [one for one in told.tables["choices"] if one["grouping"] == grouping and one["outcome"] == outcome.name]
        single = {one["chosen_on"]: one["arm"] for one in chosen if one["segment"] == "all"}
        if row["gain"] is None:
            return words["unknown"]
        if row["se"] == 0:
            same = all(one["arm"] in ("", single[one["chosen_on"]]) for one in chosen)
            return words["one_arm"].format(arm=" / ".join(dict.fromkeys(single.values()))) if same else words["unknown"]
        figure = {"lift": row["gain"], "low": row["low"], "high": row["high"]}
        if row["verdict"] == "loses":
            figure = {"lift": -row["gain"], "low": -row["high"], "high": -row["low"]}
        digits = outcome.digits_of(row["se"])
        return words[row["verdict"]].format(gain=outcome.lift(figure, False, digits), unit=outcome.unit(), outcome=outcome.name, error=outcome.number(row["se"], False, digits))
    return None


def choices(told, grouping, outcome):
    """What each half chose; a group in which both chose the same is likelier to be one."""
    rows = [row for row in told.tables["choices"] if row["grouping"] == grouping and row["outcome"] == outcome.name]
    halves = {half: [row for row in rows if row["chosen_on"] == half] for half in ("even rows", "odd rows")}
    made = []
    for one, other in zip(halves["even rows"], halves["odd rows"]):
        everybody = one["segment"] == "all" and not made
        group = {"name": told.words["everybody"], "id": None} if everybody else told.group(grouping, one["segment"])
        made.append(group | {"even": one["arm"] or "–", "odd": other["arm"] or "–", "same": one["arm"] == other["arm"] != "", "everybody": everybody})
    return made[:MOST_ROWS]


def figures_of(told, grouping, outcome):
    """What a picture shows by group and arm: lifts, or means where there is no control."""
    table = "lifts" if told.control else "means"
    rows = [row for row in told.tables[table] if row["grouping"] == grouping and row["outcome"] == outcome.name]
    return [{"segment": row["segment"], "arm": row["arm"], "n": row["n"], "value": row["lift" if told.control else "mean"], "low": row["low"], "high": row["high"],
             "shown": row.get("verdict", "shown") == "shown"} for row in rows]


def bounds(rows, marks):
    """What the axis shows: every figure, and the intervals but for those of very few."""
    values = [row["value"] for row in rows] + marks
    halves = [(row["high"] - row["low"]) / 2 for row in rows if is_known(row["low"]) and is_known(row["high"])]
    room = 2.5 * statistics.median(halves) if halves else 0.0
    ends = [max(row["low"], row["value"] - room) for row in rows if is_known(row["low"])] + [min(row["high"], row["value"] + room) for row in rows if is_known(row["high"])]
    return charts.reach(values + ends)


def forest(told, grouping, outcome):
    """Lifts by group and arm on one scale; None where there are none."""
    arms = (told.treated if told.control else told.arms)[:MOST_ARMS]
    rows = [row for row in figures_of(told, grouping, outcome) if row["arm"] in arms and is_known(row["value"])]
    marks = {row["arm"]: row["value"] for row in figures_of(told, "all", outcome) if row["arm"] in arms and is_known(row["value"])}
    if not rows:
        return None
    by_group = {}
    for row in rows:
        by_group.setdefault(row["segment"], {})[row["arm"]] = row
    largest = sorted(by_group, key=lambda name: -sum(row["n"] for row in by_group[name].values()))[:MOST_GROUPS]
    order = sorted(largest, key=lambda name: tuple(-by_group[name][arm]["value"] if arm in by_group[name] else math.inf for arm in arms))
    drawn = [row for name in order for row in by_group[name].values()]
    low, high = bounds(drawn, list(marks.values()) + ([0.0] if told.control else []))
    left, right = NAMES, WIDTH - FIGURES
    across = charts.Scale(low, high, left, right)
    at = lambda value: min(max(across(value), left), right)
    groups, y = [], TOP
    for name in order:
        lines = []
        for arm in arms:
            row = by_group[name].get(arm)
            if row is None:
                continue
            y += LINE
            known = is_known(row["low"]) and is_known(row["high"])
            lines.append({"y": y, "x": at(row["value"]), "number": told.number(arm), "shown": row["shown"], "low": at(row["low"]) if known else None, "high": at(row["high"]) if known else None,
                          "cut": known and (across(row["low"]) < left or across(row["high"]) > right),
                          "text": outcome.lift({"lift": row["value"], "low": row["low"], "high": row["high"]}, bool(told.control))})
        groups.append(told.group(grouping, name) | {"lines": lines, "y": (lines[0]["y"] + lines[-1]["y"]) / 2})
        y += GAP
    ticks = [{"x": across(value), "text": outcome.words["plus"].format(value=text) if told.control and value > 0 else text} for value, text in scaled_ticks(outcome, low, high)]
    return {"width": WIDTH, "height": y + BOTTOM, "left": left, "right": right, "top": TOP, "bottom": y + 4, "groups": groups, "ticks": ticks, "zero": across(0.0) if told.control else None,
            "marks": [{"x": at(value), "number": told.number(arm)} for arm, value in marks.items()], "left_out": len(by_group) - len(order), "axis": axis(told, outcome)}


def axis(told, outcome):
    return told.words["axis"]["lift" if told.control else "mean"].format(outcome=outcome.name, unit=outcome.unit() if told.control else "%" if outcome.is_share else "").strip()


def scaled_ticks(outcome, low, high):
    return [(value / outcome.times, text) for value, text in charts.ticks(outcome.times * low, outcome.times * high, 6)]


def rows_of(told, grouping, outcome):
    """The table behind a picture."""
    if told.control:
        rows = [row for row in told.tables["lifts"] if row["grouping"] == grouping and row["outcome"] == outcome.name]
        return [told.group(grouping, row["segment"]) | cells(told, row) for row in rows][:MOST_ROWS]
    rows = [row for row in told.tables["means"] if row["grouping"] == grouping and row["outcome"] == outcome.name]
    return [told.group(grouping, row["segment"]) | mean_cells(told, row) for row in rows][:MOST_ROWS]


def mean_cells(told, row):
    outcome = told.outcomes[row["outcome"]]
    return {"arm": row["arm"], "number": told.number(row["arm"]), "n": count(row["n"]), "mean": outcome.lift({"lift": row["mean"], "low": row["low"], "high": row["high"]})}


def part(told, grouping):
    """A grouping, outcome by outcome."""
    pictures = []
    for outcome in told.shown:
        rows = rows_of(told, grouping, outcome)
        pictures.append({"outcome": outcome.name, "unit": outcome.unit(), "picture": forest(told, grouping, outcome), "rows": rows, "differ": differ(told, grouping, outcome),
                         "targeting": would_have_paid(told, grouping, outcome), "choices": choices(told, grouping, outcome)})
    groups = {row["segment"] for row in told.tables["means"] if row["grouping"] == grouping}
    return {"grouping": grouping, "title": told.grouping(grouping), "groups": len(groups), "pictures": pictures,
            "rows_left_out": max(0, len(groups) * len(told.treated if told.control else told.arms) - MOST_ROWS)}


def of(tables, words, names=None, ids=None):
    """The page. `names`: of segments by their ids, as the report has them; `ids`: by the names of the file."""
    told = Told(tables, words, names or {}, ids or {})
    keys = [{"number": told.number(arm), "name": arm} for arm in (told.treated if told.control else told.arms)[:MOST_ARMS]]
    return {"control": told.control, "arms": keys, "arms_left_out": max(0, len(told.treated if told.control else told.arms) - MOST_ARMS), "customers": count(tables["customers"]),
            "outcomes": [outcome.name for outcome in told.shown], "outcomes_left_out": len(told.outcomes) - len(told.shown), "verdicts": verdicts(told) if told.control else [],
            "warned": any(row["verdict"] == NO_TRUST for row in told.of_everybody("ratios")), "trust": trust(told), "everybody": everybody(told),
            "means": [{"outcome": row["outcome"]} | mean_cells(told, row) for row in told.of_everybody("means")] if not told.control else [], "next_tests": next_tests(told),
            "parts": [part(told, name) for name in told.groupings[:MOST_GROUPINGS]], "groupings_left_out": told.groupings[MOST_GROUPINGS:]}
