"""One table for all: as HDF5 for Psychograph, as raw z-scored float32 rows for the peers, with starts for both."""
import pathlib

import h5py
import numpy as np

import runs


class Dataset:
    """Made anew each time, by the program that is measured. Files lie in the output folder."""

    def __init__(self, programs, customers=None, name="table"):
        self.settings = programs.settings
        self.programs = programs
        self.customers = customers or self.settings.customers
        self.table = self.settings.output / f"{name}.h5"
        self.rows = self.settings.output / f"{name}.f32"
        runs.run(runs.ranks_command(self.settings.most_cores, programs.binary, "generate", "--quiet",
                                    "--customers", self.customers, "--features", self.settings.features,
                                    "--segments", self.settings.segments, "--separation", self.settings.separation,
                                    "--seed", 1, "--output", self.table))
        self._scaled = False

    def columns(self):
        with h5py.File(self.table) as file:
            return sorted(name for name in file["customers"] if name.startswith("feature_"))

    def write_rows(self):
        """The raw rows, once: statistics in double, as StandardScaler's; then float, as Psychograph's."""
        if self._scaled:
            return
        names = self.columns()
        rows = np.empty((self.customers, len(names)), dtype=np.float32)
        with h5py.File(self.table) as file:
            for j, name in enumerate(names):
                column = file["customers"][name][()].astype(np.float64)
                rows[:, j] = (column - column.mean()) / column.std()
        rows.tofile(self.rows)
        self._scaled = True

    def _chosen(self, k):
        return np.sort(np.random.default_rng(k).choice(self.customers, size=k, replace=False))

    def start_table(self, k):
        """k random customers in the user's units: an `init` file."""
        path = self.settings.output / f"start-{k}.h5"
        with h5py.File(self.table) as file:
            start = np.column_stack([file["customers"][name][self._chosen(k)] for name in self.columns()])
        with h5py.File(path, "w") as file:
            file["centroids"] = start.astype(np.float64)
        return str(path)

    def start_rows(self, k):
        """The same customers, out of the raw rows."""
        self.write_rows()
        path = self.settings.output / f"start-{k}.f32"
        rows = np.memmap(self.rows, dtype=np.float32, mode="r").reshape(self.customers, -1)
        np.ascontiguousarray(rows[self._chosen(k)]).tofile(path)
        return path

    def copy_as(self, dtype):
        """The same table with columns of another type."""
        path = pathlib.Path(self.settings.output / f"table-{dtype}.h5")
        with h5py.File(self.table) as source, h5py.File(path, "w") as copy:
            for name, column in source["customers"].items():
                copy[f"customers/{name}"] = column[()] if name == "customer_id" else column[()].astype(dtype)
        return path


class Answers:
    """Answers of yes and no of people in planted classes: as HDF5 for Psychograph, as raw bytes for the peers."""

    def __init__(self, settings):
        self.customers = settings.small
        self.table = settings.output / "answers.h5"
        self.rows = settings.output / "answers.i8"
        random = np.random.default_rng(1)
        chances = random.uniform(0.1, 0.9, (settings.classes, settings.items))
        members = random.integers(0, settings.classes, self.customers)
        answers = (random.random((self.customers, settings.items)) < chances[members]).astype(np.int8)
        answers.tofile(self.rows)
        with h5py.File(self.table, "w") as file:
            file["customers/customer_id"] = np.arange(self.customers)
            for j in range(settings.items):
                file[f"customers/feature_{j:02}"] = answers[:, j]
