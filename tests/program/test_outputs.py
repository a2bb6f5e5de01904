"""What jobs leave on disk: modes, links, leftovers of killed runs; and that nothing that is read is replaced."""
import json
import os
import pathlib
import re
import shutil
import signal
import stat
import subprocess
import tempfile
import unittest

import h5py
import numpy as np

from program import ProgramTest, binary, build_write_faults, command, environment, messages, run

SOAK = bool(os.environ.get("PSYCHOGRAPH_SOAK"))
N = 60
OLD_NUMBER = ".partial-0-0-1"  # what a process of the same number left, in another container
NOBODY = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"]


class Outputs(ProgramTest):
    def setUp(self):
        super().setUp()
        with h5py.File(self.path("t.h5"), "w") as file:
            file["customers/id"] = np.arange(N)
            file["customers/age"] = np.arange(N) % 41
            file["customers/spend"] = np.arange(N) ** 2 % 97
        self.write_spec("s.toml", "t.h5")
        (self.folder / "a.csv").write_text("id,x\n" + "".join(f"{i},{i % 7}\n" for i in range(N)))
        self.here(0, "segment", "s.toml", "--output", "r.h5")

    def write_spec(self, name, table, more=""):
        (self.folder / name).write_text(f'[input]\nfiles = ["{table}"]\nid = "id"\n[[features]]\ncolumns = ["age", "spend"]\n'
                                        f'[cluster]\nk = 2\nrestarts = 1\n{more}')

    def here(self, ranks, *args, code=0, **options):
        completed = run(ranks, *args, "--quiet", cwd=self.folder, **options)
        self.assertEqual(completed.returncode, code, (args, completed.stderr))
        if code:
            self.assertEqual(len(messages(completed)), 1, completed.stderr)
        return completed

    def writers(self, output):
        """Every job that writes a file, to `output`."""
        return {"segment": ["segment", "s.toml", "--output", output],
                "resegment": ["resegment", "s.toml", "--previous", "r.h5", "--output", output],
                "assign": ["assign", "r.h5", "--input", "t.h5", "--output", output],
                "export": ["export", "r.h5", "--output", output],
                "import": ["import", "a.csv", "--output", output],
                "generate": ["generate", "--customers", "50", "--features", "2", "--segments", "2", "--output", output],
                "plan": ["plan", "s.toml", "--save-constants", output]}

    def hidden_files(self):
        return list(self.folder.glob(".*.partial-*[0-9a-f]"))

    def faults(self, at):
        """Variables that make the program die in its call number `at` of those that change the folder (0: in none)."""
        if not hasattr(self, "shim"):
            aside = tempfile.TemporaryDirectory()
            self.addCleanup(aside.cleanup)
            self.shim = build_write_faults(f"{aside.name}/faults.so")
            self.log = pathlib.Path(aside.name) / "log"
        self.log.unlink(missing_ok=True)
        return {"LD_PRELOAD": self.shim, "FAULT_PROGRAM": pathlib.Path(binary()).name, "FAULT_FOLDER": f"{self.folder}/",
                "FAULT_RANK": 0, "FAULT_AT": at, "FAULT_LOG": self.log}

    def calls_on_hidden_file(self, *args):
        """The numbers of the calls that change the file that becomes the output. Runs the job to its end."""
        self.here(0, *args, env=self.faults(0))
        return [i for i, call in enumerate(self.log.read_text().splitlines(), 1) if re.search(r"\.partial-[-0-9a-f]*$", call)]

    def kill_in(self, call, *args):
        killed = run(0, *args, "--quiet", cwd=self.folder, env=self.faults(call))
        self.assertEqual(killed.returncode, -signal.SIGKILL, (args, killed.stderr))

    def names(self):
        return sorted(p.name for p in self.folder.rglob("*"))

    def mode(self, name):
        return stat.S_IMODE(os.stat(self.path(name)).st_mode)


class Modes(Outputs):
    def test_the_mode_of_the_old_file_stays(self):
        for job, args in self.writers("out").items():
            for mode in (0o600, 0o640, 0o664):
                (self.folder / "out").write_text("old")
                os.chmod(self.path("out"), mode)
                self.here(2 if mode == 0o600 else 0, *args)
                self.assertEqual(oct(self.mode("out")), oct(mode), job)
            self.assertNotEqual((self.folder / "out").read_bytes(), b"old")
            os.remove(self.path("out"))

    def test_a_new_file_has_what_umask_leaves(self):
        for job, args in self.writers("new").items():
            for mask, mode in (("077", 0o600), ("022", 0o644)):
                line = ["sh", "-c", f'umask {mask}; exec "$@"', "sh", *command(0, *args, "--quiet")]
                subprocess.run(line, cwd=self.folder, env=environment(), check=True, capture_output=True, timeout=120)
                self.assertEqual(oct(self.mode("new")), oct(mode), job)
                os.remove(self.path("new"))

    def test_the_hidden_file_is_no_wider(self):
        """At any moment: killed in each of the first calls that change it, and in the last ones."""
        os.chmod(self.path("r.h5"), 0o600)
        for job, args in {**self.writers("out"), "verify": ["verify", "r.h5"]}.items():
            (self.folder / "out").write_text("old")
            os.chmod(self.path("out"), 0o600)
            calls = self.calls_on_hidden_file(*args)
            seen = 0
            for call in {*calls[:6], *calls[-3:]}:
                self.kill_in(call, *args)
                for path in self.hidden_files():
                    seen += 1
                    self.assertEqual(oct(stat.S_IMODE(path.stat().st_mode)), oct(0o600), (job, call))
                    path.unlink()
                for path in self.folder.glob(".*.lock"):
                    path.unlink()
            self.assertGreater(seen, 1, job)

    @unittest.skipUnless(os.geteuid() == 0, "only root can give a file to somebody else")
    def test_the_owner_stays(self):
        for job, args in self.writers("out").items():
            (self.folder / "out").write_text("old")
            os.chown(self.path("out"), 65534, 65533)
            self.here(0, *args)
            status = os.stat(self.path("out"))
            self.assertEqual((status.st_uid, status.st_gid), (65534, 65533), job)
            os.remove(self.path("out"))


class Links(Outputs):
    def test_a_link_is_followed(self):
        os.mkdir(self.path("safe"))
        for job, args in self.writers("link").items():
            for target in ("safe/old", "safe/new", str(self.folder / "safe" / "absolute")):
                (self.folder / "safe/old").write_text("old")
                os.symlink("safe/hop", self.path("link"))
                os.symlink(os.path.basename(target) if "new" in target else str(self.folder / target),
                           self.path("safe/hop"))
                self.here(0, *args)
                self.assertTrue((self.folder / "link").is_symlink() and (self.folder / "safe/hop").is_symlink(), job)
                self.assertGreater(os.path.getsize(os.path.join(self.folder, target)), 3, job)
                self.assertEqual([name for name in self.names() if "partial" in name], [])
                os.remove(self.path("link"))
                shutil.rmtree(self.path("safe"))
                os.mkdir(self.path("safe"))

    def test_into_another_file_system(self):
        other = pathlib.Path("/dev/shm") / f"psychograph-{self.folder.name}"
        self.addCleanup(lambda: other.exists() and other.unlink())
        if not os.access("/dev/shm", os.W_OK) or os.stat("/dev/shm").st_dev == os.stat(self.folder).st_dev:
            self.skipTest("/dev/shm is no other file system here")
        os.symlink(other, self.path("link"))
        for job, args in self.writers("link").items():
            self.here(0, *args)
            self.assertTrue(other.is_file() and (self.folder / "link").is_symlink(), job)
            other.unlink()

    def test_links_that_lead_nowhere(self):
        os.symlink("b", self.path("a"))
        os.symlink("a", self.path("b"))
        os.symlink("no/such/folder/x", self.path("far"))
        for name, words in (("a", "symbolic links"), ("far", "No such file")):
            for job, args in self.writers(name).items():
                self.assertIn(words, self.here(0, *args, code=4).stderr, job)
        self.assertEqual([name for name in self.names() if "partial" in name], [])


class Leftovers(Outputs):
    def test_of_every_job(self):
        """What was left under any number goes; what is another output's stays."""
        for job, args in self.writers("out").items():
            left = [".out" + OLD_NUMBER, ".out.partial-17-2-00ff00ff00ff00ff", ".out.partial-17-2-00ff00ff00ff00ff.lock"]
            for name in (*left, ".out2" + OLD_NUMBER, ".outpartial-1", "out" + OLD_NUMBER):
                (self.folder / name).write_text("half")
            self.here(0, *args)
            there = self.names()
            self.assertFalse(set(left) & set(there), job)
            self.assertTrue({".out2" + OLD_NUMBER, ".outpartial-1", "out" + OLD_NUMBER} <= set(there), job)
            os.remove(self.path("out"))
        os.mkdir(self.path("tmp"))
        for folder, more in ((".", []), ("tmp", ["--temporary", "tmp"])):
            (self.folder / folder / (".r.h5.verify" + OLD_NUMBER)).write_text("half")
            self.here(2, "verify", "r.h5", *more)
            self.assertFalse([name for name in self.names() if ".verify" in name])

    def test_killed_and_run_again(self):
        """Killed in the last call that changes the hidden file (the one that would give it its name, or remove it)."""
        for job, args in {**self.writers("out"), "verify": ["verify", "r.h5"]}.items():
            self.kill_in(self.calls_on_hidden_file(*args)[-1], *args)
            self.assertEqual(len(self.hidden_files()), 1, job)
            self.here(0, *args)
            self.assert_nothing_temporary()
            pathlib.Path(self.path("out")).unlink(missing_ok=True)

    def test_two_at_once(self):
        """Neither removes what the other one writes."""
        args = ["generate", "--customers", "400000", "--features", "4", "--segments", "2", "--output", "out", "--quiet"]
        both = [subprocess.Popen(command(0, *args), cwd=self.folder, env=environment(), stderr=subprocess.PIPE, text=True,
                                 stdout=subprocess.DEVNULL) for _ in range(3)]
        for process in both:
            _, stderr = process.communicate(timeout=120)
            self.assertEqual(process.returncode, 0, stderr)
        both = [subprocess.Popen(command(0, "verify", "r.h5", "--quiet"), cwd=self.folder, env=environment(),
                                 stderr=subprocess.PIPE, text=True, stdout=subprocess.DEVNULL) for _ in range(3)]
        for process in both:
            _, stderr = process.communicate(timeout=120)
            self.assertEqual(process.returncode, 0, stderr)
        self.assert_nothing_temporary()

    def test_of_checkpoints(self):
        os.mkdir(self.path("r.h5.checkpoint"))
        (self.folder / "r.h5.checkpoint" / (".owner" + OLD_NUMBER)).write_text("half")
        self.here(2, "segment", "s.toml", "--output", "r.h5")
        self.assertFalse((self.folder / "r.h5.checkpoint").exists())
        os.makedirs(self.path("r.h5.checkpoint/mine.state"))  # a folder is none of a run's
        self.assertIn("mine.state", self.here(0, "segment", "s.toml", "--output", "r.h5", code=4).stderr)
        self.assertTrue((self.folder / "r.h5.checkpoint/mine.state").exists())


class NothingReadIsReplaced(Outputs):
    def names_of(self, path):
        """A file under its own name, by a link, by a hard link, by another way, absolutely."""
        os.makedirs(self.path("sub"), exist_ok=True)
        for link in ("soft", "hard", "far"):
            if os.path.lexists(self.path(link)):
                os.remove(self.path(link))
        os.symlink(path, self.path("soft"))
        os.symlink("../soft", self.path("sub/far")) if not os.path.lexists(self.path("sub/far")) else None
        os.link(self.path(path), self.path("hard"))
        return (path, f"./{path}", f"sub/../{path}", self.path(path), "soft", "sub/far", "hard")

    def refused(self, args, *files, ranks=0):
        before = {name: (self.folder / name).read_bytes() for name in files}
        completed = self.here(ranks, *args, code=2)
        self.assertEqual({name: (self.folder / name).read_bytes() for name in files}, before, args)
        self.assertEqual([name for name in self.names() if "partial" in name], [])
        return completed.stderr

    def test_by_any_option(self):
        read = {"describe": (["describe", "s.toml"], ("s.toml", "t.h5")),
                "segment": (["segment", "s.toml", "--output", "o.h5"], ("s.toml", "t.h5")),
                "resegment": (["resegment", "s.toml", "--previous", "r.h5", "--output", "o.h5"], ("s.toml", "t.h5", "r.h5")),
                "assign": (["assign", "r.h5", "--input", "t.h5", "--output", "o.h5"], ("r.h5", "t.h5")),
                "export": (["export", "r.h5", "--output", "o.csv"], ("r.h5",)),
                "verify": (["verify", "r.h5"], ("r.h5", "t.h5")),
                "import": (["import", "a.csv", "--output", "o.h5"], ("a.csv",)),
                "plan": (["plan", "s.toml", "--save-constants", "c.toml"], ("s.toml", "t.h5"))}
        self.here(0, "plan", "s.toml", "--save-constants", "constants.toml")
        read["plan by constants"] = (["plan", "s.toml", "--constants", "constants.toml"], ("s.toml", "constants.toml"))
        for job, (args, files) in read.items():
            for file in files:
                names = self.names_of(file)
                for name in names if SOAK or (job, file) == ("segment", "t.h5") else (names[1], names[-1]):  # all jobs look in one way
                    self.assertIn("would replace", self.refused([*args, "--events", name], file), (job, name))
                    for option in ("--output", "--save-constants"):
                        if option in args:
                            other = [*args[:args.index(option) + 1], name, *args[args.index(option) + 2:]]
                            self.assertIn("would replace", self.refused(other, file), (job, option, name))

    def test_what_the_spec_names(self):
        shutil.copy(self.path("r.h5"), self.path("start.h5"))
        self.write_spec("init.toml", "t.h5", 'init = "start.h5"\n[output]\npath = "soft"\n')
        os.symlink("start.h5", self.path("soft"))
        self.assertIn("start.h5, which is read", self.refused(["segment", "init.toml"], "start.h5", ranks=2))
        self.assertIn("would replace", self.refused(["segment", "init.toml", "--output", "init.toml"], "init.toml"))

    def test_what_lies_behind_the_table(self):
        """Files of columns that are allowed to lie elsewhere are read too."""
        with h5py.File(self.path("far.h5"), "w") as file:
            file["age"] = np.arange(N)
            file["names"] = [b"a", b"b"]
        with h5py.File(self.path("t.h5"), "a") as file:
            del file["customers/age"]
            file["customers/age"] = h5py.ExternalLink("far.h5", "/age")
            file["customers/kind/codes"] = np.arange(N) % 2
            file["customers/kind/categories"] = h5py.ExternalLink("far.h5", "/names")
        read = "far.h5"
        jobs = {"describe": ["describe", "s.toml", "--set", "input.external=true"],
                "segment": ["segment", "s.toml", "--set", "input.external=true", "--output", "o.h5"],
                "assign": ["assign", "r.h5", "--input", "t.h5", "--external", "--output", "o.h5"]}
        self.here(2, *jobs["segment"])
        for of in ("age", "kind/categories"):
            for job, args in jobs.items():
                names = self.names_of(read)
                for name in names if SOAK or job == "describe" else (names[1], names[-1]):
                    self.assertIn("would replace", self.refused([*args, "--events", name], read), (job, name, of))
                    if "--output" in args:
                        self.assertIn("would replace", self.refused([*args[:-1], name], read, ranks=2), (job, name, of))
            with h5py.File(self.path("t.h5"), "a") as file:
                if of == "age":
                    del file["customers/age"]
                    file["customers/age"] = np.arange(N)

    def test_one_file_is_one_output(self):
        for job, args in self.writers("out").items():
            for events in ("out", "./out", self.path("out")):
                self.assertIn("are one file", self.refused([*args, "--events", events]), job)
            self.assertFalse((self.folder / "out").exists())
        os.symlink("out", self.path("link"))  # to nothing
        self.assertIn("are one file", self.refused([*self.writers("out")["segment"], "--events", "link"]))

    def test_what_lies_where_files_are_removed(self):
        os.mkdir(self.path("o.h5.checkpoint"))
        shutil.copy(self.path("s.toml"), self.path("o.h5.checkpoint/owner"))
        spec = (self.folder / "o.h5.checkpoint/owner")
        spec.write_text(spec.read_text().replace("t.h5", self.path("t.h5")))
        self.assertIn("lies in", self.refused(["segment", "o.h5.checkpoint/owner", "--output", "o.h5"],
                                              "o.h5.checkpoint/owner"))
        self.assertIn("lies in", self.refused(["segment", "s.toml", "--output", "o.h5", "--events", "o.h5.checkpoint/owner"],
                                              "o.h5.checkpoint/owner"))
        shutil.copy(self.path("t.h5"), self.path(".o.h5" + OLD_NUMBER))
        before = (self.folder / (".o.h5" + OLD_NUMBER)).read_bytes()
        self.assertIn("give it another name", self.here(0, "segment", "s.toml", "--input", ".o.h5" + OLD_NUMBER, "--output",
                                                        "o.h5", code=2).stderr)
        self.assertEqual((self.folder / (".o.h5" + OLD_NUMBER)).read_bytes(), before)

    def test_devices_are_no_files(self):
        self.here(0, "export", "r.h5", "--output", "/dev/null", "--events", "/dev/null")
        self.here(0, "plan", "s.toml", "--save-constants", "/dev/null", "--events", "/dev/null")

    def test_names_that_cannot_be_written_are_found_before_the_work(self):
        os.mkdir(self.path("folder"))
        for name, words in (("folder", "is a folder"), (".", "is a folder"), ("no/such/x", "No such file"), ("x" * 256, "too long"),
                            ("s.toml/x", "Not a directory"), ("", "empty"), ("sub/" * 1100 + "x", "")):
            for job, args in self.writers(name).items():
                completed = run(2 if job == "segment" else 0, *args, cwd=self.folder)
                self.assertIn(completed.returncode, (2, 4), (job, name, completed.stderr))
                self.assertIn(words, completed.stderr, job)
                for work in ("reading", "assigning", "generating", "exporting", "finding the types", "measuring"):
                    self.assertNotIn(work, completed.stderr, job)
            if name:
                self.assertNotIn("reading", run(0, "segment", "s.toml", "--output", "o.h5", "--events", name,
                                                cwd=self.folder).stderr)
        self.assertFalse((self.folder / "o.h5").exists())


class Bytes(Outputs):
    """Names that are no UTF-8 end no job."""

    def test_paths_and_columns(self):
        name = b"K\xf6ln"
        folder = os.fsencode(self.folder)
        os.rename(self.path("t.h5"), os.path.join(folder, name + b".h5"))
        with h5py.File(os.path.join(folder, name + b".h5"), "a") as file:
            file["customers"]["café"] = np.array([b"a", b"\xe9b"])[np.arange(N) % 2]

        def go(*args, code=0):
            words = [os.fsencode(part) for part in (*command(0), *args, "--events", b"ev\xe9nts")]
            completed = subprocess.run(words, cwd=self.folder, env=environment(), capture_output=True, timeout=120, check=False)
            self.assertEqual(completed.returncode, code, completed.stderr)
            for line in (completed.stdout + completed.stderr).splitlines():
                if not line.startswith(b"["):  # Open MPI's own words
                    line.decode()
            with open(os.path.join(folder, b"ev\xe9nts"), "rb") as events:
                return [json.loads(line) for line in events.read().decode().splitlines()]

        table, result = name + b".h5", b"r\xe9sult.h5"
        spec = os.path.join(folder, b"sp\xe9c.toml")
        with open(spec, "w") as file:
            file.write('[input]\nfiles = ["none.h5"]\nid = "id"\n[[features]]\ncolumns = ["*"]\n[cluster]\nk = 2\nrestarts = 1\n')
        self.assertTrue(go("describe", spec, "--input", table))
        go("segment", spec, "--input", table, "--output", result)
        go("segment", spec, "--input", table, "--output", result, "--resume")
        go("resegment", spec, "--input", table, "--previous", result, "--output", b"n\xe9xt.h5")
        go("assign", result, "--input", table, "--output", b"n\xe9w.h5")
        go("verify", result, "--input", table)
        go("export", result, "--output", name + b".csv")
        go("import", name + b".csv", "--output", b"imp\xe9rt.h5")
        go("plan", spec, "--input", table, "--json")
        go("generate", "--customers", "50", "--features", "2", "--segments", "2", "--output", b"g\xe9n.h5")
        go("segment", spec, "--input", table, "--output", result, "--set", b"cluster.init=\"\xe9\"", code=2)
        go("describe", spec, "--input", b"n\xf6.h5", code=3)


@unittest.skipUnless(os.geteuid() == 0 and shutil.which("setpriv"), "only root can become an ordinary user, and needs setpriv")
class ClosedFolders(Outputs):
    def test_they_are_no_empty_ones(self):
        os.chmod(self.folder, 0o755)
        os.mkdir(self.path("home"))
        os.chown(self.path("home"), 65534, 65534)
        program = shutil.copy(binary(), self.path("program"))
        for path in ("closed", "open"):
            os.mkdir(self.path(path))
            for name in ("t.h5", "r.h5", "s.toml", "a.csv"):
                shutil.copy(self.path(name), self.path(f"{path}/{name}"))
        for mode in (0o700, 0o744, 0o711):  # 711 may be entered, and not be looked through
            os.chmod(self.path("closed"), mode)
            for pattern in ("closed/t.h5", "closed/*.h5", "c*/t.h5", "*/t.h5", "closed/../t.h5"):
                if mode == 0o711 and pattern != "closed/*.h5":
                    continue
                for args in (["describe", "s.toml", "--input", pattern], ["import", pattern, "--output", "home/o.h5"],
                             ["assign", "r.h5", "--input", pattern, "--output", "home/o.h5"]):
                    self.assertIn("Permission denied", self.as_nobody(program, *args), (oct(mode), pattern))
            if mode == 0o711:
                continue
            for args in (["describe", "closed/s.toml"], ["verify", "closed/r.h5"], ["export", "closed/r.h5", "--output", "home/x"],
                         ["assign", "closed/r.h5", "--input", "t.h5", "--output", "home/o.h5"],
                         ["plan", "s.toml", "--constants", "closed/s.toml"],
                         ["segment", "s.toml", "--output", "closed/o.h5"],
                         ["generate", "--customers", "50", "--features", "2", "--segments", "2", "--output", "closed/o.h5"]):
                self.assertIn("Permission denied", self.as_nobody(program, *args), args)

    def test_files_of_others_in_a_sticky_folder(self):
        """Where each may write, and nobody replaces what is another's: found before the work."""
        os.chmod(self.folder, 0o755)
        program = shutil.copy(binary(), self.path("program"))
        os.mkdir(self.path("home"))
        os.chown(self.path("home"), 65534, 65534)
        os.mkdir(self.path("shared"))
        os.chmod(self.path("shared"), 0o1777)
        (self.folder / "shared/o.h5").write_text("another's")
        for args in (["segment", "s.toml", "--output", "shared/o.h5"], ["export", "r.h5", "--output", "shared/o.h5"]):
            self.assertIn("another user's", self.as_nobody(program, *args))
        self.assertEqual((self.folder / "shared/o.h5").read_text(), "another's")

    def as_nobody(self, program, *args):
        completed = subprocess.run([*NOBODY, program, *args, "--quiet"], cwd=self.folder, timeout=60, check=False, text=True,
                                   capture_output=True, env=environment(HOME=self.path("home"), TMPDIR=self.path("home")))
        self.assertEqual(completed.returncode, 4, (args, completed.stderr))
        self.assertEqual(len(messages(completed)), 1, completed.stderr)
        return messages(completed)[0]


if __name__ == "__main__":
    unittest.main()
