"""A Parquet file that DuckDB reads and hands over through a pipe."""
import pathlib
import shutil
import subprocess
import unittest

import h5py
import numpy as np

from program import ProgramTest, command, environment, hash_datasets

DUCKDB = pathlib.Path(__file__).resolve().parents[1] / "duckdb"
ROWS = 200_003


class Pipe(ProgramTest):
    @classmethod
    def setUpClass(cls):
        lacks = [name for name in ("node", "npm") if shutil.which(name) is None]
        if lacks:
            raise unittest.SkipTest(f"no {' and no '.join(lacks)}: scripts/install-dependencies --tests")
        if (DUCKDB / "node_modules/@duckdb/node-api").exists():
            return
        done = subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--silent"], cwd=DUCKDB, capture_output=True, text=True)
        if done.returncode != 0:
            raise unittest.SkipTest(f"npm could not bring DuckDB: {done.stdout.strip()} {done.stderr.strip()}")

    def test_every_cell_comes_through(self):
        hashes = []
        for ranks in (1, 2):
            duckdb = subprocess.Popen(["node", "pipe.mjs", str(ROWS), self.path("customers.parquet")], cwd=DUCKDB, stdout=subprocess.PIPE)
            done = subprocess.run(command(ranks, "import", "-", "--id", "customer_id", "--output", self.path("c.h5")), stdin=duckdb.stdout,
                                  env=environment(), capture_output=True, text=True)
            duckdb.stdout.close()
            self.assertEqual((duckdb.wait(), done.returncode), (0, 0), done.stderr)
            hashes.append(hash_datasets(self.path("c.h5")))
        self.assertEqual(*hashes)
        i = np.arange(ROWS)
        with h5py.File(self.path("c.h5")) as file:
            table = file["customers"]
            np.testing.assert_array_equal(table["customer_id"].asstr()[:], [f"C{n + 1000}" for n in i])
            self.assertEqual(table["answer"].dtype, np.int8)
            np.testing.assert_array_equal(table["answer"][:], i % 6 + 1)
            np.testing.assert_array_equal(table["spend"][:], np.where(i % 10 == 0, np.nan, i / 8))
            np.testing.assert_array_equal(table["town"].asstr()[:], [f'town, "{n % 3}"' for n in i])
            np.testing.assert_array_equal(table["joined"][:].astype("M8[D]"), np.datetime64("2020-01-01") + i % 2000)
            np.testing.assert_array_equal(table["member"].asstr()[:] == "true", i % 4 == 0)


if __name__ == "__main__":
    unittest.main()
