"""Where things stand in a picture: axes, lines with intervals, bars. Plain values, which templates/charts.html.j2 draws."""
import math

from figures import THOUSANDS

WIDTH, HEIGHT = 420, 280
RIGHT, TOP, BOTTOM = 14, 20, 42
NAMES = 106  # room at the right for the names of lines
LINE = 13  # between two names
MOST_NUMBERED = 8  # keys, up to which a dot has room for the number of its series
DIGIT = 5.8  # wide, of a figure above a dot
MOST_MARKS = 16  # of an axis of counted things


class Scale:
    """From values to places."""

    def __init__(self, low, high, start, end, logarithmic=False):
        self.change = math.log if logarithmic else lambda value: value
        self.low, self.start = self.change(low), start
        self.stretch = (end - start) / ((self.change(high) - self.low) or 1.0)

    def __call__(self, value):
        return round(self.start + self.stretch * (self.change(value) - self.low), 1)


def plain(value, step):
    """With the digits that the step of an axis needs."""
    digits = max(0, -math.floor(math.log10(step) + 1e-9))
    return f"{value:,.{digits}f}".replace(",", THOUSANDS).replace("-", "−")


def ticks(low, high, most=5):
    """Round numbers from low to high, and their texts."""
    rough = (high - low) / most or 1.0
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * times for times in (1, 2, 5, 10) if power * times >= rough * (1 - 1e-9))
    first = math.ceil(low / step - 1e-9)
    values = [step * i for i in range(first, math.floor(high / step + 1e-9) + 1)]
    return [(value, plain(value + 0.0, step)) for value in values]


def decades(low, high):
    """Powers of ten, and between few of these twice and five times as much."""
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    times = (1,) if len(powers) > 4 else (1, 3) if len(powers) > 2 else (1, 2, 5)
    values = [time * 10.0 ** power for power in powers for time in times]
    return [(value, f"{value:g}") for value in values if low * (1 - 1e-9) <= value <= high * (1 + 1e-9)]


def reach(values, low=None, high=None):
    """The range that an axis shows: a little more than the values, unless it is given."""
    known = [one for one in values if one is not None]
    bottom, top = min(known, default=0.0), max(known, default=1.0)
    edge = 0.08 * (top - bottom) or abs(top) / 10 or 1.0
    return min(low, bottom) if low is not None else bottom - edge, max(high, top) if high is not None else top + edge


def spread(places, low, high, apart=LINE):
    """The places, moved so that neighbours are `apart`."""
    order = sorted(range(len(places)), key=lambda i: places[i])
    moved = list(places)
    for before, i in zip([None] + order, order):
        moved[i] = max(moved[i], low if before is None else moved[before] + apart)
    for after, i in zip([None] + order[::-1], order[::-1]):
        moved[i] = min(moved[i], high if after is None else moved[after] - apart)
    return [round(one, 1) for one in moved]


def thinned(texts, most=MOST_MARKS):
    """Every so many of them are written, where there are many."""
    each = -(-len(texts) // most)
    return [text if i % each == 0 else "" for i, text in enumerate(texts)]


def left_of(up):
    """Room for the texts of an axis."""
    return 16 + 6.2 * max((len(text) for _, text in up), default=0)


def frame(across, up, left, right=WIDTH - RIGHT):
    """The axes: marks across at (place, text), and up."""
    return {"width": WIDTH, "height": HEIGHT, "left": round(left, 1), "right": right, "top": TOP, "bottom": HEIGHT - BOTTOM,
            "x": [{"at": at, "text": text} for at, text in across if text], "y": [{"at": at, "text": text} for at, text in up]}


def segments_of(points):
    """A line through the points, broken where there is none."""
    path, before = "", None
    for point in points:
        if point is not None:
            path += f"{'L' if before is not None else 'M'}{point[0]} {point[1]}"
        before = point
    return path


def written(points, keys, step):
    """The figures that there is room for above their dots: every so many of them, and the last."""
    longest = max(len(one["text"]) for one in points.values())
    each = max(1, math.ceil((DIGIT * longest + 4) / step))
    return {key: points[key]["text"] for i, key in enumerate(keys) if key in points and (len(keys) - 1 - i) % each == 0}


def text_y(point, marks):
    """Above the dot and its interval; below, where a mark would strike it through."""
    above = (point["y"] if point["high"] is None else point["high"]) - 8
    below = (point["y"] if point["low"] is None else point["low"]) + 16
    return round(below if any(above - 12 < mark < above + 4 for mark in marks) else above, 1)


def lines(series, keys, low=None, high=None, marks=(), joined=True, named=True):
    """A chart of figures by `keys`, a line a series: [{"name", "number", "points": {key: {"value", "low", "high", "text"}}}]. Each mark
    (value, text) is a line across. One series alone has its figures above its dots; several are named at their ends, unless they
    have numbers alone; those of one number have one name."""
    many = len(series) > 1 or not named
    figures = [one[end] for row in series for one in row["points"].values() for end in ("value", "low", "high")]
    bottom, top = reach(figures + [value for value, _ in marks], low, high)
    right = WIDTH - (NAMES if many and named else RIGHT)
    up = Scale(bottom, top, HEIGHT - BOTTOM, TOP)
    rows = ticks(bottom, top)
    left = left_of(rows)
    step = (right - left) / len(keys)
    places = {key: left + step * (i + 0.5) for i, key in enumerate(keys)}
    texts = {} if many else written(series[0]["points"], keys, step)
    drawn = []
    there_at = {key: sorted({row["number"] for row in series if key in row["points"]}) for key in keys}  # series of one number lie upon each other
    for row in series:
        points = []
        for key in keys:
            one = row["points"].get(key)
            if one is None or one["value"] is None:
                points.append(None)
                continue
            aside = min(13.0, 0.8 * step / len(there_at[key])) * (there_at[key].index(row["number"]) - (len(there_at[key]) - 1) / 2)
            points.append({"x": round(places[key] + aside, 1), "y": up(one["value"]), "low": None if one["low"] is None else up(one["low"]),
                           "high": None if one["high"] is None else up(one["high"]), "text": texts.get(key, "")})
            points[-1]["text_y"] = text_y(points[-1], [up(value) for value, _ in marks])
        there = [one for one in points if one is not None]
        if there:
            drawn.append({"name": row["name"], "number": row["number"], "points": there, "last": there[-1]["y"],
                          "path": segments_of([one and (one["x"], one["y"]) for one in points]) if joined else ""})
    first = next((one["y"] for row in drawn for one in row["points"]), 0)
    named_marks = [{"y": up(value), "text": text, "label_y": up(value) + (12 if first <= up(value) else -5), "aside": None} for value, text in marks]
    if many and named:  # what lines and marks are called stands at the right, one below the other
        firsts = list({row["number"]: row for row in reversed(drawn)}.values())
        found = spread([row["last"] for row in firsts] + [mark["y"] for mark in named_marks], TOP + 6, HEIGHT - BOTTOM)
        for row, place in zip(firsts, found):
            row["label_x"], row["label_y"] = right + 4, round(place + 4, 1)
        for mark, place in zip(named_marks, found[len(firsts):]):
            mark["aside"] = round(place + 4, 1)
    across = zip((round(place, 1) for place in places.values()), thinned([str(key) for key in keys]))
    return frame(across, [(up(value), text) for value, text in rows], left, right) | {"marks": named_marks, "series": drawn, "numbered": many, "crowded": not named and len(keys) > MOST_NUMBERED}


def against_time(series, low=None, high=None):
    """Values by seconds, on a scale of powers of ten: [{"points": [{"at", "value", "low", "high", "text"}], ...}]; what else a series has goes through."""
    points = [one for row in series for one in row["points"]]
    first, last = min(one["at"] for one in points) / 1.3, max(one["at"] for one in points) * 1.3
    bottom, top = reach([one[end] for one in points for end in ("value", "low", "high")], low, high)
    rows = ticks(bottom, top)
    left = left_of(rows)
    across, up = Scale(first, last, left, WIDTH - RIGHT, True), Scale(bottom, top, HEIGHT - BOTTOM, TOP)
    drawn = []
    for row in series:
        placed = [{"x": across(one["at"]), "y": up(one["value"]), "low": None if one["low"] is None else up(one["low"]),
                   "high": None if one["high"] is None else up(one["high"]), "text": one["text"]} for one in row["points"]]
        drawn.append(row | {"points": placed, "path": segments_of([(one["x"], one["y"]) for one in placed])})
    return frame([(across(value), text) for value, text in decades(first, last)], [(up(value), text) for value, text in rows], left) | {"series": drawn}


def bars(counts, most):
    """A histogram in at most `most` bars, as one outline; the bins that are put together are neighbours."""
    each = -(-len(counts) // most)
    sums = [sum(counts[i:i + each]) for i in range(0, len(counts), each)]
    width, height = 256, 84
    up = Scale(0, max(sums) or 1, height, 4)
    step = width / len(sums)
    path = f"M0 {height}" + "".join(f"V{up(one)}H{round(step * (i + 1), 2)}" for i, one in enumerate(sums)) + f"V{height}Z"
    return {"width": width, "height": height, "path": path, "bars": sums, "most": max(sums)}
