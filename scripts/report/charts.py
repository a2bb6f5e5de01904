"""Where things stand in a picture: axes, lines with intervals, bars. Plain values, which templates/charts.html.j2 draws."""
import math

from figures import THOUSANDS

WIDTH, HEIGHT = 420, 280
LEFT, RIGHT, TOP, BOTTOM = 52, 14, 20, 42
NAMES = 104  # room at the right for the names of lines
LINE = 13  # between two names
MOST_VALUES = 12  # a number beside each dot, up to so many
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


def frame(across, up, right=WIDTH - RIGHT):
    """The axes: marks across at (place, text), and up."""
    return {"width": WIDTH, "height": HEIGHT, "left": LEFT, "right": right, "top": TOP, "bottom": HEIGHT - BOTTOM,
            "x": [{"at": at, "text": text} for at, text in across if text], "y": [{"at": at, "text": text} for at, text in up]}


def segments_of(points):
    """A line through the points, broken where there is none."""
    path, before = "", None
    for point in points:
        if point is not None:
            path += f"{'L' if before is not None else 'M'}{point[0]} {point[1]}"
        before = point
    return path


def lines(series, keys, low=None, high=None, marks=(), joined=True, named=True):
    """A chart of figures by `keys`, a line a series: [{"name", "number", "points": {key: {"value", "low", "high", "text"}}}]. Each mark
    (value, text) is a line across. One series alone has its figures beside its dots; several are named at their ends, unless they
    have numbers alone."""
    many = len(series) > 1 or not named
    figures = [one[end] for row in series for one in row["points"].values() for end in ("value", "low", "high")]
    bottom, top = reach(figures + [value for value, _ in marks], low, high)
    right = WIDTH - (NAMES if many and named else RIGHT)
    up = Scale(bottom, top, HEIGHT - BOTTOM, TOP)
    step = (right - LEFT) / len(keys)
    places = {key: LEFT + step * (i + 0.5) for i, key in enumerate(keys)}
    drawn = []
    there_at = {key: [i for i, row in enumerate(series) if key in row["points"]] for key in keys}
    for i, row in enumerate(series):
        points = []
        for key in keys:
            one = row["points"].get(key)
            if one is None or one["value"] is None:
                points.append(None)
                continue
            aside = min(13.0, 0.8 * step / len(there_at[key])) * (there_at[key].index(i) - (len(there_at[key]) - 1) / 2)
            points.append({"x": round(places[key] + aside, 1), "y": up(one["value"]), "low": None if one["low"] is None else up(one["low"]),
                           "high": None if one["high"] is None else up(one["high"]), "text": one["text"] if not many and len(keys) <= MOST_VALUES else ""})
        there = [one for one in points if one is not None]
        if there:
            drawn.append({"name": row["name"], "number": row["number"], "points": there, "last": there[-1]["y"],
                          "path": segments_of([one and (one["x"], one["y"]) for one in points]) if joined else ""})
    for row, place in zip(drawn if many and named else [], spread([row["last"] for row in drawn], TOP + 6, HEIGHT - BOTTOM)):
        row["label_x"], row["label_y"] = right + 4, round(place + 4, 1)
    across = zip((round(place, 1) for place in places.values()), thinned([str(key) for key in keys]))
    return frame(across, [(up(value), text) for value, text in ticks(bottom, top)], right) | {
        "marks": [{"y": up(value), "text": text} for value, text in marks], "series": drawn, "numbered": many, "named": many and named}


def curves(series, low=None, high=None, logarithmic=True):
    """Values against seconds: [{"name", "number", "points": [(seconds, value)], "kind"}]. Nothing is drawn of series without points."""
    seconds = [at for row in series for at, _ in row["points"]]
    first, last = min(seconds), max(seconds)
    first, last = (first / 1.3, last * 1.3) if logarithmic else (0.0, last * 1.05)
    bottom, top = reach([value for row in series for _, value in row["points"]], low, high)
    across, up = Scale(first, last, LEFT, WIDTH - RIGHT, logarithmic), Scale(bottom, top, HEIGHT - BOTTOM, TOP)
    drawn = [row | {"points": [{"x": across(at), "y": up(value)} for at, value in row["points"]],
                    "path": segments_of([(across(at), up(value)) for at, value in row["points"]])} for row in series]
    marks = decades(first, last) if logarithmic else ticks(first, last)
    return frame([(across(value), text) for value, text in marks], [(up(value), text) for value, text in ticks(bottom, top)]) | {
        "series": drawn, "across": across, "up": up}


def bars(counts, most):
    """A histogram in at most `most` bars, as one outline; the bins that are put together are neighbours."""
    each = -(-len(counts) // most)
    sums = [sum(counts[i:i + each]) for i in range(0, len(counts), each)]
    width, height = 256, 84
    up = Scale(0, max(sums) or 1, height, 4)
    step = width / len(sums)
    path = f"M0 {height}" + "".join(f"V{up(one)}H{round(step * (i + 1), 2)}" for i, one in enumerate(sums)) + f"V{height}Z"
    return {"width": width, "height": height, "path": path, "bars": sums, "most": max(sums)}
