"""A peer: reads every column of a table once, in the file's own type. Prints {"seconds": ..., "bytes": ...}.

    read_with_h5py.py TABLE
"""
import json
import sys
import time

import h5py
import numpy as np

with h5py.File(sys.argv[1]) as file:
    read = 0
    started = time.perf_counter()
    memory = {}
    for name, column in file["customers"].items():
        buffer = memory.setdefault(column.dtype, np.empty(column.shape, dtype=column.dtype))
        column.read_direct(buffer)
        read += buffer.nbytes
    seconds = time.perf_counter() - started
print(json.dumps({"seconds": seconds, "bytes": read}))
