"""The sections that bring tables in: a CSV file beside DuckDB and pandas, a join beside pandas' merge. In turn; whole
processes but for the start of the peers' interpreters, which their own seconds leave out."""
import json
import shutil

import h5py
import numpy as np

import runs
from settings import PROJECT
from tables import compare

DUCKDB = PROJECT / "tests" / "duckdb"
JOINED = 100  # columns of the other table


def cores_words(cores):
    return f"{cores} core{'s' if cores > 1 else ''}"


def write_csv(path, rows):
    """Numbers of a few decimals, answers, words, dates, and gaps: some 117 bytes a row."""
    import pandas
    random = np.random.default_rng(1)
    step = 200_000
    for begin in range(0, rows, step):
        count = min(step, rows - begin)
        columns = {"who": np.arange(begin, begin + count)}
        for j in range(8):
            columns[f"answer_{j}"] = random.integers(1, 7, count)
        for j in range(6):
            values = np.round(random.gamma(2, 40 * (j + 1), count), 2)
            values[random.random(count) < 0.03] = np.nan
            columns[f"spend_{j}"] = values
        for j, words in enumerate((["north", "south", "east", "west"], ["web", "store", "app"], ["new", "loyal", "lapsed"])):
            columns[f"word_{j}"] = np.array(words)[random.integers(0, len(words), count)]
        for j in range(3):
            columns[f"date_{j}"] = (np.datetime64("2015-01-01") + random.integers(0, 4000, count)).astype(str)
        for j in range(2):
            columns[f"count_{j}"] = random.integers(0, 40_000, count)
        pandas.DataFrame(columns).to_csv(path, mode="w" if begin == 0 else "a", header=begin == 0, index=False)


def seconds(command, threads=1):
    return runs.run(command, threads)[1]


def imports(context):
    settings = context.settings
    csv = settings.output / "intake.csv"
    write_csv(csv, settings.customers)
    case = f"{csv.stat().st_size / 1e6:,.0f} MB, {settings.customers:,} x 23"

    def ours(cores):
        return seconds(runs.ranks_command(cores, context.programs.binary, "import", csv, "--id", "who", "--quiet", "--output",
                                          settings.output / "intake.h5"))

    def row(cores, against, theirs, promise):
        results = runs.alternate(settings.repeats, {"ours": lambda: ours(cores), "theirs": theirs})
        return compare("import", f"{case}, {cores_words(cores)}", against, "s", results["ours"], results["theirs"], promise)

    most = settings.most_cores
    if (DUCKDB / "node_modules" / "@duckdb").exists() and shutil.which("node"):
        yield row(most, "DuckDB, to a file", lambda: json.loads(runs.run(
            ["node", DUCKDB / "import.mjs", csv, settings.output / "intake.duckdb", most], most)[0])["seconds"], "<= 0.6")
    else:
        context.skip("import", "DuckDB is not installed (npm ci in tests/duckdb)")
    yield row(1, "pandas and h5py", lambda: runs.peer("pandas_import.py", csv, settings.output / "intake-pandas.h5", threads=1)["seconds"],
              "<= 0.5")


def joins(context):
    """Answers of every two hundredth customer, in another order."""
    settings, data, cores = context.settings, context.data, context.settings.most_cores
    other = settings.output / "answers.h5"
    random = np.random.default_rng(2)
    with h5py.File(data.table) as file:
        ids = random.permutation(file["customers/customer_id"][()])[:max(10, data.customers // 200)]
    with h5py.File(other, "w") as file:
        file["customers/customer_id"] = ids
        for j in range(JOINED):
            file[f"customers/answer_{j:03}"] = random.integers(1, 8, len(ids)).astype(np.int8)
    results = runs.alternate(settings.repeats, {
        "ours": lambda: seconds(runs.ranks_command(cores, context.programs.binary, "join", data.table, other, "--id", "customer_id", "--quiet",
                                                   "--output", settings.output / "joined.h5")),
        "theirs": lambda: runs.peer("pandas_join.py", data.table, other, settings.output / "joined-pandas.h5", threads=cores)["seconds"],
    })
    yield compare("join", f"{data.customers:,} x {settings.features} with {len(ids):,} x {JOINED}, {cores_words(cores)}", "pandas' merge, h5py",
                  "s", results["ours"], results["theirs"])
