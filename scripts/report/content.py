"""What the page says, as plain values: every sentence is made of figures of the result, by rules that stand here."""
import collections
import os

import campaign
import more
import playbook
import structure
import trees
from figures import count, percent, three

MARKER = 0.25  # a standardised difference that sets a segment apart
SHOWN_FEATURES = 12  # of a segment's page; where there are many pages fewer
FULL_PAGES = 300  # above so many segments, those beyond the largest are in the index alone
LARGEST = 50
FACETS = ("psychographic", "behavioral", "demographic", "geographic")


class Profile:
    """The rows of the profile, by what they are of."""

    def __init__(self, rows):
        self.by = {}
        self.features = collections.OrderedDict()
        for row in rows:
            self.by[row["feature"], row["level"], row["segment_id"]] = row
            self.features.setdefault(row["feature"], collections.OrderedDict()).setdefault(row["level"], row)

    def lines(self):
        """What is compared: a feature's mean, or the share of a level; of a flag the second alone."""
        for feature, levels in self.features.items():
            names = list(levels)
            first = levels[names[0]]
            answers = [name for name in names if name]
            if first["kind"] == "binary" and len(answers) == 2:
                yield feature, names[-1], levels[names[-1]]
            elif "" in levels and not (first["kind"] == "numeric" and answers):
                yield feature, "", levels[""]
            else:
                for name in answers:
                    yield feature, name, levels[name]

    def everybody(self, feature, level):
        return self.by[feature, level, -1]


def figure(row):
    """A mean, or a share, as it is read."""
    return percent(row["share"]) if row["level"] else three(row["mean"])


def line(profile, feature, level, row):
    """One line of a segment's page."""
    everybody = profile.everybody(feature, level)
    name = row["label"] + (f": {row['level_label']}" if level else "")
    return {"label": row["label"], "name": name, "facet": row["facet"], "clustered": row["clustered"] == 1, "verdict": row["verdict"],
            "figure": figure(row), "everybody": figure(everybody), "base": count(row["base"]),
            "difference": row["standardised_difference"], "low": row["difference_low"], "high": row["difference_high"],
            "index": three(row["index"]) if level else None, "q": row["q"]}


def distribution(profile, feature, segment):
    """Shares of all answers beside everybody's."""
    levels = [level for level in profile.features[feature] if level]
    if not 2 <= len(levels) <= 12:
        return None
    bars = []
    for level in levels:
        row, everybody = profile.by[feature, level, segment], profile.everybody(feature, level)
        if row["share"] is None or everybody["share"] is None:
            return None
        bars.append({"name": row["level_label"], "share": row["share"], "everybody": everybody["share"],
                     "figure": percent(row["share"]), "everybody_figure": percent(everybody["share"])})
    first = profile.features[feature][levels[0]]
    return {"name": first["label"], "bars": bars}


def spread(profile, feature, segment):
    """Where nine in ten customers' numbers lie, beside everybody's."""
    row, everybody = profile.by.get((feature, "", segment)), profile.by.get((feature, "", -1))
    if row is None or row["median"] is None or everybody["median"] is None:
        return None
    low, high = min(row["q05"], everybody["q05"]), max(row["q95"], everybody["q95"])
    if not high > low:
        return None
    place = lambda value: round(100 * (value - low) / (high - low), 1)
    return {"name": row["label"], "low": three(low), "high": three(high), "median": three(row["median"]),
            "everybody_median": three(everybody["median"]),
            "own": [place(row[q]) for q in ("q05", "q25", "median", "q75", "q95")],
            "all": [place(everybody[q]) for q in ("q05", "q25", "median", "q75", "q95")]}


def strongest(lines, most):
    ranked = sorted((one for one in lines if one["difference"] is not None), key=lambda one: -abs(one["difference"]))
    return [one for one in ranked if abs(one["difference"]) >= MARKER][:most]


def segment_page(result, profile, segment, lines, names, words, few, shown_features):
    identity = segment["id"]
    statements = [row for row in result["personas"] if row["segment_id"] == identity]
    stated = [row for row in statements if row["kind"] == "is"]
    neighbours = [row for row in result["neighbours"] if row["segment_id"] == identity]
    own = [(feature, line(profile, feature, level, profile.by[feature, level, identity])) for feature, level, _ in lines]
    shown = strongest([one for _, one in own], shown_features)
    outside = [one for _, one in own if not one["clustered"]]
    facets = [{"name": facet, "lines": [one for one in shown if one["facet"] == facet]} for facet in FACETS]
    feature_of = {id(one): feature for feature, one in own}
    pictures = []
    for one in shown:
        feature = feature_of[id(one)]
        drawn = distribution(profile, feature, identity)
        picture = {"bars": drawn, "spread": None if drawn else spread(profile, feature, identity)}
        if any(picture.values()) and picture not in pictures:
            pictures.append(picture)
        if len(pictures) == few:
            break
    name = statements[0]["name"] if statements else segment["name"]
    fits = stated[min(3, len(stated)) - 1] if stated else None
    return {"id": identity, "segment_id": segment["id"], "brief": [], "number": segment["name"], "name": name, "size": count(segment["size"]), "customers": segment["size"],
            "share": segment["share"], "share_text": percent(segment["share"]),
            "ambiguous": neighbours[0]["ambiguous"] if neighbours else None,
            "ambiguous_text": percent(neighbours[0]["ambiguous"]) if neighbours else "–",
            "statements": [{"text": row["text"], "base": count(row["base"]), "difference": row["standardised_difference"]} for row in stated],
            "is_not": [row["text"] for row in statements if row["kind"] == "is not"],
            "fits": None if fits is None or fits["matches"] is None else
            {"statements": min(3, len(stated)), "share": percent(fits["matches"]), "rest": percent(fits["matches_rest"])},
            "sentence": stated[0]["text"] if stated else words["like_everybody"],
            "facets": [facet for facet in facets if facet["lines"]],
            "outside": outside, "pictures": pictures,
            "neighbours": [{"id": row["neighbour_id"], "name": names[row["neighbour_id"]], "share": percent(row["share"])}
                           for row in neighbours[:3] if row["neighbour_id"] >= 0],
            "typical": [row["customer_id"] for row in result["typical"] if row["segment_id"] == identity]}


def heat_map(profile, segments, lines):
    """Standardised differences in tenths: what sets which segment apart, of everything."""
    rows = []
    for feature, level, first in lines:
        tenths = []
        for segment in segments:
            difference = profile.by[feature, level, segment["id"]]["standardised_difference"]
            tenths.append(None if difference is None else round(10 * difference))
        rows.append({"name": first["label"] + (f": {first['level_label']}" if level else ""), "facet": first["facet"],
                     "clustered": first["clustered"] == 1, "cells": tenths})
    return rows


def plot(profile, segments, lines, most):
    """The features that set segments apart most, each segment's figure on one scale."""
    ranked = []
    for feature, level, first in lines:
        rows = [profile.by[feature, level, segment["id"]] for segment in segments]
        largest = max((abs(row["standardised_difference"] or 0) for row in rows), default=0)
        if largest >= MARKER and first["clustered"] == 1:
            ranked.append((largest, feature, level, first, rows))
    ranked.sort(key=lambda one: -one[0])
    told = []
    for _, feature, level, first, rows in ranked[:most]:
        told.append({"name": first["label"] + (f": {first['level_label']}" if level else ""),
                     "everybody": figure(profile.everybody(feature, level)),
                     "points": [{"figure": figure(row), "difference": row["standardised_difference"], "low": row["difference_low"],
                                 "high": row["difference_high"], "base": count(row["base"])} for row in rows]})
    return told


def trust(result, pages, profile, words):
    """How far to believe it, in sentences."""
    sentences = []
    known = [page for page in pages if page["ambiguous"] is not None]
    customers = sum(page["customers"] for page in known)
    if customers:
        share = sum(page["ambiguous"] * page["customers"] for page in known) / customers
        kind = "few" if share < 0.1 else "some" if share < 0.3 else "many"
        sentences.append(words["trust"]["ambiguous_" + kind].format(share=percent(share)))
    outside = {feature for feature, levels in profile.features.items() if next(iter(levels.values()))["clustered"] == 0}
    if outside:
        distinct = {row["feature"] for row in result["profile"] if row["feature"] in outside and row["verdict"] == "distinct"}
        key = "outside_none" if not distinct else "outside_some"
        sentences.append(words["trust"][key].format(distinct=len(distinct), outside=len(outside)))
    else:
        sentences.append(words["trust"]["outside_not_asked"])
    numbers = result.get("structure")
    sentences.append(structure.trust(numbers, words["trust"]) if numbers else words["trust"]["not_asked"])
    run = result["run"]
    starts, reached = run.get("starts") or 1, run.get("reached") or 1
    if starts > 1:
        key = "starts_all" if reached == starts else "starts_one" if reached == 1 else "starts_some"
        sentences.append(words["trust"][key].format(starts=count(starts), reached=count(reached)))
    if run.get("converged") == 0:
        sentences.append(words["trust"]["not_converged"])
    return sentences


def quarters(result):
    """Last quarter and before, where the result knows of them."""
    if not result["history"]:
        return None
    last = result["history"][-1]
    told = {"verdict": last.get("verdict"), "reasons": last.get("reasons", []), "kept": percent(last.get("kept_share")),
            "matches": [{**row, "before": percent(row["share_before"]), "now": percent(row["share_now"]),
                         "stayed": percent(row["share_of_old"])} for row in last.get("matches", [])],
            "events": last.get("events", []),
            "drift": sorted(({**row, "index": three(row["stability_index"])} for row in last.get("features", [])
                             if row["stability_index"] is not None), key=lambda row: -row["stability_index"])[:15],
            "migration": None, "history": [{"n": count(one["n"]), "verdict": one.get("verdict", ""),
                                            "kept": percent(one.get("kept_share")), "segments": len(one["segments"])}
                                           for one in result["history"]]}
    if last.get("migration") and len(last["old_id"]) <= 40 and len(last["new_id"]) <= 40:
        told["migration"] = {"old": last["old_id"], "new": last["new_id"],
                             "rows": [[count(cell) for cell in row] for row in last["migration"]]}
    return told


def of(result, words):
    profile = Profile(result["profile"])
    lines = list(profile.lines())
    ordered = sorted(result["segments"], key=lambda one: (-one["size"], one["id"]))
    listed = ordered if len(ordered) <= FULL_PAGES else ordered[:LARGEST]
    few, shown_features = (3, SHOWN_FEATURES) if len(listed) <= 30 else (1, 8)
    names = {one["id"]: one["name"] for one in ordered} | {row["segment_id"]: row["name"] for row in result["personas"]}
    pages = [segment_page(result, profile, segment, lines, names, words, few, shown_features) for segment in listed]
    if "playbook" in result.get("more", {}):
        for page in pages:
            own = [line(profile, feature, level, profile.by[feature, level, page["segment_id"]]) for feature, level, _ in lines]
            page["brief"] = playbook.brief(page, own, result["more"]["playbook"])
            for one in page["brief"]:
                one["sentence"] = playbook.sentence(one, words["brief"])
    run = result["run"]
    customers = sum(segment["size"] for segment in ordered)
    return {"title": words["title"].format(segments=len(ordered)), "file": os.fsencode(result["path"]).decode("utf-8", "replace"), "customers": count(customers),
            "left_out": count(run["n"] - customers) if run.get("n", customers) > customers else None,
            "features": sum(next(iter(levels.values()))["clustered"] for levels in profile.features.values()), "trust": trust(result, pages, profile, words), "pages": pages,
            "index": [{"id": one["id"], "name": names.get(one["id"], one["name"]), "number": one["name"], "size": count(one["size"]),
                       "share": one["share"], "share_text": percent(one["share"])} for one in ordered],
            "plot": plot(profile, ordered[:8], lines, 15) if len(ordered) <= 8 else [],
            "heat": heat_map(profile, ordered[:FULL_PAGES], lines),
            "audit": result["audit"], "more": more.of(result.get("more", {}), names, {one["name"]: one["id"] for one in ordered}, words), "quarters": quarters(result),
            "structure": structure.of(result["structure"], words["structure"]), "tree": trees.of(result["dendrogram"], names, result["least"]),
            "run": {key: run.get(key) for key in ("version", "algorithm", "k", "n", "p", "seed", "iterations", "converged", "inertia",
                                                  "objective", "objective_name", "input_fingerprint", "model_sha256", "date",
                                                  "command", "ranks", "job")},
            "spec": result["spec"]}


def campaign_alone(result, words):
    """The report of a campaign without the segments' own pages."""
    run = result["run"]
    return {"kind": "campaign", "title": words["campaign"]["page"], "file": os.fsencode(result["path"]).decode("utf-8", "replace"),
            "more": {"campaign": campaign.of(result["campaign"], words["campaign"])}, "run": {key: run.get(key) for key in ("version", "job", "command", "n", "control")}, "spec": result["spec"]}
