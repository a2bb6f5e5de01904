"""pandas_import.py CSV OUTPUT: pandas reads a CSV file, h5py writes its columns; prints the seconds."""
import json
import sys
import time

import h5py
import pandas

csv, output = sys.argv[1:]
started = time.perf_counter()
table = pandas.read_csv(csv)
with h5py.File(output, "w") as file:
    for name in table.columns:
        column = table[name]
        file[f"customers/{name}"] = column.to_numpy() if column.dtype != object else column.to_numpy(dtype="S")
print(json.dumps({"seconds": time.perf_counter() - started, "rows": len(table)}))
