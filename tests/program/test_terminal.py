"""What the program says: to a terminal, to a full disk, to nobody."""
import json
import os
import pathlib
import re
import subprocess
import unittest

import h5py
import numpy as np

from program import ProgramTest, command, environment, messages, run, warnings

N = 60
EVIL = b"x\x1b[31m\x07\xc2\x9b\xe2\x80\xae"  # colours, a bell, 8-bit CSI, right to left
NOT_FOR_A_TERMINAL = re.compile(rb"[\x00-\x09\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80[\x8e\x8f\xa8-\xae]|\xe2\x81[\xa6-\xa9]")


class Terminal(ProgramTest):
    def write(self, name="t.h5", **columns):
        with h5py.File(self.path(name), "w") as file:
            group = file.create_group("customers")
            for column, cells in columns.items():
                group[column] = cells
        return self.path(name)

    def spec(self, text='columns = ["*"]', files=("t.h5",), name="s.toml"):
        listed = ", ".join(f'"{self.path(file)}"' for file in files)
        pathlib.Path(self.path(name)).write_text(
            f"[input]\nfiles = [{listed}]\n[[features]]\n{text}\n[cluster]\nk = 2\nrestarts = 1\n")
        return self.path(name)

    def numbers(self, name="t.h5"):
        return self.write(name, age=np.arange(N) % 41, spend=np.arange(N) ** 2 % 97)

    def result(self):
        self.numbers()
        self.run_ok(1, "segment", self.spec(), "--output", self.path("r.h5"), "--quiet")
        return self.path("r.h5")

    def assert_harmless(self, *args, code=0, env=None):
        """Whatever is said: no byte of it does anything to a terminal, and every line is one of the program's."""
        completed = run(0, *args, env=env, text=False, cwd=self.folder)
        self.assertEqual(completed.returncode, code, completed.stderr)
        for said in (completed.stdout, completed.stderr):
            said.decode()  # UTF-8
            self.assertIsNone(NOT_FOR_A_TERMINAL.search(said), said)
        return completed


class Names(Terminal):
    def evil_table(self):
        words = np.array([b"a\x1b[2J", b"b\nforged: line", b"K\xf6ln"])[np.arange(N) % 3]
        with h5py.File(self.path("t.h5"), "w") as file:
            group = file.create_group("customers")
            group[EVIL] = np.arange(N) % 41
            group[b"two\nlines\tand\ra return"] = np.arange(N) ** 2 % 97
            group["words"] = words
        return self.path("t.h5")

    def test_columns_and_categories(self):
        self.evil_table()
        described = self.assert_harmless("describe", self.spec(), "--quiet")
        self.assertIn(rb"x\x1b[31m\x07\u009b\u202e", described.stdout)
        self.assertIn(rb"two\nlines\tand\ra return", described.stdout)
        self.assertIn(rb"b\nforged: line", described.stdout)
        self.assertEqual(described.stdout.count(b"\n"), 3 + 3, described.stdout)  # a line a feature
        self.assert_harmless("segment", self.spec(), "--output", "r.h5", "--verbose")
        self.assert_harmless("resegment", self.spec(), "--previous", "r.h5", "--output", "r2.h5")
        self.assert_harmless("verify", "r.h5")
        with h5py.File(self.path("t.h5"), "a") as file:  # a category that the model does not know
            file["customers/words"][7] = b"new\x1b]0;t\x07\nb"
        told = self.assert_harmless("assign", "r.h5", "--input", "t.h5", "--output", "a.h5", "--events", "events")
        self.assertEqual(len(warnings(told)), 2, told.stderr)
        self.assertIn(rb"new\x1b]0;t\x07\nb", told.stderr)
        events = [json.loads(line) for line in pathlib.Path(self.path("events")).read_text().splitlines()]
        self.assertEqual(len([event for event in events if "warning" in event]), 2)
        listed = self.assert_harmless("verify", "r.h5", code=3)
        self.assertEqual(len(messages(listed)), 1)

    def test_errors(self):
        self.numbers()
        name = "no\x1b[1m\nsuch"
        for args in (["describe", name], ["segment", self.spec(), "--input", name, "--output", "r.h5"],
                     ["import", name, "--output", "r.h5"], ["assign", name, "--input", name, "--output", "r.h5"],
                     ["export", name, "--output", "x.csv"], ["verify", name], ["segment", self.spec(), name]):
            completed = run(0, *args, "--quiet", cwd=self.folder)
            self.assertIn(completed.returncode, (2, 3, 4))
            self.assertEqual(len(completed.stderr.splitlines()), 1, completed.stderr)
            self.assertTrue(completed.stderr.startswith("psychograph: "), completed.stderr)
            self.assertNotIn("\x1b", completed.stderr)

    def test_csv_keeps_its_bytes(self):
        cells = ["plain", "\x1b[31mred", '"two\nlines"', "tab\there"]
        pathlib.Path(self.path("a.csv")).write_text("\x1bid,\"x\ny\"\n" + "".join(f"{c},{i}\n" for i, c in enumerate(cells)))
        summary = self.assert_harmless("import", "a.csv", "--output", "t.h5", "--id", "\x1bid")
        self.assertIn(rb"x\ny", summary.stdout)
        spec = pathlib.Path(self.path("s.toml"))
        spec.write_text('[input]\nfiles = ["t.h5"]\nid = "customer_id"\n[[features]]\ncolumns = ["x\\ny"]\n[cluster]\nk = 2\n')
        self.assert_harmless("segment", "s.toml", "--output", "r.h5", "--quiet")
        exported = run(0, "export", "r.h5", "--output", "-", "--quiet", cwd=self.folder, text=False)
        self.assertIn(b"\n\x1b[31mred,", exported.stdout)
        self.assertIn(b'\n"two\nlines",', exported.stdout)


class Words(Terminal):
    def test_a_command_line_error_is_one_line(self):
        self.numbers()
        for args in (["segment"], ["segment", self.spec(), "--nonsense"], ["segments"], [], ["segment", self.spec(), "--k", "x"],
                     ["generate", "--customers", "0"], ["describe", self.spec(), "--quiet", "--verbose"], ["--nonsense"],
                     ["segment", self.spec(), "--checkpoint-every"], ["plan", "--memory", "4Q"]):
            for ranks in (0, 2):
                completed = run(ranks, *args)
                self.assertEqual(completed.returncode, 2, completed.stderr)
                self.assertEqual(len(messages(completed)), 1, completed.stderr)
                self.assertFalse(completed.stdout)
                if ranks == 0:
                    self.assertEqual(len(completed.stderr.splitlines()), 1, completed.stderr)

    def test_help_and_version(self):
        for args in (["--help"], ["--version"], *([job, "--help"] for job in (
                "import", "generate", "describe", "segment", "resegment", "assign", "export", "verify", "plan"))):
            completed = self.run_ok(2 if args == ["--help"] else 0, *args)
            self.assertTrue(completed.stdout)
            self.assertFalse(completed.stderr)

    def test_verify_lists_below_its_line(self):
        result = self.result()
        with h5py.File(result, "a") as file:
            file["assignments/segment"][3] = 1 - file["assignments/segment"][3]
        completed = run(0, "verify", result, "--quiet")
        lines = completed.stderr.splitlines()
        self.assertTrue(lines[0].startswith("psychograph: ") and lines[0].endswith("differ:"), lines)
        self.assertTrue(all(line.startswith("  ") for line in lines[1:]), lines)
        self.assertIn("/assignments/segment", lines[1])


class StandardOutput(Terminal):
    """Where standard output can't be written, the job says so and ends with 4."""

    def jobs(self):
        result = self.result()
        pathlib.Path(self.path("a.csv")).write_text("id,x\n1,2\n2,3\n")
        return (["--help"], ["--version"], ["segment", "--help"], ["describe", self.spec()],
                ["import", self.path("a.csv"), "--output", self.path("i.h5")],
                ["generate", "--customers", "50", "--features", "2", "--segments", "2", "--output", self.path("g.h5")],
                ["segment", self.spec(), "--output", self.path("o.h5")],
                ["resegment", self.spec(), "--previous", result, "--output", self.path("o.h5")],
                ["assign", result, "--input", self.path("t.h5"), "--output", self.path("o.h5")],
                ["export", result, "--output", "-"], ["verify", result],
                ["plan", "--customers", "1000", "--features", "3", "--k", "2"],
                ["plan", "--customers", "1000", "--features", "3", "--k", "2", "--json"])

    def check(self, completed, *parts):
        self.assertEqual(completed.returncode, 4, completed.stderr)
        self.assertEqual(len(messages(completed)), 1, completed.stderr)
        for part in ("standard output: can't be written", *parts):
            self.assertIn(part, messages(completed)[0])
        self.assert_nothing_temporary()

    def test_full(self):
        for args in self.jobs():
            with open("/dev/full", "w") as full:
                self.check(subprocess.run(command(0, *args), env=environment(), stdout=full, stderr=subprocess.PIPE,
                                          text=True, timeout=120, check=False), "No space left")

    def test_closed(self):
        for args in self.jobs():
            closed = ["sh", "-c", 'exec "$@" >&-', "sh", *command(0, *args)]
            self.check(subprocess.run(closed, env=environment(), stderr=subprocess.PIPE, text=True, timeout=120, check=False))
        with h5py.File(self.path("o.h5")) as file:  # what was said did not go into a file that was open then
            self.assertEqual(len(file["assignments/segment"]), N)

    def test_a_pipe_that_nobody_reads(self):
        for args in self.jobs():
            reader, writer = os.pipe()
            os.close(reader)
            try:
                completed = subprocess.run(command(0, *args), env=environment(), stdout=writer, stderr=subprocess.PIPE,
                                           text=True, timeout=120, check=False)
            finally:
                os.close(writer)
            self.check(completed, "Broken pipe")

    def test_standard_error_is_no_reason_to_end(self):
        self.numbers()
        for stream in ("2>/dev/full", "2>&-"):
            line = ["sh", "-c", f'exec "$@" {stream}', "sh", *command(0, "segment", self.spec(), "--verbose", "--output",
                                                                     self.path("o.h5"))]
            self.assertEqual(subprocess.run(line, env=environment(), capture_output=True, timeout=120, check=False).returncode, 0)
            with h5py.File(self.path("o.h5")) as file:
                self.assertEqual(len(file["assignments/segment"]), N)
            os.remove(self.path("o.h5"))


if __name__ == "__main__":
    unittest.main()
