"""Runs one rank and writes its peak memory: OUTPUT.RANK gets {"rss": bytes, "pss": bytes}.

    mpirun -n R peak_memory.py OUTPUT PROGRAM ARGUMENTS...

rss is the kernel's own peak (ru_maxrss): every page of the process, those of shared libraries too, counted in each
rank. pss shares them out among the processes that map them; it is looked at every 10 ms.
"""
import json
import os
import re
import subprocess
import sys
import threading


def watch(process, stop, found):
    while not stop.wait(0.01):
        try:
            with open(f"/proc/{process.pid}/smaps_rollup", encoding="ascii") as file:
                now = int(re.search(r"^Pss:\s+(\d+)", file.read(), re.MULTILINE)[1]) * 1024
        except (OSError, TypeError):  # it has just begun, or ended
            continue
        found["pss"] = max(found["pss"], now)


output, *command = sys.argv[1:]
peak = {"rss": 0, "pss": 0}
done = threading.Event()
child = subprocess.Popen(command)
watcher = threading.Thread(target=watch, args=(child, done, peak))
watcher.start()
_, status, usage = os.wait4(child.pid, 0)
done.set()
watcher.join()
peak["rss"] = usage.ru_maxrss * 1024
with open(f"{output}.{os.environ.get('OMPI_COMM_WORLD_RANK', 0)}", "w", encoding="ascii") as file:
    json.dump(peak, file)
sys.exit(os.waitstatus_to_exitcode(status))
