"""Figures as they are read."""

THOUSANDS = "\u00a0"  # a number stays on one line


def three(value):
    """Three digits that mean something."""
    if value is None:
        return "–"
    size = abs(value)
    if size >= 1000:
        return f"{value:,.0f}".replace(",", THOUSANDS)
    return f"{value:.{0 if size >= 100 else 1 if size >= 10 else 2}f}"


def percent(share):
    return "–" if share is None else f"{100 * share:.0f} %"


def count(number):
    return "–" if number is None or number < 0 else f"{number:,}".replace(",", THOUSANDS)
