"""What a playbook says of each segment: its page, and a brief of what the figures suggest."""
import math

from figures import THOUSANDS, count, fine, interval, percent, three, two

MOST_SEGMENTS = 60  # in a table or picture with all of them
LINES = 3  # of a kind, in a brief
TESTS = 2
MARKER = 0.25  # a standardised difference: of words to avoid
MOTIVES = 6  # of a segment's table
ORDER = {"more than elsewhere": 0, "less than elsewhere": 1, "different, but by little": 2, "no difference shown": 3, "made of this": 4,
         "too few to tell": 5, "withheld": 6}
SHOWN = ("more here than elsewhere", "less here than elsewhere", "here as elsewhere")  # of what goes with engagement
WIDTH, HEIGHT, EDGE = 640, 440, 45


def share(row, name):
    """As interval, in per cent."""
    text = interval(row, name, lambda value: f"{100 * value:.1f}")
    return text.replace(" (", " % (", 1) if " (" in text else text if text == "–" else text + " %"


def option_line(kind, row):
    return {"kind": kind, "option": row["option"], "rate": share(row, "rate"), "rest": percent(row["rate_rest"]), "base": count(row["base"]),
            "grade": row["grade"]}


def in_words(kind, page, lines):
    """In the codebook's words: what this segment agrees with or cares for more, or less, than others."""
    sign = 1 if kind == "speak" else -1
    ranked = sorted((one for one in lines if one["facet"] == "psychographic" and one["low"] is not None and sign * one["difference"] >= MARKER
                     and sign * one["low"] > 0 and sign * one["high"] > 0), key=lambda one: -sign * one["difference"])
    stated = [one["text"] for one in page["statements"]] if sign > 0 else []
    return [{"kind": kind, "option": one["name"], "rate": one["figure"], "rest": one["everybody"], "base": one["base"],
             "text": next((text for text in stated if text.startswith(one["label"] + ":")), None),
             "grade": "made" if one["clustered"] else "asked"} for one in ranked[:LINES]]


def next_tests(own):
    """What no trial has shown yet: first what is more used here than elsewhere, then what a like segment uses more."""
    open_ones = [row for row in own if row["grade"] in ("observed", "declared") and row.get("trial") != "not shown" and row["per_arm"] is not None and row["per_arm"] > 0]
    more = sorted((row for row in open_ones if row["verdict"] == "more than elsewhere"), key=lambda row: row["q"] or 0)
    space = sorted((row for row in open_ones if row["verdict"] == "less than elsewhere" and row["white_space_low"] is not None and row["white_space_low"] > 0),
                   key=lambda row: -row["white_space"])
    return [(row, {"kind": "test", "option": row["option"], "rate": share_alone(row["rate"]), "lifted": share_alone(row["rate"] * (1 + row["smallest_lift"])),
                   "lift": percent(row["smallest_lift"]), "arm": count(row["per_arm"]), "enough": 2 * row["per_arm"] <= within_reach(row),
                   "space": row not in more, "base": count(row["base"]), "grade": row["grade"]}) for row in (more + space)[:TESTS]]


TRIED = {"raises": "raises", "lowers": "lowers", "not shown": "open", "too few to tell": "open"}  # what was tried by lot, to kinds of lines


def tried(own):
    """What a campaign has shown of the options, or has not: the surest first."""
    rows = [row for row in own if row.get("trial") in TRIED and row["lift"] is not None]
    told = []
    for row in sorted(rows, key=lambda row: (list(TRIED).index(row["trial"]), -abs(row["lift"]), row["option"])):
        lift = {"lift": row["lift"], "lift_low": row["lift_low"], "lift_high": row["lift_high"]}
        told.append({"kind": TRIED[row["trial"]], "option": row["option"], "outcome": row["outcome"], "lift": interval(lift, "lift", fine),
                     "verdict": row["trial"], "base": f"{count(row['arm_customers'])} + {count(row['control_customers'])}", "grade": row["grade"] if row["trial"] in ("raises", "lowers") else "tried"})
    return told


def within_reach(row):
    """Customers who may be given the option."""
    return round(row["reach"] * row["asked"]) if row["reach"] is not None else row["base"]


def share_alone(value):
    return f"{100 * value:.1f} %"


def worth(page, table):
    """Whether to go for it, by what was declared."""
    for row in table["targets"]:
        if row["segment_id"] == page["segment_id"]:
            return [{"kind": "worth", "verdict": row["verdict"], "because": row["because"], "attractiveness": hundred(row, "attractiveness"),
                     "strength": hundred(row, "strength"), "share": percent(row["value_share"]), "of": row["value_of"], "base": count(row["base"]),
                     "grade": "declared criteria"}]
    return []


def reached(page, table):
    """With all channels of a block together, of each block."""
    last = {row["block"]: row for row in table["reach"] if row["segment_id"] == page["segment_id"] and row["role"] == "channel"}
    return [{"kind": "reach", "option": row["set"], "rate": share(row, "share"), "base": count(row["base"]), "grade": "counted"} for row in last.values()]


def brief(page, lines, table):
    """What a segment's figures suggest, line by line; each has its base and how it is known, and there is none without."""
    own = [row for row in table["options"] if row["segment_id"] == page["segment_id"]]
    motives = sorted((row for row in table["motives"] if row["segment_id"] == page["segment_id"] and row["slope"] is not None and row["slope"] > 0
                      and row["verdict"] in SHOWN), key=lambda row: -row["slope"])[:LINES]
    tests = next_tests(own)
    # What goes with engagement here is no word to avoid, and what is to be tested is not ruled out.
    avoid = [line for line in in_words("avoid", page, lines) if line["option"] not in {row["label"] for row in motives}]
    told = worth(page, table) + tried(own) + in_words("speak", page, lines) + avoid
    for kind, roles, verdict in (("lead", ("product", "offer", "message"), "more than elsewhere"), ("through", ("channel",), "more than elsewhere"),
                                 ("format", ("format",), "more than elsewhere"), ("when", ("time",), "more than elsewhere"),
                                 ("not", ("product", "offer", "message", "format", "channel", "time"), "less than elsewhere")):
        rows = sorted((row for row in own if row["role"] in roles and row["verdict"] == verdict and row.get("trial") not in ("raises", "lowers")), key=lambda row: row["q"] or 0)
        told += [option_line(kind, row) for row in rows[:LINES] if kind != "not" or row not in [tested for tested, _ in tests]]
    told += reached(page, table)
    needs = sorted((row for row in table["needs"] if row["segment_id"] == page["segment_id"] and row["verdict"] == "more than elsewhere"), key=lambda row: -row["gap"])
    told += [{"kind": "need", "option": row["need"], "rate": interval(row, "gap", two), "rest": two(row["gap_rest"]), "matters": two(row["importance"]),
              "content": two(row["satisfaction"]), "base": count(row["base"]), "grade": row["grade"]} for row in needs[:LINES]]
    told += [{"kind": "engage", "option": row["label"], "with": row["engagement_label"], "slope": interval(row, "slope", two), "verdict": row["verdict"],
              "base": count(row["base"]), "grade": "observed"} for row in motives]
    return told + [line for _, line in tests]


def sentence(line, words):
    """A line of a brief in words, without its small print."""
    kind = line["kind"]
    if line.get("text"):
        return line["text"]
    if kind == "test":
        text = words["test_space" if line["space"] else "test"].format(**line)
        return text + " " + words["test_enough" if line["enough"] else "test_too_few"].format(**line)
    if kind in ("raises", "lowers", "open"):
        return words["tried"][line["verdict"]].format(**line)
    if kind == "engage":
        return words["engage"].format(option=line["option"], engagement=line["with"], slope=line["slope"], compared=words["engage_compared"][line["verdict"]])
    if kind == "worth":
        return words["worth" if line["verdict"] == "stays in" else "worth_not"].format(**line)
    return words[{"reach": "reach", "need": "need", "speak": "words", "avoid": "words"}.get(kind, "rate")].format(**line)


def as_text(told, words):
    """All briefs, for a mail or a slide."""
    small = words["brief"]["grades"]
    parts = [told["title"], told["file"], "", words["brief"]["help"]]
    for page in told["pages"]:
        parts += ["", f"{page['number'] if page['number'] == page['name'] else page['id']}  {page['name']}: {page['share_text']}, {page['size']} {words['brief']['customers']}"]
        for kind, title in words["brief"]["kinds"].items():
            lines = [line for line in page["brief"] if line["kind"] == kind]
            if lines:
                parts.append(f"  {title}")
                parts += [f"    - {' '.join(line['sentence'].split())} [{words['segment']['base'].format(base=line['base'])}; {small.get(line['grade'], line['grade'])}]" for line in lines]
        if not page["brief"]:
            parts.append(f"  {words['brief']['nothing']}")
    return "\n".join(parts).replace(THOUSANDS, " ") + "\n"


def spot(row, largest):
    """A segment's place: strength across, attractiveness up, area by value. An axis without criteria is the middle."""
    def place(name, low, high):
        if row[name] is None:
            return (low + high) / 2, None
        at = [low + (high - low) * row[end] for end in (name, name + "_low", name + "_high") if row[end] is not None]
        return at[0], at[1:] if len(at) == 3 else None
    x, across = place("strength", EDGE, WIDTH - EDGE)
    y, up = place("attractiveness", HEIGHT - EDGE, EDGE)
    radius = 8 + 18 * math.sqrt(max(0.0, row["value"] or 0.0) / largest) if largest > 0 else 12
    return {"x": round(x, 1), "y": round(y, 1), "r": round(radius, 1), "across": across and [round(one, 1) for one in across],
            "up": up and [round(one, 1) for one in up]}


def targets(table, names):
    """The segments by what makes one worth it; none where nothing was declared."""
    rows = table["targets"]
    if not rows:
        return None
    shown = sorted(rows, key=lambda row: (row["verdict"] != "stays in", -(row["attractiveness"] or -1), row["segment_id"]))[:MOST_SEGMENTS]
    largest = max((row["value"] or 0 for row in shown), default=0)
    told = []
    for row in shown:
        criteria = [one for one in table["criteria"] if one["segment_id"] == row["segment_id"]]
        doubtful = any(one["beyond_doubt"] == "no" for one in criteria)
        told.append({"figures": [{"figure": interval(one, "value", three), "score": "–" if one["score"] is None else f"{100 * one['score']:.0f}", "passes": one["passes"]}
                                 for one in criteria],
                     "id": row["segment_id"], "name": names.get(row["segment_id"], row["segment"]), "attractiveness": hundred(row, "attractiveness"),
                     "strength": hundred(row, "strength"), "value": three(row["value"]), "share": percent(row["value_share"]), "base": count(row["base"]),
                     "verdict": row["verdict"], "because": row["because"], "doubtful": doubtful, "spot": spot(row, largest)})
    has = {axis: any(row[axis] is not None for row in rows) for axis in ("attractiveness", "strength")}
    return {"segments": told, "drawn": all(has.values()), "width": WIDTH, "height": HEIGHT, "edge": EDGE, "left_out": len(rows) - len(shown), "value_of": rows[0]["value_of"],
            "criteria": [criterion(one) for one in dict.fromkeys(tuple(row[key] for key in CRITERION) for row in table["criteria"])]}


CRITERION = ("axis", "criterion", "from", "to", "weight", "at_least", "at_most")


def criterion(values):
    told = dict(zip(CRITERION, values))
    return {key: three(value) if isinstance(value, float) else value for key, value in told.items()}


def hundred(row, name):
    return interval(row, name, lambda value: f"{100 * value:.0f}")


def trial(row):
    """The lift that a campaign has found, with its interval; none where the option was in none."""
    return interval(row, "lift", fine) if row.get("trial") else ""


def option(row):
    return {"role": row["role"], "option": row["option"], "rate": share(row, "rate"), "rest": percent(row["rate_rest"]),
            "index": three(row["index"]), "reach": share(row, "reach"), "base": count(row["base"]), "grade": row["grade"],
            "lift": trial(row), "trial": row.get("trial", ""), "composition": percent(row["composition"]), "quadrant": row["quadrant"], "sure": row["quadrant_sure"] == "yes", "verdict": row["verdict"]}


def sets(table, identity):
    """Of channels each step, of others the last."""
    rows = [row for row in table["reach"] if row["segment_id"] == identity]
    last = {row["block"]: row for row in rows}
    return [row for row in rows if row["role"] == "channel" or last[row["block"]] is row]


def segment(table, identity, name):
    own = sorted((row for row in table["options"] if row["segment_id"] == identity), key=lambda row: ORDER.get(row["verdict"], 9))
    needs = sorted((row for row in table["needs"] if row["segment_id"] == identity), key=lambda row: -(row["gap"] or -1))
    motives = sorted((row for row in table["motives"] if row["segment_id"] == identity and row["verdict"] in SHOWN), key=lambda row: -abs(row["slope"]))
    return {"id": identity, "name": name, "options": [option(row) for row in own],
            "reach": [{"role": row["role"], "set": row["set"], "share": share(row, "share"), "base": count(row["base"])} for row in sets(table, identity)],
            "needs": [{"need": row["need"], "importance": three(row["importance"]), "satisfaction": three(row["satisfaction"]), "gap": interval(row, "gap", two),
                       "rest": three(row["gap_rest"]), "base": count(row["base"]), "verdict": row["verdict"]} for row in needs],
            "motives": [{"feature": row["label"], "engagement": row["engagement_label"], "slope": interval(row, "slope", two),
                         "rest": "–" if row["slope_rest"] is None else two(row["slope_rest"]), "base": count(row["base"]), "verdict": row["verdict"]}
                        for row in motives[:MOTIVES]]}


def of(table, names):
    ids = [one for one in dict.fromkeys(row["segment_id"] for name in ("options", "needs", "motives") for row in table[name]) if one >= 0]
    called = {row["segment_id"]: row["segment"] for name in ("options", "needs", "motives") for row in table[name]}
    return {"segments": [segment(table, one, names.get(one, called[one])) for one in ids[:MOST_SEGMENTS]],
            "left_out": max(0, len(ids) - MOST_SEGMENTS), "tried": any(row.get("trial") for row in table["options"]), "outcomes": list(dict.fromkeys(row["outcome"] for row in table["options"] if row.get("trial"))), "targets": targets(table, names)}
