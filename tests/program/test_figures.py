"""What people are shown: figures without the noise of rounding, progress by time, and the limits of weights."""
import json
import re
import unittest

import h5py
import numpy as np

from program import ProgramTest

N = 600
NOISE = re.compile(r"\de-\d\d|(?<![\w.])-0(\.0+)?(?![\d.])")


class Figures(ProgramTest):
    def setUp(self):
        super().setUp()
        random = np.random.default_rng(7)
        group = np.arange(N) % 3
        x = random.normal(size=N) + 5 * group
        # Means of 0 to the last bit that rounding leaves.
        self.columns = {"x": (x - x.mean()) / x.std(), "y": np.tile([-1.0, 1.0], N // 2) * 1e3 + 1e-7,
                        "income": np.exp(random.normal(size=N)) * 1e4, "z": random.normal(size=N) * 1e-6,
                        "home": np.where(random.random(N) < 0.5, b"own", b"rent"), "customer_id": np.arange(N)}
        self.write(self.columns)
        self.spec()

    def write(self, columns, name="t.h5"):
        with h5py.File(self.path(name), "w") as file:
            for column, values in columns.items():
                file[f"customers/{column}"] = values

    def spec(self, cluster="k = 3", more=""):
        (self.folder / "s.toml").write_text(f'[input]\nfiles = ["t.h5"]\nid = "customer_id"\n{more}\n[[features]]\n'
                                            f'columns = ["x", "y", "income", "z", "home"]\n[cluster]\n{cluster}\n')

    def segment(self, *args, ranks=1):
        return self.run_ok(ranks, "segment", "s.toml", "--output", "r.h5", *args, cwd=self.folder)

    def test_summaries_show_no_noise(self):
        shown = {"describe": self.run_ok(1, "describe", "s.toml", cwd=self.folder).stdout,
                 "segment": self.segment().stdout}
        shown["assign"] = self.run_ok(1, "assign", "r.h5", "--input", "t.h5", "--output", "a.h5", cwd=self.folder).stdout
        shown["resegment"] = self.run_ok(2, "resegment", "s.toml", "--previous", "r.h5", "--output", "q.h5",
                                         cwd=self.folder).stdout
        self.spec("k = 1")
        shown["one"] = self.segment().stdout
        for job, text in shown.items():
            with self.subTest(job):
                # Of z alone, which lies within some millionths, such figures say something.
                lines = [re.sub(r"\bz (-?[\d.e-]+ \(all -?[\d.e-]+\))?", "", line) for line in text.splitlines()
                         if not line.startswith("z ")]
                for line in lines:
                    self.assertIsNone(NOISE.search(line), line)
        self.assertRegex(shown["describe"], r"x .* 600 +0 +0 +1 ")
        self.assertRegex(shown["describe"], r"z .*e-0[5-8]")

    def test_inertia_of_nothing_is_zero(self):
        self.columns["x"] = np.tile([0.1, 0.3, 0.7], N // 3)
        self.write({name: self.columns[name] for name in ("x", "customer_id")})
        (self.folder / "s.toml").write_text('[input]\nfiles = ["t.h5"]\n[[features]]\ncolumns = ["x"]\n[cluster]\nk = 3\n')
        self.assertIn("inertia 0;", self.segment().stdout)

    def test_progress_by_time(self):
        """A quick run says little; all that happened is in --verbose and --events."""
        self.spec("k = 3\nrestarts = 20")
        done = self.segment("--events", "events.json")
        self.assertEqual([line for line in done.stderr.splitlines() if "iteration" in line], [])
        events = [json.loads(line) for line in (self.folder / "events.json").read_text().splitlines()]
        iterations = [event for event in events if event["stage"] == "cluster"]
        self.assertEqual({event["restart"] for event in iterations}, set(range(20)))
        self.assertGreater(len(iterations), 40)
        done = self.segment("--verbose")
        told = [line for line in done.stderr.splitlines() if re.search(r"restart \d+ of 20, iteration \d+", line)]
        self.assertEqual(len(told), len(iterations))

    def test_weights_have_limits(self):
        for weight, wrong in ((5e200, True), (1e-200, True), (np.inf, True), (-1.0, True), (0.0, True), (np.nan, True),
                              (1e150, False), (1e-150, False)):
            with self.subTest(weight):
                self.write({**self.columns, "w": np.full(N, weight)})
                self.spec(more='weight = "w"')
                if wrong:
                    self.assert_fails(3, ['column "w", row 0', "weights are numbers from 1e-150 to 1e+150"], 2, "segment",
                                      "s.toml", "--output", "r.h5", cwd=self.folder)
                else:
                    self.segment()
        self.write({**self.columns, "w": np.r_[1e-7, np.full(N - 1, 1e7)]})
        self.assert_fails(3, ["t.h5: weights from 1e-07 to 1e+07", "1e+12 times"], 3, "segment", "s.toml", "--output",
                          "r.h5", cwd=self.folder)


if __name__ == "__main__":
    unittest.main()
