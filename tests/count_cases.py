#!/usr/bin/python3
"""Counts the cases in a log of CTest (Testing/Temporary/LastTest.log): GoogleTest's, unittest's, and one for
any test that counts none itself. Prints "ctest: N passed, N failed".

    count_cases.py LastTest.log
"""
import re
import sys


def count(block):
    passed = failed = 0
    for number in re.findall(r"^\[  PASSED  \] (\d+) test", block, re.MULTILINE):
        passed += int(number)
    for number in re.findall(r"^\[  FAILED  \] (\d+) test", block, re.MULTILINE):
        failed += int(number)
    for number, verdict in re.findall(r"^Ran (\d+) tests? in .*\n\n(.*)", block, re.MULTILINE):
        bad = sum(int(n) for n in re.findall(r"(?:failures|errors|unexpected successes)=(\d+)", verdict))
        skipped = sum(int(n) for n in re.findall(r"skipped=(\d+)", verdict))
        passed += int(number) - bad - skipped
        failed += bad
    succeeded = re.search(r"^Test Passed\.$", block, re.MULTILINE) is not None
    if not succeeded and failed == 0:
        failed = 1  # a crash, a time limit, or a disagreement of ranks
    if succeeded and passed == 0:
        passed = 1
    return passed, failed


with open(sys.argv[1], encoding="utf-8", errors="replace") as log:
    plain = re.sub(r"\x1b\[[0-9;]*m", "", log.read())  # under mpirun GoogleTest believes in a terminal
    blocks = re.split(r"^\d+/\d+ Testing: ", plain.replace("\r", ""), flags=re.MULTILINE)[1:]
counts = [count(block) for block in blocks]
print(f"ctest: {sum(p for p, _ in counts)} passed, {sum(f for _, f in counts)} failed")
