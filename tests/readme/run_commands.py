#!/usr/bin/python3
"""Runs the commands of README.md as a newcomer would: every block marked ```sh, in order, in one shell,
in a fresh copy of the project. Says what it runs; ends with "readme: N passed, N failed" (blocks).

    tests/readme/run_commands.py [FILE.md]
"""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

PROJECT = pathlib.Path(__file__).resolve().parents[2]
# Fetching the project (it is here already), testing it (this is a part of that), and what only a cluster
# understands (tests/slurm).
SKIPPED = re.compile(r"\s*(git clone|cd psychograph|(\./)?scripts/test\b|sbatch|squeue|srun)")


def blocks(text):
    return re.findall(r"^```sh\s*\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL)


def logical_lines(block):
    """The lines of a block, those that a backslash continues put together."""
    return re.sub(r"\\\n", "\\\\\0", block).replace("\n", "\n\1").replace("\0", "\n").split("\n\1")


def without_skipped(block):
    kept = []
    for line in logical_lines(block):
        if SKIPPED.match(line):
            print(f"    (not here: {line.strip()})")
        else:
            kept.append(line)
    return "\n".join(kept)


def main():
    readme = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else PROJECT / "README.md")
    commands = blocks(readme.read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory(prefix="psychograph-readme-") as folder:
        copy = pathlib.Path(folder) / "psychograph"
        shutil.copytree(PROJECT, copy, symlinks=True, ignore=shutil.ignore_patterns("build", ".git", "__pycache__"))
        if shutil.which("cmake") and shutil.which("ccache"):  # the options of scripts/test: what that compiled is known
            subprocess.run(["cmake", "--preset", "release", "-DPSYCHOGRAPH_WERROR=ON"], cwd=copy, check=True,
                           stdout=subprocess.DEVNULL)
        # Files, not a pipe, carry which block is done: a command may read or write anything.
        done = pathlib.Path(folder) / "done"
        script = "set -eo pipefail\n"
        for number, block in enumerate(commands):
            script += f"printf '\\n--- block {number + 1}\\n'\nset -v\n{without_skipped(block)}\nset +v\n"
            script += f"echo {number + 1} >'{done}'\n"
        environment = os.environ | {"CCACHE_BASEDIR": str(copy)}
        code = subprocess.run(["bash", "-c", script], cwd=copy, env=environment, stdin=subprocess.DEVNULL,
                              stderr=subprocess.STDOUT, check=False).returncode
        passed = int(done.read_text()) if done.exists() else 0
    failed = len(commands) - passed
    if code and not failed:
        failed = 1
    if not commands:
        print(f"{readme} has no block marked ```sh")
        failed = 1
    print(f"readme: {passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.stdout.reconfigure(line_buffering=True)
    sys.exit(main())
