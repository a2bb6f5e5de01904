"""Figures as they are read."""
import math

THOUSANDS = "\u00a0"  # a number stays on one line


def three(value):
    """Three digits that mean something."""
    if value is None:
        return "–"
    size = abs(value)
    if size >= 1000:
        return f"{value:,.0f}".replace(",", THOUSANDS)
    return f"{value:.{0 if size >= 100 else 1 if size >= 10 else 2}f}"


def fine(value):
    """The same of a figure that may be small, and below 0: of shares and amounts alike."""
    if value is None:
        return "–"
    size = abs(value)
    digits = 4 if size < 0.01 else 3 if size < 1 else 2
    text = three(value) if size >= 10 else f"{value:.{digits}f}"
    return (text if float(text.replace(THOUSANDS, "").replace(",", "")) else text.lstrip("-")).replace("-", "−")


def percent(share):
    return "–" if share is None else f"{100 * share:.0f} %"


def count(number):
    return "–" if number is None or number < 0 else f"{number:,}".replace(",", THOUSANDS)


def two(value):
    return "–" if value is None else f"{value:.2f}".replace("-0.00", "0.00")


def signed(value, digits=2):
    if value is None:
        return "–"
    text = f"{value:+.{digits}f}".replace("-", "−")
    return text if float(text[1:]) else text[1:]


def is_known(value):
    """And can be drawn."""
    return value is not None and math.isfinite(value)


def interval(row, name, shown):
    """A figure with its interval."""
    if row[name] is None:
        return "–"
    if row[name + "_low"] is None:
        return shown(row[name])
    return f"{shown(row[name])} ({shown(row[name + '_low'])} to {shown(row[name + '_high'])})"


def withheld(counts, least):
    """Which of `counts`, whose sum is known, are not told: those of fewer than `least` people, and as many of the next ones
    as it takes that none is known to less than a range of `least`."""
    order = sorted((i for i, one in enumerate(counts) if one), key=lambda i: counts[i])
    hidden = [i for i in order if counts[i] < least]
    for i in order[len(hidden):]:
        if not hidden or len(hidden) > 1 and sum(counts[j] for j in hidden) - len(hidden) + 1 >= least:
            break
        hidden.append(i)
    return set(hidden)
