#!/usr/bin/env python3
"""The packages that cpack makes of a release build: what is in them, what they say they need, and whether the archive runs
wherever it is unpacked. (How they are tried in a bare Debian: docs/install.md.)

    check.py BUILD-FOLDER
"""
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "program"))
from program import environment  # noqa: E402

PROJECT = pathlib.Path(__file__).resolve().parents[2]
SPEC = ('[input]\nfiles = ["table.h5"]\nid = "customer_id"\n[[features]]\ncolumns = ["feature_*"]\n'
        '[cluster]\nk = 3\nrestarts = 2\n')


def run(*command, **options):
    return subprocess.run(list(map(str, command)), check=True, capture_output=True, text=True, timeout=300, **options).stdout


class Package(unittest.TestCase):
    build = None

    @classmethod
    def setUpClass(cls):
        temporary = tempfile.TemporaryDirectory(prefix="psychograph-package-")
        cls.addClassCleanup(temporary.cleanup)
        cls.folder = pathlib.Path(temporary.name)
        run("cpack", "--config", cls.build / "CPackConfig.cmake", "-B", cls.folder / "made", cwd=cls.folder,
            env=environment(CMAKE_BUILD_PARALLEL_LEVEL=2))
        (cls.deb,) = (cls.folder / "made").glob("*.deb")
        (cls.archive,) = (cls.folder / "made").glob("*.tar.gz")
        (cls.folder / "else where").mkdir()  # a name with a blank
        run("tar", "xf", cls.archive, "-C", cls.folder / "else where")
        (cls.root,) = (cls.folder / "else where").iterdir()
        cls.program = cls.root / "bin" / "psychograph"

    def files(self):
        return sorted(str(path.relative_to(self.root)) for path in self.root.rglob("*") if path.is_file())

    def test_what_is_in_them(self):
        listed = run("dpkg-deb", "--contents", self.deb).splitlines()
        in_deb = sorted(line.split(" ./usr/", 1)[1] for line in listed if not line.startswith("d"))
        self.assertEqual(in_deb, self.files())
        for name in ("bin/psychograph", "share/man/man1/psychograph.1.gz", "share/psychograph/report/__main__.py",
                     "share/psychograph/slurm/segment.sbatch", "share/psychograph/slurm/launch.sh",
                     "share/bash-completion/completions/psychograph", "share/zsh/vendor-completions/_psychograph",
                     "share/doc/psychograph/copyright", "share/doc/psychograph/docs/spec.md",
                     "share/doc/psychograph/docs/examples/customers.toml"):
            self.assertIn(name, in_deb)
        for name in in_deb:
            self.assertNotRegex(name, r"\.hpp$|\.a$|\.cmake$|__pycache__|\.pyc$")
        for line in listed:
            self.assertRegex(line, r"^[d-](rwxr-xr-x|rw-r--r--) root/root")

    def test_what_the_deb_says(self):
        def field(name):
            return run("dpkg-deb", "--field", self.deb, name).strip()
        self.assertEqual(field("Package"), "psychograph")
        self.assertEqual(field("Architecture"), run("dpkg", "--print-architecture").strip())
        for package in ("openmpi-bin", "python3", "python3-h5py", "python3-jinja2", "libopenmpi3", "libhdf5-openmpi-103-1",
                        "libc6", "libssl3"):
            self.assertRegex(field("Depends"), rf"(^|, ){re.escape(package)}\b")
        self.assertEqual(run("dpkg-deb", "--info", self.deb).count("postinst"), 0)

    def test_the_archive_runs_anywhere(self):
        work = self.folder / "work"
        work.mkdir()
        (work / "spec.toml").write_text(SPEC)
        for job in (("generate", "--customers", "2000", "--features", "4", "--segments", "3", "--output", "table.h5"),
                    ("segment", "spec.toml"), ("report", "segments.h5", "--output", "report.html")):
            run(self.program, *job, "--quiet", cwd=work, env=environment())
        self.assertIn("<html", (work / "report.html").read_text())

    def test_the_man_page(self):
        page = run("zcat", self.root / "share/man/man1/psychograph.1.gz")
        plain = page.replace("\\-", "-")
        told = run(self.program, "--help", env=environment())
        jobs = re.findall(r"^  (\w+) {2,}", told.split("Subcommands:")[1], flags=re.M)
        self.assertGreater(len(jobs), 15)
        self.assertEqual(re.findall(r"^\.SS (\w+)", plain, flags=re.M), jobs)
        for job in jobs[:2]:
            section = re.search(rf"^\.SS {job}\n(.*?)^\.S[SH] ", plain, flags=re.M | re.S).group(1)
            help_text = run(self.program, job, "--help", env=environment())
            self.assertEqual(sorted(set(re.findall(r"fB(--[\w-]+)", section))),
                             sorted(set(re.findall(r"^ +(?:-\w,)?(--[\w-]+)", help_text, flags=re.M))))
        words = set(re.findall(r"\w+", plain.replace("\\fB", " ").replace("\\fR", " ")))
        self.assertLessEqual(set(re.findall(r" = (\d+),", (PROJECT / "src/core/error.hpp").read_text())),
                             set(re.findall(r"\\fB(\d+)\\fR", plain)))
        for source in [*(PROJECT / "src").rglob("*.cpp"), *(PROJECT / "jobs").glob("*.cpp")]:
            for name in re.findall(r'getenv\("(\w+)"', source.read_text()):
                self.assertIn(name, words)
        if pathlib.Path("/usr/bin/man").exists():
            shown = subprocess.run(["man", "--warnings", "-l", str(self.root / "share/man/man1/psychograph.1.gz")],
                                   capture_output=True, text=True, check=True, env=environment(LC_ALL="C.UTF-8", MANWIDTH=100))
            self.assertEqual([line for line in shown.stderr.splitlines() if "can't break" not in line], [])

    def complete(self, *words):
        script = (f". '{self.root}/share/bash-completion/completions/psychograph'; COMP_WORDS=(\"$@\"); "
                  "COMP_CWORD=$(($# - 1)); _psychograph; printf '%s\\n' \"${COMPREPLY[@]}\"")
        return run("bash", "-c", script, "bash", "psychograph", *words, cwd=self.root).split("\n")[:-1]

    def test_completion(self):
        self.assertEqual(self.complete("re"), ["resegment", "report"])
        self.assertEqual(self.complete("segment", "--wr"), ["--write-back", "--write-back-column"])
        self.assertEqual(self.complete("import", "--on-bad-cell", "e"), ["error"])
        self.assertEqual(self.complete("export", "bi"), ["bin"])
        zsh = (self.root / "share/zsh/vendor-completions/_psychograph").read_text()
        self.assertTrue(zsh.startswith("#compdef psychograph\n"))
        self.assertIn("'--write-back-column[", zsh)

    def test_the_batch_scripts_find_each_other(self):
        script = ("PATH='{0}/bin':$PATH; . <(sed -n '/launch.sh\"$/p' '{0}/share/psychograph/slurm/segment.sbatch'); "
                  "echo \"$program\"; require_program").format(self.root)
        self.assertEqual(run("bash", "-c", script).strip(), "psychograph")
        for path in (self.root / "share/psychograph/slurm").iterdir():
            run("bash", "-n", path)


if __name__ == "__main__":
    Package.build = pathlib.Path(sys.argv.pop(1)).resolve()
    unittest.main()
