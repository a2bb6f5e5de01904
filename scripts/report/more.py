"""What further results say of the same segments: a typing tool, a playbook, maps. A page each."""
import itertools
import json
import math

import campaign
import playbook
from figures import count, percent, three


def typing(table, names):
    """The form, as its program needs it, and how well it does."""
    segments = [row for row in table["points"] if row["kind"] == "base"]
    k = len(segments)
    questions = []
    for start in range(k, len(table["points"]), k):
        rows = table["points"][start:start + k]
        first, points = rows[0], [row["points"] for row in rows]
        if len(questions) < first["question"]:
            questions.append({"column": first["column"], "label": first["label"], "answers": [], "no_answers": []})
        question = questions[-1]
        if first["kind"] == "amount":
            question |= {"points": points, "low": first["low"], "high": first["high"], "usual": [f"{first[end]:.4g}" for end in ("low", "high")]}
        elif first["kind"] == "answer":
            question["answers"].append({"answer": first["level"], "label": first["level_label"], "points": points})
        elif first["kind"] == "none":
            question["none"] = points
        else:
            question["no_answers"].append(first["level"])
    last = table["choice"][-1]
    return {"words": table["words"],
            "segments": [{"id": row["segment_id"], "name": names.get(row["segment_id"], row["segment"]), "base": row["points"]} for row in segments],
            "questions": questions, "base": count(last["base"]), "accuracy": percent(last["accuracy"]),
            "choice": [{"questions": row["questions"], "label": row["label"], "accuracy": percent(row["accuracy"]),
                        "nested": percent(row["nested_accuracy"]), "kappa": f"{row['kappa']:.2f}",
                        "worst": f"{percent(row['worst_recall'])} ({row['worst_segment_id']})" if row["worst_recall"] is not None else "–"}
                       for row in table["choice"]],
            "recall": [{"id": row["segment_id"], "name": names.get(row["segment_id"], row["segment"]), "recall": percent(row["recall"]),
                        "low": percent(row["recall_low"]), "high": percent(row["recall_high"]), "precision": percent(row["precision"]),
                        "base": count(row["base"])} for row in table["recall"] if row["questions"] == last["questions"]]}


def ellipse(row, scale):
    """Of 95 %, in the picture's units; none where there is no doubt to draw."""
    a, b, c = row["variance_x"], row["covariance"], row["variance_y"]
    if a is None:
        return None
    middle, apart = (a + c) / 2, math.hypot((a - c) / 2, b)
    angle = 0.5 * math.atan2(2 * b, a - c)
    radius = [scale * math.sqrt(5.991464547107979 * max(0.0, value)) for value in (middle + apart, middle - apart)]
    return {"rx": round(radius[0], 1), "ry": round(radius[1], 1), "angle": round(-math.degrees(angle), 1)}


WIDTH, HEIGHT, EDGE = 640, 440, 70


def place_labels(drawn):
    """Beside their points, one below the other where two would lie upon each other."""
    line, taken = 12, []
    for one in sorted(drawn, key=lambda one: (one["kind"] == "feature", one["y"], one["x"])):
        one["end"] = one["x"] > WIDTH / 2 + 150
        width = 6.5 * min(28, len(one["name"]))
        left = one["x"] - 12 - width if one["end"] else one["x"] + 12
        y = one["y"] + 4
        while any(abs(y - other) < line and left < right and start < left + width for start, right, other in taken):
            y += line
        taken.append((left, left + width, y))
        one["label_x"], one["label_y"] = round(one["x"] + (-12 if one["end"] else 12), 1), round(y, 1)


def picture(points, names):
    """Places in the picture. Features are arrows on a scale of their own: they say where, not how far."""
    here = [row | {"y": row["y"] or 0.0} for row in points if row["x"] is not None]  # one axis alone is a line
    if not here:
        return None

    def reach(rows, way):
        """With the ellipse."""
        return max((abs(row[way]) + math.sqrt(5.991464547107979 * max(0.0, row["variance_" + way] or 0.0)) for row in rows), default=0.0)
    arrows = [row for row in here if row["kind"] == "feature"]
    spots = [row for row in here if row["kind"] != "feature"]

    def scale_of(rows):
        across, up = reach(rows, "x"), reach(rows, "y")
        return min((WIDTH / 2 - EDGE) / (across or 1.0), (HEIGHT / 2 - EDGE / 2) / (up or across or 1.0) if up > 0 else math.inf)
    drawn = []
    for rows in (arrows, spots):
        if not rows:
            continue
        scale = scale_of(rows)
        for row in rows:
            name = names.get(row["segment_id"], row["label"]) if row["kind"] == "segment" else row["label"]
            drawn.append({"kind": row["kind"], "name": name, "id": row["segment_id"], "x": round(WIDTH / 2 + scale * row["x"], 1),
                          "y": round(HEIGHT / 2 - scale * row["y"], 1), "ellipse": ellipse(row, scale),
                          "faint": row["quality"] is not None and row["quality"] < 0.4})
    place_labels(drawn)
    return {"width": WIDTH, "height": HEIGHT, "points": drawn}


def maps(table, names):
    made = []
    shown = list(dict.fromkeys(row["map"] for row in table["axes"]))
    for words, name in itertools.zip_longest(table["words"], shown, fillvalue="brands"):  # a map that is withheld has words alone
        points = [row for row in table["points"] if row["map"] == name and row["kind"] != "brand in segment"]
        axes = [row for row in table["axes"] if row["map"] == name][:2]
        made.append({"name": name, "words": words, "axes": [percent(row["share"]) for row in axes],
                     "picture": picture(points, names),
                     "points": [{"kind": row["kind"], "name": names.get(row["segment_id"], row["label"]) if row["kind"] == "segment" else row["label"],
                                 "x": three(row["x"]), "y": three(row["y"]), "quality": percent(row["quality"]), "base": count(row["base"])}
                                for row in points],
                     "seen": [{"brand": row["label"], "segment": names.get(row["segment_id"], row["segment"]), "x": three(row["x"]), "y": three(row["y"]),
                               "base": count(row["base"])} for row in table["points"] if row["map"] == name and row["kind"] == "brand in segment"]})
    return made


PAGES = {"typing": typing, "playbook": playbook.of, "positioning": maps}


def of(tables, names, ids, words):
    """By the name of the page."""
    told = {name: make(tables[name], names) for name, make in PAGES.items() if name in tables}
    return told | ({"campaign": campaign.of(tables["campaign"], words["campaign"], names, ids)} if "campaign" in tables else {})


def tool(told):
    """What the form's program reads."""
    return json.loads(json.dumps({"segments": told["segments"],
                                  "questions": [{key: one[key] for key in ("points", "answers", "none", "no_answers") if key in one} for one in told["questions"]]}))
