"""The program as users run it: under mpirun, on any number of ranks. Shared by the tests of this folder.

The binary is named by the environment variable PSYCHOGRAPH (CTest sets it); MPIRUN names another launcher.
"""
import hashlib
import itertools
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

import h5py
import numpy as np

DEFAULT_BINARY = pathlib.Path(__file__).resolve().parents[2] / "build" / "release" / "psychograph"

# Where Open MPI keeps what a run has beside its memory, a folder a run: processes of their own share one otherwise, and
# one that ends removes it where another is about to make a file.
SESSIONS = tempfile.TemporaryDirectory(prefix="psychograph-")
os.chmod(SESSIONS.name, 0o1777)  # some tests run as somebody else
COUNT = itertools.count()

# Attributes of /run that may differ between two runs that agree in everything else.
VOLATILE = re.compile(r"/run@(ranks|date|host|command|job_id|restart_count|resumed|seconds_.*)")


def binary():
    return os.environ.get("PSYCHOGRAPH", str(DEFAULT_BINARY))


def command(ranks, *args):
    """The command line for `ranks` ranks; 0: the program by itself, without a launcher."""
    program = [binary(), *map(str, args)]
    if ranks == 0:
        return program
    launcher = os.environ.get("MPIRUN", "mpirun")
    return [launcher, "--oversubscribe", "--bind-to", "none", "-n", str(ranks), *program]


def environment(**changes):
    """The variables to run with; a change to None removes one."""
    env = dict(os.environ)
    env.setdefault("OMPI_ALLOW_RUN_AS_ROOT", "1")
    env.setdefault("OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1")
    env.setdefault("OMPI_MCA_mpi_yield_when_idle", "1")
    # One node needs no network, and a failed run no second or two for its other ranks to end by themselves: what
    # Open MPI does about both is most of the time that a small test takes.
    for name, value in (("pml", "ob1"), ("btl", "self,vader"), ("ess_singleton_isolated", "1"),
                        ("odls_base_sigkill_timeout", "0"),
                        ("orte_jobfam_session_dir", f"{SESSIONS.name}/{next(COUNT)}")):
        env.setdefault(f"OMPI_MCA_{name}", value)
    for name, value in changes.items():
        if value is None:
            env.pop(name, None)
        else:
            env[name] = str(value)
    return env


def run(ranks, *args, cwd=None, env=None, timeout=300, text=True):
    """Runs the program to its end; stdout and stderr are captured (bytes where text is False).

    `env` is a dict of variables to change. A run that hangs raises TimeoutExpired.
    """
    return subprocess.run(command(ranks, *args), cwd=cwd, env=environment(**(env or {})), timeout=timeout,
                          capture_output=True, text=text, check=False)


def build_write_faults(path):
    """The shim of write_faults.c, which is preloaded to count the calls that change a folder and to die in one."""
    source = pathlib.Path(__file__).with_name("write_faults.c")
    subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", path, source, "-ldl"], check=True)
    return path


def ranks_of(launcher):
    """The processes of the program below a launcher."""
    found = []
    for entry in pathlib.Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and os.readlink(entry / "exe") == os.path.realpath(binary()):
                parent = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
                if parent == launcher:
                    found.append(int(entry.name))
        except OSError:
            pass
    return found


def targets():
    """The instruction sets that this machine has, by the program's own words."""
    completed = run(0, "segment", "no.toml", env={"PSYCHOGRAPH_TARGET": "nonsense"})
    return re.search(r"here there is (.*)", completed.stderr).group(1).split(", ")


def read(path):
    """Every dataset by its path, and the attributes of /run by their names."""
    result = {}
    with h5py.File(path) as file:
        file.visititems(lambda name, item: result.update({name: item[()]}) if isinstance(item, h5py.Dataset) else None)
        result.update(file["run"].attrs)
    return result


def tidy(path, group):
    """A tidy table as a list of rows."""
    def text(value):
        return value.decode() if isinstance(value, bytes) else value
    with h5py.File(path) as file:
        names = text(file[group].attrs["columns"]).split(",")
        columns = [[text(cell) for cell in file[group][name][()]] for name in names]
    return [dict(zip(names, row)) for row in zip(*columns)]


def messages(completed):
    """The program's own error messages (a launcher adds words of its own to standard error)."""
    return [line for line in _own_lines(completed) if not line.startswith("psychograph: warning:")]


def warnings(completed):
    return [line for line in _own_lines(completed) if line.startswith("psychograph: warning:")]


def _own_lines(completed):
    stderr = completed.stderr if isinstance(completed.stderr, str) else completed.stderr.decode()
    return [line for line in stderr.splitlines() if line.startswith("psychograph:")]


def _digest(value):
    array = np.asarray(value)
    if array.dtype.hasobject:  # strings of variable length: an array of pointers has no bytes of its own
        data = repr(array.tolist()).encode()
    else:
        data = np.ascontiguousarray(array).tobytes()
    dtype = array.dtype.str if array.dtype.names is None else array.dtype
    return f"{hashlib.sha256(data).hexdigest()} {dtype} {array.shape}"


def hash_datasets(path, ignore=VOLATILE):
    """{"/group/dataset" or "/object@attribute": "sha256 dtype shape"} of all that an HDF5 file says.

    Names that `ignore` (a pattern) matches whole are left out. Bytes are hashed as stored, NaN included.
    """
    result = {}
    with h5py.File(path, "r") as file:
        def visit(name, item):
            if isinstance(item, h5py.Dataset):
                result[name] = _digest(item[()])
            for key, value in item.attrs.items():
                result[f"{name}@{key}"] = _digest(value)

        visit("/", file)
        file.visititems(lambda name, item: visit(f"/{name}", item))
    return {name: digest for name, digest in result.items() if not (ignore and ignore.fullmatch(name))}


class ProgramTest(unittest.TestCase):
    """A test with a folder of its own, and the checks that every job needs."""

    maxDiff = None

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="psychograph-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def path(self, name):
        return str(self.folder / name)

    def run_ok(self, ranks, *args, **options):
        """Runs, and expects exit code 0."""
        completed = run(ranks, *args, **options)
        self.assertEqual(completed.returncode, 0, completed.stderr)
        return completed

    def assert_fails(self, code, parts, ranks, *args, **options):
        """Runs, and expects that exit code, one message with all of `parts` in it, nothing on stdout and no
        temporary file left in the test's folder."""
        completed = run(ranks, *args, **options)
        stderr = completed.stderr if isinstance(completed.stderr, str) else completed.stderr.decode()
        self.assertEqual(completed.returncode, code, stderr)
        self.assertEqual(len(messages(completed)), 1, stderr)
        stderr = messages(completed)[0]
        for part in parts:
            self.assertIn(part, stderr)
        self.assertFalse(completed.stdout)
        self.assert_nothing_temporary()
        return completed

    def assert_nothing_temporary(self):
        self.assertEqual([p.name for p in self.folder.iterdir() if ".partial" in p.name], [])

    def assert_same_on_ranks(self, make, ranks=(1, 2, 3, 4)):
        """`make(ranks) -> path`: the HDF5 files must hold the same whatever the number of ranks."""
        first = hash_datasets(make(ranks[0]))
        for count in ranks[1:]:
            self.assertEqual(hash_datasets(make(count)), first, f"{count} ranks against {ranks[0]}")
        return first
