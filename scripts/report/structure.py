"""How many segments there are: what `segment` has found out about each number of them, in /quality. Nothing where it was given one number."""
import charts
import flows
from figures import count, interval, is_known, percent, signed, three, two, withheld

STABLE, VALID, DOUBTFUL = 0.80, 0.75, 0.60  # of agreement, and of what other samples leave of a segment
MOST_BORDERS = 12
BARS = 64
MOST_ROWS = 400  # of a table


def smallest(own, least):
    """The smallest of a number of segments; of fewer than `least` customers it isn't told how few."""
    if not own:
        return "–"
    row = min(own, key=lambda one: one["customers"])
    return "< " + percent(least / sum(one["customers"] for one in own)) if row["customers"] < least else percent(row["share"])


def beyond(row):
    """How much further inertia fell than with nothing there: in deviations of that, and as it is."""
    if row["reference_gap"] is None or not row["reference_error"]:
        return "–"
    return f"{signed(row['reference_gap'] / row['reference_error'], 1)} ({signed(row['reference_gap'], 3)} ± {row['reference_error']:.3f})"


def gaps(own, row, words):
    """How many of the borders between them have one; a dash where none was looked for."""
    return words["of"].format(some=row["gaps"], all=row["borders"]) if any(one["separated"] >= 0 for one in own) else "–"


def line(found, row, words):
    chosen = found["about"]["chosen"]
    marks = [words["marks"][name] for name, is_so in (("recommended", row["recommended"] == 1), ("chosen", row["k"] == chosen)) if is_so]
    own = [one for one in found["segments"] if one["k"] == row["k"]]
    return {"k": row["k"], "marks": marks, "verdict": row["verdict"], "error": row["error"], "agreement": interval(row, "stability", two),
            "least_jaccard": two(row["least_jaccard"]),
            "gaps": gaps(own, row, words), "smallest": smallest(own, found["least"]), "against": beyond(row),
            "inertia": three(row["inertia"]), "starts": "–" if row["error"] else words["of"].format(some=count(row["reached"]), all=count(row["starts"]))}


def single(rows, name, shown, low=None, high=None):
    """Of one figure, by the number of segments."""
    return [{"name": "", "number": 1, "points": {row["k"]: {"value": row[name], "low": low and low(row), "high": high and high(row), "text": shown(row[name])}
                                                for row in rows}}]


def pictures(rows):
    """By the number of segments: agreement, inertia, and inertia against nothing there."""
    keys = [row["k"] for row in rows]
    made = {}
    if any(is_known(row["stability"]) for row in rows):
        made["stability"] = charts.lines(single(rows, "stability", two, lambda row: row["stability_low"], lambda row: row["stability_high"]), keys, 0.0, 1.0,
                                         [(STABLE, "stable")])
    if any(is_known(row["inertia"]) for row in rows):
        made["elbow"] = charts.lines(single(rows, "inertia", three), keys)
    known = [row for row in rows if is_known(row["reference_gap"]) and is_known(row["reference_error"])]
    if known:
        made["reference"] = charts.lines(single(known, "reference_gap", lambda value: signed(value, 3), lambda row: row["reference_gap"] - row["reference_error"],
                                                lambda row: row["reference_gap"] + row["reference_error"]), keys, marks=[(0.0, "nothing")])
    return made


def kept(found, rows):
    """What other samples leave of each segment; None where it wasn't asked."""
    known = [one for one in found["segments"] if one["jaccard"] is not None]
    if not known:
        return None
    series = [{"name": "", "number": number, "points": {one["k"]: {"value": one["jaccard"], "low": None, "high": None, "text": ""}
                                                        for one in known if one["segment"] == number}}
              for number in sorted({one["segment"] for one in known})]
    drawn = charts.lines(series, [row["k"] for row in rows], 0.0, 1.0, [(VALID, "valid"), (DOUBTFUL, "doubtful")], joined=False, named=False)
    told = []
    for row in rows:
        own = [one for one in known if one["k"] == row["k"]]
        hidden = withheld([one["customers"] for one in own], found["least"])
        told += [{"k": one["k"], "segment": one["segment"], "customers": "–" if i in hidden else count(one["customers"]),
                  "share": "–" if i in hidden else percent(one["share"]), "jaccard": two(one["jaccard"]), "validity": one["validity"], "separated": one["separated"]}
                 for i, one in enumerate(own)]
    return {"picture": drawn, "rows": told[:MOST_ROWS], "left_out": max(0, len(told) - MOST_ROWS)}


def valleys(found):
    """Between the chosen segments, the least clear gaps first."""
    chosen = found["about"]["chosen"]
    own = sorted(((row, counts) for row, counts in zip(found["borders"], found["counts"]) if row["k"] == chosen),
                 key=lambda one: (one[0]["gap"], -one[0]["p_holm"], -one[0]["depth"]))
    told = [{"one": row["half_segment"], "other": row["other_half_segment"], "gap": row["gap"] == 1, "customers": count(row["customers"]),
             "p": "< 0.001" if row["p_holm"] < 0.001 else f"= {row['p_holm']:.3f}", "depth": two(row["depth"]), "bars": charts.bars(counts, BARS)}
            for row, counts in own[:MOST_BORDERS]]
    return {"shown": told, "all": len(own)}


def origins(found):
    links = [((row["k"], row["segment"]), (row["next_k"], row["next_segment"]), row["customers"]) for row in found["origins"]]
    sizes = {(one["k"], one["segment"]): one["customers"] for one in found["segments"]}
    picture = flows.picture(sizes, links, found["about"]["chosen"])
    if picture is None:
        return None
    told = [{"k": one[0], "segment": one[1], "next_k": other[0], "next_segment": other[1], "customers": count(customers),
             "share": percent(customers / sizes[one])} for one, other, customers in links if one in sizes]
    return {"picture": picture, "rows": told[:MOST_ROWS], "left_out": max(0, len(told) - MOST_ROWS),
            "columns_left_out": len({k for k, _ in sizes}) - len(picture["columns"])}


def doubts(rows, words):
    """Which verdicts hang by a thread."""
    near = [str(row["k"]) for row in rows if row["stability_low"] is not None and row["stability_low"] < STABLE <= row["stability_high"]]
    said = [words["near"].format(numbers=", ".join(near))] if near else []
    failed = [str(row["k"]) for row in rows if row["error"]]
    return said + ([words["failed"].format(numbers=", ".join(failed))] if failed else [])


def trust(found, words):
    """One sentence of how far to believe the number of segments."""
    chosen = found["about"]["chosen"]
    row = next((one for one in found["structure"] if one["k"] == chosen), None)
    if row is None or not row["verdict"]:
        return words["not_asked"]
    kind = row["verdict"] if found["about"]["recommended"] else "none_" + row["verdict"]
    return words["structure"][kind].format(k=chosen, customers=count(found["about"]["customers"]), agreement=two(row["stability"]), pairs=found["about"]["pairs"])


def of(found, words):
    """The page; None where no numbers of segments were held against each other."""
    if found is None:
        return None
    about, rows = found["about"], found["structure"]
    return {"words": about["words"].strip(), "chosen": about["chosen"], "recommended": about["recommended"], "customers": count(about["customers"]),
            "pairs": count(about["pairs"]), "references": count(about["references"]), "rows": [line(found, row, words) for row in rows], "doubts": doubts(rows, words),
            "pictures": pictures(rows), "kept": kept(found, rows), "least": found["least"], "gaps_looked_for": any(one["separated"] >= 0 for one in found["segments"]),
            "valleys": valleys(found) if found["counts"] else None, "borders": sum(row["k"] == about["chosen"] for row in found["borders"]),
            "origins": origins(found) if found["origins"] else None}
