"""psychograph import: what Python's csv module reads from a file is what lies in the table, on any number of
ranks; and what is wrong with a file is told with its place."""
import csv
import math
import pathlib
import random
import unittest

import h5py
import numpy as np

from program import ProgramTest

DATA = pathlib.Path(__file__).resolve().parents[1] / "data"


def read_csv(path):
    """{column: list of texts} of a file with a header."""
    with open(path, newline="", encoding="utf-8-sig") as file:
        rows = list(csv.reader(file))
    return {name: [row[i] for row in rows[1:]] for i, name in enumerate(rows[0])}


class Import(ProgramTest):
    def write(self, name, content):
        path = self.path(name)
        pathlib.Path(path).write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def load(self, *args, ranks=1):
        """Imports, and returns {column: array}."""
        output = self.path("out.h5")
        self.completed = self.run_ok(ranks, "import", *args, "--output", output)
        with h5py.File(output) as file:
            self.assertEqual(list(file), ["customers"])
            for dataset in file["customers"].values():
                self.assertIsNone(dataset.chunks)
            return {name: dataset[()] for name, dataset in file["customers"].items()}

    def fails(self, parts, content, *args, code=3):
        """An import of `content` fails with that code and message, the same on one rank and on three, and
        leaves no output."""
        path = self.write("bad.csv", content)
        told = set()
        for ranks in (1, 3):
            completed = self.assert_fails(code, parts, ranks, "import", path, *args,
                                          "--output", self.path("bad.h5"))
            told.add([line for line in completed.stderr.splitlines() if line.startswith("psychograph:") and " warning:" not in line][0])
        self.assertEqual(len(told), 1, told)
        self.assertFalse(pathlib.Path(self.path("bad.h5")).exists())

    def assert_column(self, array, texts, missing=("", "NA")):
        if array.dtype.kind == "S":
            self.assertEqual([cell.decode() for cell in array], ["" if t in missing else t for t in texts])
            longest = max((len(text.encode()) for text in texts if text not in missing), default=1)
            self.assertEqual(array.dtype.itemsize, longest)
            self.assertEqual(h5py.check_string_dtype(array.dtype).encoding, "utf-8")
            return
        numbers = [math.nan if text in missing else float(text) for text in texts]
        np.testing.assert_array_equal(array, numbers)
        self.assertEqual(array.dtype, np.float64 if any(map(math.isnan, numbers)) or
                         any(set(text) - set("+-0123456789 ") for text in texts) else np.int64)

    def test_psychology_survey(self):
        path = DATA / "bfi" / "bfi.csv"
        source = read_csv(path)
        source["customer_id"] = source.pop("")
        found = self.load(path, "--id", "row_name", ranks=2)
        self.assertEqual(sorted(found), sorted(source))
        for name, texts in source.items():
            self.assert_column(found[name], texts)
        self.assertEqual(found["customer_id"].dtype, np.int64)
        self.assertEqual(found["A1"].dtype, np.float64)
        self.assertEqual(found["age"].dtype, np.int64)

    def test_credit_customers(self):
        path = DATA / "credit" / "credit_data.csv"
        source = read_csv(path)
        found = self.load(path, ranks=3)
        self.assertEqual(sorted(found), sorted(source))
        for name, texts in source.items():
            self.assert_column(found[name], texts)
        self.assertEqual(found["Home"].dtype.kind, "S")

    def test_same_on_any_number_of_ranks(self):
        random_text = random.Random(5)
        cells = ["plain", "", "NA", "a,b", 'say "hi"', "two\nlines", "\r\n", '"', "München", "\n\n,\n\"\"",
                 "x" * 50]
        for rows in (1, 3, 40, 700):
            path = self.path("nasty.csv")
            with open(path, "w", newline="", encoding="utf-8-sig") as file:
                writer = csv.writer(file, lineterminator=random_text.choice(["\n", "\r\n"]))
                writer.writerow(["id", "first, \"quoted\"", "number", "last"])
                for row in range(rows):
                    number = random_text.choice(["1.5", "2", "", "-3e2"])
                    writer.writerow([row * 7, random_text.choice(cells), number, random_text.choice(cells)])

            def make(ranks):
                output = self.path(f"nasty-{ranks}.h5")
                self.run_ok(ranks, "import", path, "--output", output)
                return output

            self.assert_same_on_ranks(make, ranks=(1, 2, 3, 4, 7))
            source = read_csv(path)
            with h5py.File(self.path("nasty-7.h5")) as file:
                self.assertEqual(list(file["customers/id"]), [row * 7 for row in range(rows)])
                for name in ("first, \"quoted\"", "last"):
                    if file["customers"][name].dtype.kind == "S":
                        self.assert_column(file["customers"][name][()], source[name])

    def test_many_files_in_sorted_order(self):
        self.write("part-2.csv", "id,x\n3,c\n4,d")
        self.write("part-1.csv", "id,x\r\n1,a\r\n2,b\r\n\r\n")
        self.write("part-3.csv", "x,id\n")
        self.write("part-4.csv", 'x,id\n"e\ne",5\n')
        for ranks in (1, 2, 4, 7):
            found = self.load(self.path("part-[34].csv"), self.path("part-[12].csv"), ranks=ranks)
            self.assertEqual(list(found["id"]), [1, 2, 3, 4, 5])
            self.assertEqual(list(found["x"]), [b"a", b"b", b"c", b"d", b"e\ne"])

    def test_files_with_other_columns(self):
        self.write("a.csv", "id,x\n1,2\n")
        self.write("b.csv", "id,y\n1,2\n")
        job = ("import", self.path("[ab].csv"), "--output", self.path("o.h5"))
        self.assert_fails(3, ["b.csv", 'column "x"'], 2, *job)
        self.write("b.csv", "id,x,y\n1,2,3\n")
        self.assert_fails(3, ["b.csv", 'column "y"'], 2, *job)

    def test_id_and_columns(self):
        path = self.write("c.csv", "who,a,b,c\nx1,1,2,3\nx2,4,5,6\n")
        found = self.load(path, "--id", "who", "--columns", "c,a", ranks=2)
        self.assertEqual(sorted(found), ["a", "c", "customer_id"])
        self.assertEqual(list(found["customer_id"]), [b"x1", b"x2"])
        self.assertEqual(list(found["c"]), [3, 6])
        self.assertEqual(sorted(self.load(path, "--columns", "b")), ["b"])
        self.assertEqual(sorted(self.load("--columns", "b", path)), ["b"])

    def test_missing_words(self):
        path = self.write("m.csv", 'a,b,c,d\n1,.,NA,NA\n,"-9",x,""\n.,3,.,NA\n')
        found = self.load(path, "--na", "NA,.,-9", ranks=2)
        np.testing.assert_array_equal(found["a"], [1, math.nan, math.nan])
        np.testing.assert_array_equal(found["b"], [math.nan, math.nan, 3])
        self.assertEqual(list(found["c"]), [b"", b"x", b""])
        np.testing.assert_array_equal(found["d"], [math.nan] * 3)
        self.assertEqual(self.load(path, "--na", "")["a"].dtype.kind, "S")

    def test_types(self):
        path = self.write("t.csv", "int,quoted,float,gap,code,big,bigger,inf,mixed\n"
                                   "1,\"61617\", 2.5 ,1,007,9223372036854775807,9007199254740993,inf,1\n"
                                   "-2,\"61618\",+3,,8,-5,,1,x\n")
        found = self.load(path, ranks=2)
        kinds = {name: array.dtype.kind for name, array in found.items()}
        self.assertEqual(kinds, {"int": "i", "quoted": "i", "float": "f", "gap": "f", "code": "S", "big": "i",
                                 "bigger": "S", "inf": "f", "mixed": "S"})
        self.assertEqual(list(found["big"]), [9223372036854775807, -5])
        self.assertEqual(list(found["code"]), [b"007", b"8"])
        self.assertEqual(list(found["float"]), [2.5, 3])
        self.assertEqual(found["inf"][0], math.inf)

    def test_summary(self):
        path = self.write("s.csv", "id,name,x\n1,Ann,\n2,Robert,2\n")
        self.load(path, "--id", "id", ranks=2)
        lines = self.completed.stdout.splitlines()
        self.assertIn("2 rows", lines[0])
        self.assertEqual([line.split() for line in lines[3:]],
                         [["customer_id", "int64", "0"], ["name", "text,", "6", "bytes", "0"],
                          ["x", "float64", "1"]])

    def test_longer_than_a_block_and_a_window(self):
        path = self.path("long.csv")
        wide = "w" * 40_000
        with open(path, "w", encoding="utf-8") as file:
            file.write("id,text\n")
            file.writelines(f'{row},"{row}\n{wide if row % 100 == 0 else "short"}"\n' for row in range(5000))
        for ranks in (1, 3):
            found = self.load(path, ranks=ranks)
            np.testing.assert_array_equal(found["id"], np.arange(5000))
            self.assertEqual(found["text"][4900].decode(), f"4900\n{wide}")
            self.assertEqual(found["text"][4999], b"4999\nshort")

    def test_errors_tell_their_place(self):
        good = 'id,name\n1,"two\nlines"\n' + "".join(f'{i},"{i}\n"\n' for i in range(2, 20))  # lines 1 to 39
        self.fails(["bad.csv: line 40: has 3 fields, the header has 2"], good + "20,x,y\n21,z\n")
        self.fails(['bad.csv: line 40, column "name"', "quote"], good + '20,x"y\n21,z\n')
        self.fails(['bad.csv: line 40, column "name"', "quote"], good + '20,"x"y\n21,"z"\n')
        self.fails(['bad.csv: line 40, column "name"', "never closed"], good + '20,"xy\n21,z\n')
        self.fails(["bad.csv: line 40: is blank"], good + "\n21,z\n")
        self.fails(['bad.csv: line 40, column "name"', "UTF-8"], good.encode() + b"20,M\xfcnchen\n21,z\n")

    def test_errors_of_the_header(self):
        self.fails(['column "a"', "twice"], "a,b,a\n1,2,3\n")
        self.fails(['column "a/b"'], "a/b,c\n1,2\n")
        self.fails(["no rows"], "a,b\n\n")
        self.fails(["is empty"], "")
        self.fails(['"spent"', 'did you mean "spend"?'], "id,spend\n1,2\n", "--columns", "spent")
        self.fails(['"ident"', "--id"], "id,spend\n1,2\n", "--id", "ident")
        self.fails(['"id"', "customer_id"], "id,customer_id\n1,2\n", "--id", "id")

    def test_environment(self):
        path = self.write("e.csv", "a\n1\n")
        self.assert_fails(3, ["none.csv"], 2, "import", self.path("none.csv"), "--output", self.path("o.h5"))
        self.assert_fails(4, [str(self.folder)], 2, "import", str(self.folder), "--output", self.path("o.h5"))
        self.assert_fails(4, ["nowhere"], 2, "import", path, "--output", "/nowhere/o.h5")
        self.assert_fails(2, ["one of the CSV files"], 2, "import", path, "--output", path)
        self.assert_fails(2, ["--output"], 2, "import", path)
        self.assertEqual(pathlib.Path(path).read_text(encoding="utf-8"), "a\n1\n")

    def test_failure_keeps_an_earlier_table(self):
        output = self.path("kept.h5")
        self.run_ok(1, "import", self.write("k.csv", "a\n1\n"), "--output", output)
        before = pathlib.Path(output).read_bytes()
        self.assert_fails(3, ["line 2"], 2, "import", self.write("k.csv", "a\n1,2\n"), "--output", output)
        self.assertEqual(pathlib.Path(output).read_bytes(), before)


if __name__ == "__main__":
    unittest.main()
