"""Rows of results, and the three forms they are written in: text, Markdown and JSON."""
import dataclasses
import json
import math
import re
import statistics

TITLES = {
    "iterations": "Seconds an iteration, against scikit-learn",
    "converge": "Seconds to convergence, against scikit-learn",
    "faiss": "Seconds an iteration, against faiss",
    "kernel": "The kernel on one core, against the multiply-add peak",
    "scaling": "Scaling over ranks",
    "end-to-end": "End to end, against h5py, numpy and scikit-learn",
    "memory": "Peak memory of all ranks",
    "seeding": "k-means||, against iterations and k-means++",
    "reading": "Reading, against pread and h5py",
    "tricks": "Tricks, against the plain way",
    "predicted": "What psychograph plan expects, against real runs",
    "mixtures": "Mixtures: seconds a look at all customers, against scikit-learn and mclust",
    "bisecting": "Bisecting k-means, against scikit-learn",
    "classes": "Latent classes: nanoseconds a customer and look, against flexmix",
    "medoids": "Medoids, against R's clara",
    "stability": "Stability: seconds a bootstrap sample, against fpc's clusterboot",
    "import": "Import of CSV, against DuckDB and pandas",
    "join": "Join, against pandas",
}


@dataclasses.dataclass
class Row:
    """Two medians, and the median of their ratios run by run (neighbours in time share the machine's moods)."""
    section: str
    case: str
    against: str
    unit: str
    ours: float
    theirs: float
    ratio: float
    promise: str = ""
    note: str = ""
    samples: dict = dataclasses.field(default_factory=dict)

    @property
    def kept(self):
        """Whether the promise ("<= 0.2") holds here; it is made for the default sizes."""
        if not self.promise:
            return ""
        sign, bound = self.promise.split()
        return "yes" if (self.ratio <= float(bound) if sign == "<=" else self.ratio >= float(bound)) else "no"

    def cells(self):
        return [self.case, number(self.ours), self.against, number(self.theirs), self.unit, number(self.ratio),
                self.promise, self.kept, self.note]


HEADER = ["case", "Psychograph", "against", "theirs", "unit", "ratio", "promise", "kept", ""]


def compare(section, case, against, unit, ours, theirs, promise="", note="", inverse=False):
    """A row from two lists of samples taken in turn. The ratio is ours / theirs; `inverse`: theirs / ours."""
    ratios = [b / a if inverse else a / b for a, b in zip(ours, theirs)]
    return Row(section, case, against, unit, statistics.median(ours), statistics.median(theirs),
               statistics.median(ratios), promise, note, {"ours": list(ours), "theirs": list(theirs)})


def number(value):
    """Four digits, without an exponent."""
    if value == 0 or abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.{min(9, 3 - math.floor(math.log10(abs(value))))}f}"


def _aligned(rows, separator):
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return [separator.join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in rows]


def as_text(rows):
    parts = []
    for section in dict.fromkeys(row.section for row in rows):
        lines = _aligned([HEADER] + [row.cells() for row in rows if row.section == section], "  ")
        parts.append(f"{TITLES[section]}\n" + "\n".join(f"  {line}" for line in lines))
    return "\n\n".join(parts) + "\n"


def markdown_table(rows):
    return "\n".join(["| " + " | ".join(HEADER) + " |", "|" + "---|" * len(HEADER)] +
                     ["| " + " | ".join(cell.replace("|", "\\|") for cell in row.cells()) + " |" for row in rows])


def markdown_parts(rows, machine, settings):
    """{marker: Markdown}: the machine's table, and one a section, each with the size it was measured at."""
    lines = ["| | |", "|---|---|"] + [f"| {name} | {value} |" for name, value in machine.items()]
    parts = {"machine": "\n".join(lines)} if machine else {}
    for section in dict.fromkeys(row.section for row in rows):
        table = markdown_table([row for row in rows if row.section == section])
        parts[section] = f"Measured with {settings.described()}.\n\n{table}"
    return parts


def as_markdown(rows, machine, settings):
    parts = markdown_parts(rows, machine, settings)
    return "\n\n".join(f"## {TITLES.get(name, 'The machine')}\n\n{text}" for name, text in parts.items()) + "\n"


def as_json(rows, machine, settings, skipped):
    values = [dataclasses.asdict(row) | {"kept": row.kept} for row in rows]
    return json.dumps({"machine": machine, "settings": dataclasses.asdict(settings), "rows": values,
                       "skipped": skipped}, indent=1,
                      default=str) + "\n"


def write_between_markers(pages, parts):
    """Puts each part between `<!-- bench:NAME -->` and `<!-- end -->` of the Markdown page that has them."""
    texts = {page: page.read_text(encoding="utf-8") for page in pages}
    for name, part in parts.items():
        pattern = re.compile(rf"(<!-- bench:{name} -->\n).*?(<!-- end -->)", re.DOTALL)
        page = next((page for page in pages if pattern.search(texts[page])), None)
        if page is None:
            raise SystemExit(f"no place for the table: <!-- bench:{name} --> ... <!-- end -->")
        texts[page] = pattern.sub(lambda match, part=part: f"{match[1]}\n{part}\n\n{match[2]}", texts[page])
    for page, text in texts.items():
        page.write_text(text, encoding="utf-8")
