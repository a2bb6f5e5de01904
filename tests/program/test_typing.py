#!/usr/bin/env python3
"""The typing tool: the questions and figures that independent programs have found, on any ranks, and the same segment in
whatever language it is told."""
import csv
import json
import pathlib
import re
import sqlite3
import unittest

import h5py
import numpy as np

from program import ProgramTest, hash_datasets, tidy

DATA = pathlib.Path(__file__).resolve().parents[1] / "data"
REFERENCES = json.loads((DATA / "references/marketing.json").read_text())
ITEMS = [trait + str(number) for trait in "ACENO" for number in range(1, 6)]


def rows_of(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


class TypingTest(ProgramTest):
    def job(self, *args, ranks=1):
        return self.run_ok(ranks, *args, cwd=self.folder)

    def exported(self, what, file="typing.h5"):
        self.job("export", file, what, "--output", "x")
        return (self.folder / "x").read_text()

    def table(self, name, file="typing.h5"):
        return tidy(self.folder / file, f"typing/{name}")


class References(TypingTest):
    def setUp(self):
        super().setUp()
        self.case = REFERENCES["typing_tool"]["bfi_k5"]
        self.job("import", DATA / "bfi/bfi.csv", "--id", "row_name", "--output", "bfi.h5")
        with h5py.File(self.folder / "start.h5", "w") as file:
            file["centroids"] = np.array(self.case["start_centroids"])
        with h5py.File(self.folder / "bfi.h5") as file:
            self.id = "row_name" if "row_name" in file["customers"] else "customer_id"
        (self.folder / "s.toml").write_text(
            f'[input]\nfiles = ["bfi.h5"]\nid = "{self.id}"\n[[features]]\ncolumns = {json.dumps(ITEMS)}\nscale = "none"\nmissing = "drop"\n'
            '[describe_only]\ncolumns = ["age", "gender", "education"]\n[cluster]\nk = 5\ninit = "start.h5"\n')
        self.job("segment", "s.toml", "--output", "r.h5", "--no-profile")

    def test_bfi(self):
        self.job("typing", "r.h5", "--questions", 15, "--output", "typing.h5", "--csv", "t.csv", ranks=3)
        choice = self.table("choice")
        self.assertEqual([row["question"] for row in choice], self.case["selected"])
        for row, expected in zip(choice, self.case["cv_accuracy"], strict=True):
            self.assertAlmostEqual(row["accuracy"], expected, delta=1e-8)
            self.assertAlmostEqual(row["largest_share"], self.case["majority_share"], delta=1e-8)
            self.assertEqual(row["base"], self.case["n"])
        recall = self.table("recall")
        for count, expected in self.case["by_questions"].items():
            row = choice[int(count) - 1]
            self.assertAlmostEqual(row["kappa"], expected["kappa"], delta=1e-8)
            own = [row for row in recall if row["questions"] == int(count)]
            for found, told, precise in zip(own, expected["recall_by_segment"], expected["precision_by_segment"], strict=True):
                self.assertAlmostEqual(found["recall"], told, delta=1e-8)
                self.assertAlmostEqual(found["precision"], precise, delta=1e-8)
                self.assertTrue(found["recall_low"] < found["recall"] < found["recall_high"])
        confusion = [row["customers"] for row in self.table("confusion")]
        self.assertEqual(confusion, sum(self.case["by_questions"]["15"]["confusion"], []))
        for count, expected in self.case["nested_cv_accuracy"].items():
            self.assertAlmostEqual(choice[int(count) - 1]["nested_accuracy"], expected, delta=1e-8)
        self.assertEqual([row["question"] for row in rows_of(self.folder / "t.csv")], self.case["selected"])

    def test_what_a_crm_knows(self):
        """It cannot work, and it says so; what only describes counts where it is named."""
        expected = REFERENCES["persona_and_crm_typing"]["bfi_k5"]["crm_only_typing"]
        done = self.job("typing", "r.h5", "--candidates", "age", "gender", "education", "--categorical", "education", "--questions", 3,
                        "--output", "typing.h5", ranks=2)
        last = self.table("choice")[-1]
        self.assertAlmostEqual(last["accuracy"], expected["cv_accuracy"], delta=1e-8)
        for row, recall in zip(self.table("recall")[-5:], expected["recall"], strict=True):
            self.assertAlmostEqual(row["recall"], recall, delta=1e-8)
        self.assertIn("hardly tell the segments: 28 % of the customers", done.stdout)
        self.assertIn("Don't use them", done.stdout)
        self.assertIn('"gender" only describes, and was named', done.stderr)
        done = self.job("typing", "r.h5", "--candidates", "*e*", "E*", "--questions", 2, "--output", "typing.h5")
        self.assertIn('"gender" only describes: it is no candidate unless', done.stderr)
        self.assertTrue({row["question"] for row in self.table("choice")} <= set(ITEMS))


def made_up(folder, rows=3000):
    random = np.random.default_rng(3)
    group = random.integers(0, 3, rows)
    plan = np.array(["basic", "plus", "it's \"all\""], dtype="S9")[np.where(random.random(rows) < 0.6, group, random.integers(0, 3, rows))]
    plan[random.random(rows) < 0.1] = b""
    spend = group * 2.0 + random.normal(size=rows)
    spend[random.random(rows) < 0.05] = -99
    with h5py.File(folder / "t.h5", "w") as file:
        for name, cells in {"id": 1000 + np.arange(rows), "x": group * 4.0 + random.normal(size=rows),
                            "y": (group == 1) * 4.0 + random.normal(size=rows), "spend": spend, "plan": plan,
                            "code": np.where(random.random(rows) < 0.7, group + 1, random.integers(1, 4, rows)),
                            "noise": random.normal(size=rows), "a \"b\", c": (group == 2) + random.normal(size=rows)}.items():
            file[f"customers/{name}"] = cells
    (folder / "s.toml").write_text('[input]\nfiles = ["t.h5"]\nid = "id"\nmissing_values = [-99]\n[[features]]\ncolumns = ["x", "y"]\n'
                                   '[cluster]\nk = 3\n')
    return group


CANDIDATES = ["--candidates", "spend", "plan", "code", "noise", "a *", "--categorical", "code", "--questions", "4"]


class Languages(TypingTest):
    def setUp(self):
        super().setUp()
        made_up(self.folder)
        self.job("segment", "s.toml", "--output", "r.h5", "--no-profile")
        self.job("typing", "r.h5", *CANDIDATES, "--output", "typing.h5", ranks=2)
        self.job("assign", "typing.h5", "--input", "t.h5", "--output", "a.h5", ranks=3)
        with h5py.File(self.folder / "a.h5") as file:
            self.expected = file["assignments/segment"][()].tolist()
            self.sizes = file["segments/size"][()].tolist()
        with h5py.File(self.folder / "t.h5") as file:
            self.columns = {name: [cell.decode() if isinstance(cell, bytes) else cell for cell in cells[()].tolist()]
                            for name, cells in file["customers"].items()}

    def test_the_questions_that_say_something(self):
        chosen = [row["question"] for row in self.table("choice")]
        self.assertEqual(set(chosen[:3]), {"spend", "plan", "code"})
        self.assertEqual(self.sizes, [self.expected.count(segment) for segment in range(3)])
        self.assertGreater(self.table("choice")[-1]["accuracy"], 0.8)

    def test_sql(self):
        """By SQLite."""
        base = sqlite3.connect(":memory:")
        types = {"plan": "TEXT", "id": "INTEGER", "code": "INTEGER"}
        quote = lambda name: '"' + name.replace('"', '""') + '"'
        base.execute(f"CREATE TABLE customers ({', '.join(quote(name) + ' ' + types.get(name, 'REAL') for name in self.columns)})")
        rows = zip(*[[None if cell == "" else cell for cell in cells] for cells in self.columns.values()])
        base.executemany(f"INSERT INTO customers VALUES ({', '.join('?' * len(self.columns))})", rows)
        found = dict(base.execute(self.exported("--sql").rstrip().rstrip(";")).fetchall())
        self.assertEqual([found[customer] for customer in self.columns["id"]], self.expected)

    def test_json(self):
        tool = json.loads(self.exported("--json"))
        for row in range(0, 3000, 7):
            points = [segment["base"] for segment in tool["segments"]]
            for question in tool["questions"]:
                cell = self.columns[question["column"]][row]
                answers = {one["answer"]: one["points"] for one in question.get("answers", [])}
                if str(cell) in answers:
                    own = answers[str(cell)]
                elif answers or cell in question.get("no_answers", []):
                    own = question["no_answer"]
                else:
                    own = [one * cell for one in question["points"]]
                points = [a + b for a, b in zip(points, own)]
            self.assertEqual(tool["segments"][points.index(max(points))]["id"], self.expected[row])

    def test_spreadsheet(self):
        """Its formulas, worked out as Python: & "" makes a text, IF and OR are functions."""
        header, line = csv.reader(self.exported("--spreadsheet").splitlines())
        questions = len(self.table("choice"))
        self.assertEqual(header[questions:], ["0", "1", "2", "segment"])
        self.assertEqual(line[:questions], [""] * questions)
        self.assertRegex(line[-1], r"^=INDEX\(\$[A-Z]\$1:\$[A-Z]\$1,MATCH\(MAX\(([A-Z]2:[A-Z]2)\),\1,0\)\)$")

        def text(cell):
            return str(int(cell)) if isinstance(cell, float) and cell == int(cell) else str(cell)
        formulas = []
        for formula in line[questions:-1]:
            formula = re.sub(r'EXACT\(([A-Z])2&"","((?:[^"]|"")*)"\)', lambda m: f"(text({m[1]}2) == {m[2].replace(chr(34) * 2, chr(34))!r})",
                             formula[1:])
            formula = re.sub(r'([A-Z])2&""=""', r'(text(\g<1>2) == "")', formula)
            formula = re.sub(r',([A-Z]2)=(-?[0-9.]+)', r',\1==\2', formula)
            # Python works out both branches: a text times a number does not exist there.
            formulas.append(compile(re.sub(r"\*([A-Z]2)\b", r"*as_number(\1)", formula), "formula", "eval"))
        names = {"IF": lambda test, yes, no: yes if test else no, "OR": lambda *all: any(all), "text": text,
                 "as_number": lambda cell: cell if not isinstance(cell, str) else 0.0}
        for row in range(0, 3000, 7):
            cells = {chr(65 + place) + "2": self.columns[name][row] for place, name in enumerate(header[:questions])}
            points = [eval(formula, names | cells) for formula in formulas]
            self.assertEqual(int(header[questions + points.index(max(points))]), self.expected[row])


class Odd(TypingTest):
    """Tables in which a word, a case, a flag or a size might be taken for another."""

    def tool_of(self, columns, *, missing="[]", more=(), rows=2000, id="id"):
        random = np.random.default_rng(8)
        group = random.integers(0, 3, rows)
        with h5py.File(self.folder / "t.h5", "w") as file:
            for name, cells in ({"id": np.arange(rows), "x": group * 6.0 + random.normal(size=rows)} | columns(random, group)).items():
                file[f"customers/{name}"] = cells
        (self.folder / "s.toml").write_text(f'[input]\nfiles = ["t.h5"]\nid = "{id}"\nmissing_values = {missing}\n[[features]]\ncolumns = ["x"]\n'
                                            "[cluster]\nk = 3\n")
        self.job("segment", "s.toml", "--output", "r.h5", *more)
        with h5py.File(self.folder / "r.h5") as file:
            self.segment = file["assignments/segment"][()]

    def assigned(self, table="t.h5"):
        done = self.job("assign", "typing.h5", "--input", table, "--output", "a.h5")
        with h5py.File(self.folder / "a.h5") as file:
            return file["assignments/segment"][()], done

    def sql(self, name, cells, kind):
        base = sqlite3.connect(":memory:")
        base.execute(f"CREATE TABLE customers (id INTEGER, {name} {kind})")
        base.executemany("INSERT INTO customers VALUES (?, ?)", enumerate(cells))
        return [found for _, found in sorted(base.execute(self.exported("--sql").rstrip().rstrip(";")).fetchall())]

    def test_a_word_for_missing_is_no_number(self):
        score = lambda random, group: {"score": np.where(random.random(2000) < 0.03, -9999.9, np.round(np.clip(group * 3 + 3 + random.normal(size=2000), 1, 10)))}
        self.tool_of(score, missing='["9", "none", -9999.9]')
        self.job("typing", "r.h5", "--candidates", "score", "--questions", 1, "--output", "typing.h5")
        found, _ = self.assigned()
        told = self.table("choice")[0]["accuracy"]
        self.assertAlmostEqual((found == self.segment).mean(), told, delta=0.01)
        with h5py.File(self.folder / "t.h5") as file:
            self.assertEqual(self.sql("score", file["customers/score"][()].tolist(), "REAL"), found.tolist())
        self.assertIn('"score" = -9999.9', self.exported("--sql"))
        self.assertNotIn("none", self.exported("--sql"))

    def test_words_that_differ_in_case(self):
        self.tool_of(lambda random, group: {"size": np.array(["M", "m", "L"], dtype="S1")[group]})
        self.job("typing", "r.h5", "--candidates", "size", "--questions", 1, "--output", "typing.h5")
        _, line = csv.reader(self.exported("--spreadsheet").splitlines())
        self.assertIn('EXACT(A2&"","m")', line[1])
        self.assertGreater(self.table("choice")[0]["accuracy"], 0.99)

    def test_flags_in_a_database(self):
        self.tool_of(lambda random, group: {"active": (group == 1).astype(bool)})
        self.job("typing", "r.h5", "--candidates", "active", "--questions", 1, "--output", "typing.h5")
        found, _ = self.assigned()
        with h5py.File(self.folder / "t.h5") as file:
            active = file["customers/active"][()]
        self.assertEqual(len(set(found.tolist())), 2)
        self.assertEqual(self.sql("active", [int(cell) for cell in active], "BOOLEAN"), found.tolist())
        self.assertEqual(self.sql("active", ["true" if cell else "false" for cell in active], "TEXT"), found.tolist())

    def test_numbers_far_from_zero(self):
        self.tool_of(lambda random, group: {"big": 1e13 + 10 * group + np.round(random.normal(size=2000))})
        self.job("typing", "r.h5", "--candidates", "big", "--questions", 1, "--output", "typing.h5")
        found, _ = self.assigned()
        self.assertGreater(self.table("choice")[0]["accuracy"], 0.95)
        self.assertAlmostEqual((found == self.segment).mean(), self.table("choice")[0]["accuracy"], delta=0.01)

    def test_a_name_is_no_formula(self):
        self.tool_of(lambda random, group: {"=cmd|A1": group + random.normal(size=2000)})
        self.job("typing", "r.h5", "--candidates", "=cmd|A1", "--questions", 1, "--output", "typing.h5")
        self.assertTrue(self.exported("--spreadsheet").startswith("'=cmd|A1,"))

    def test_formulas_of_many_answers_are_told(self):
        self.tool_of(lambda random, group: {"city": np.array([f"{'a city with a long name ' * 9}{place}" for place in range(40)], dtype="S230")
                                            [(group * 13 + random.integers(0, 14, 2000)) % 40]})
        self.job("typing", "r.h5", "--candidates", "city", "--questions", 1, "--output", "typing.h5")
        self.assertIn("most spreadsheets take 8192", self.job("export", "typing.h5", "--spreadsheet", "--output", "x").stderr)

    def test_answers_that_nobody_knows(self):
        self.tool_of(lambda random, group: {"plan": np.array(["a", "b", "c"], dtype="S1")[group]})
        self.job("typing", "r.h5", "--candidates", "plan", "--questions", 1, "--output", "typing.h5")
        with h5py.File(self.folder / "u.h5", "w") as file:
            file["customers/id"] = np.arange(5)
            file["customers/plan"] = np.array([b"Q"] * 5)
        self.assertIn('u.h5: nobody has an answer in "plan"', self.assigned("u.h5")[1].stderr)

    def test_points_tell_nothing_of_few(self):
        """An answer that few of a segment give is none of the tool's; nor does a share of all tell a count that is withheld."""
        def columns(random, group):
            ill = random.random(2000) < np.where(group == 0, 0.005, 0.4)
            return {"ill": np.where(ill, "yes", "no").astype("S3"), "flag": ill.astype(float), "y": group * 2.0 + random.normal(size=2000)}
        self.tool_of(columns, more=("--set", "privacy.min_cell=20"))
        done = self.job("typing", "r.h5", "--candidates", "ill", "flag", "y", "--questions", 3, "--output", "typing.h5", "--csv", "t.csv")
        for name in ("ill", "flag"):
            self.assertIn(f'"{name}" has an answer that few of some segment give', done.stderr)
        self.assertEqual({row["column"] for row in self.table("points")} - {""}, {"y"})
        confusion = np.array([row["customers"] for row in self.table("confusion")])
        self.assertTrue((confusion == -1).any())
        for row in self.table("choice"):
            self.assertTrue(np.isnan(row["kappa"]))
            self.assertAlmostEqual(row["accuracy"] * 2000 % 20, 0, delta=1e-6)
            self.assertAlmostEqual(row["nested_accuracy"] * 2000 % 20, 0, delta=1e-6)
        self.assert_fails(3, ["every candidate"], 1, "typing", "r.h5", "--candidates", "ill", "--output", "no.h5", cwd=self.folder)

    def test_sizes_that_tell_of_few(self):
        """With one small segment another is left out, as the rest would tell how small."""
        self.tool_of(lambda random, group: {"y": group * 3.0 + random.normal(size=2000)})
        size = np.bincount(self.segment).min() + 1
        self.assert_fails(3, ["no two segments"], 1, "typing", "r.h5", "--candidates", "y", "--output", "no.h5", "--set", f"privacy.min_cell={size}",
                          cwd=self.folder)

    def test_damaged_tools(self):
        self.tool_of(lambda random, group: {"y": group * 3.0 + random.normal(size=2000)})
        self.job("typing", "r.h5", "--candidates", "y", "--questions", 1, "--output", "typing.h5")
        good = (self.folder / "typing.h5").read_bytes()

        def replaced(name, cells):
            def change(group):
                del group[name]
                group[name] = cells
            return change
        def cut(rows):
            def change(group):
                for name in group:
                    cells = group[name][:rows]
                    del group[name]
                    group[name] = cells
            return change
        def columns(group):
            group.attrs["columns"] = group.attrs["columns"].replace(b"points,", b"") if isinstance(group.attrs["columns"], bytes) else \
                group.attrs["columns"].replace("points,", "")
        for change in (replaced("kind", np.arange(9)), replaced("points", np.arange(9)), replaced("segment_id", np.zeros(9, dtype=int)),
                       replaced("segment_id", -np.arange(9)), replaced("points", np.full(9, 1e308)), cut(3), cut(1), columns):
            (self.folder / "typing.h5").write_bytes(good)
            with h5py.File(self.folder / "typing.h5", "a") as file:
                change(file["typing/points"])
            self.assert_fails(3, ["typing.h5", "damaged"], 2, "assign", "typing.h5", "--input", "t.h5", "--output", "no.h5", cwd=self.folder)
            self.assert_fails(3, ["typing.h5", "damaged"], 1, "export", "typing.h5", "--sql", "--output", "x", cwd=self.folder)


class Jobs(TypingTest):
    def setUp(self):
        super().setUp()
        self.group = made_up(self.folder)
        self.job("segment", "s.toml", "--output", "r.h5", "--no-profile")

    def test_the_same_bits_on_any_ranks(self):
        """Of a sample too; and of the assignments."""
        for more in ([], ["--sample", "500"]):
            hashes = set()
            for ranks in (1, 2, 3, 4):
                self.job("typing", "r.h5", *CANDIDATES, *more, "--output", "typing.h5", ranks=ranks)
                self.job("assign", "typing.h5", "--input", "t.h5", "--output", "a.h5", ranks=ranks)
                hashes.add((str(hash_datasets(self.folder / "typing.h5")), str(hash_datasets(self.folder / "a.h5"))))
            self.assertEqual(len(hashes), 1)

    def test_accuracy_is_everybodys(self):
        """Chosen on some, tested on all: against a discriminant in numpy."""
        self.job("typing", "r.h5", "--candidates", "spend", "noise", "a *", "--questions", 2, "--sample", 400, "--output", "typing.h5",
                 "--set", "input.missing_values=[]", ranks=2)
        choice = self.table("choice")
        with h5py.File(self.folder / "t.h5") as file:
            x = np.stack([file["customers"][row["question"]][()] for row in choice], axis=1)
        with h5py.File(self.folder / "r.h5") as file:
            segment = file["assignments/segment"][()]
        right = 0
        for fold in range(10):
            out = np.arange(len(x)) % 10 == fold
            means = np.stack([x[~out & (segment == g)].mean(axis=0) for g in range(3)])
            own = x[~out] - means[segment[~out]]
            covariance = own.T @ own / (len(own) - 3)
            weights = np.linalg.solve(covariance, means.T)
            prior = np.log([(segment[~out] == g).mean() for g in range(3)])
            scores = x[out] @ weights + prior - 0.5 * (means.T * weights).sum(axis=0)
            right += (scores.argmax(axis=1) == segment[out]).sum()
        self.assertAlmostEqual(choice[-1]["accuracy"], right / len(x), delta=1e-12)

    def test_small_cells_are_withheld(self):
        self.job("typing", "r.h5", *CANDIDATES, "--output", "typing.h5", "--set", "privacy.min_cell=60")
        customers = np.array([row["customers"] for row in self.table("confusion")])
        self.assertFalse(((customers > 0) & (customers < 60)).any(), customers)
        self.assertTrue((customers == -1).any())

    def test_what_tells_all_and_what_tells_nothing(self):
        """A copy of the segments, a constant, a column twice: no fault, and the copy is chosen."""
        with h5py.File(self.folder / "r.h5") as file:
            segment = file["assignments/segment"][()]
        with h5py.File(self.folder / "t.h5", "a") as file:
            file["customers/copy"] = segment
            file["customers/constant"] = np.full(3000, 7)
            file["customers/again"] = file["customers/spend"][()]
            file["customers/none"] = np.full(3000, np.nan)
        done = self.job("typing", "r.h5", "--candidates", "spend", "again", "constant", "copy", "none", "--questions", 9, "--output", "typing.h5")
        choice = self.table("choice")
        self.assertEqual((choice[0]["question"], choice[0]["accuracy"]), ("copy", 1.0))
        self.assertEqual(len(choice), 3)
        self.assertIn('"constant" is 7 for everybody', done.stderr)
        self.assertIn('"none" has no value at all', done.stderr)

    def test_wrong_input(self):
        typing = ["typing", "r.h5", "--output", "no.h5"]
        self.assert_fails(3, ["nowhere"], 2, *typing, "--candidates", "nowhere", cwd=self.folder)
        self.assert_fails(2, ["--categorical plan"], 2, *typing, "--candidates", "spend", "--categorical", "plan", cwd=self.folder)
        self.assert_fails(2, ["--questions"], 1, *typing, "--questions", "0", cwd=self.folder)
        self.assert_fails(2, ["--sample"], 1, *typing, "--sample", "1", cwd=self.folder)
        self.assert_fails(2, ["r.h5"], 1, "typing", "r.h5", "--output", "r.h5", cwd=self.folder)
        self.assert_fails(3, ["r.h5", "no typing tool"], 1, "export", "r.h5", "--sql", "--output", "x", cwd=self.folder)
        self.job("typing", "r.h5", *CANDIDATES, "--output", "typing.h5")
        self.assert_fails(3, ["typing.h5"], 1, "verify", "typing.h5", cwd=self.folder)
        with h5py.File(self.folder / "u.h5", "w") as file:
            file["customers/id"] = np.arange(3)
            file["customers/spend"] = [1.0, 2.0, 3.0]
        self.assert_fails(3, ["u.h5", "the typing tool of typing.h5"], 2, "assign", "typing.h5", "--input", "u.h5", "--output", "no.h5",
                          cwd=self.folder)
        with h5py.File(self.folder / "typing.h5", "a") as file:
            file["typing/points/points"][3] = np.nan
        self.assert_fails(3, ["typing.h5", "damaged"], 2, "assign", "typing.h5", "--input", "t.h5", "--output", "no.h5", cwd=self.folder)
        self.assertFalse((self.folder / "no.h5").exists())
        self.assert_nothing_temporary()

    def test_new_customers(self):
        """Other rows, other columns beside; who says nothing is told of."""
        self.job("typing", "r.h5", *CANDIDATES, "--output", "typing.h5")
        with h5py.File(self.folder / "u.h5", "w") as file:
            file["crm/number"] = [5, 6]
            file["crm/spend"] = [np.nan, 9.0]
            file["crm/plan"] = np.array([b"", b"unheard of"])
            file["crm/code"] = [np.nan, 3.0]
            file["crm/noise"] = [np.nan, 0.0]
            file['crm/a "b", c'] = [np.nan, 1.0]
        done = self.job("assign", "typing.h5", "--input", "u.h5", "--table", "/crm", "--id", "number", "--output", "a.h5", ranks=2)
        self.assertIn("1 customers answer none of the questions", done.stderr)
        with h5py.File(self.folder / "a.h5") as file:
            self.assertEqual(file["assignments/customer_id"][()].tolist(), [5, 6])
            margin = file["assignments/margin"][()]
        self.assertTrue(((0 <= margin) & (margin <= 1)).all())


if __name__ == "__main__":
    unittest.main()
