"""Whether a release build is hardened as Debian's are, by what the built program says of itself.

    hardening.py PROGRAM
"""
import re
import subprocess
import sys
import unittest


class Hardening(unittest.TestCase):
    program = None

    def readelf(self, *options):
        return subprocess.run(["readelf", "--wide", *options, self.program], capture_output=True, text=True, check=True).stdout

    def test_it_lies_anywhere(self):
        self.assertRegex(self.readelf("--file-header"), r"Type:\s+DYN \(Position-Independent Executable")

    def test_what_the_linker_fills_in_is_read_only_afterwards(self):
        self.assertIn("GNU_RELRO", self.readelf("--program-headers"))
        self.assertRegex(self.readelf("--dynamic"), r"BIND_NOW|FLAGS_1\).*\bNOW\b")

    def test_nothing_is_both_written_and_run(self):
        for line in self.readelf("--program-headers").splitlines():
            if re.match(r"\s+(LOAD|GNU_STACK)\s", line):
                self.assertNotRegex(line, r"\sRWE\s|\sR?WE\s")

    def test_stacks_and_copies_are_checked(self):
        symbols = set(re.findall(r"\b(__\w+_chk|__stack_chk_fail)@", self.readelf("--dyn-syms")))
        self.assertIn("__stack_chk_fail", symbols)
        self.assertGreater(len(symbols), 1, "no copy into a buffer of known size is checked")


if __name__ == "__main__":
    Hardening.program = sys.argv.pop(1)
    unittest.main(verbosity=2)
