"""psychograph import: what Python's csv module reads from a file is what lies in the table, on any number of
ranks; and what is wrong with a file is told with its place."""
import csv
import gzip
import math
import pathlib
import random
import subprocess
import unittest

import h5py
import numpy as np

from program import ProgramTest, command, environment, hash_datasets

DATA = pathlib.Path(__file__).resolve().parents[1] / "data"


def read_csv(path):
    """{column: list of texts} of a file with a header."""
    with open(path, newline="", encoding="utf-8-sig") as file:
        rows = list(csv.reader(file))
    return {name: [row[i] for row in rows[1:]] for i, name in enumerate(rows[0])}


def narrowest(numbers):
    """The signed integer type with the fewest bytes."""
    return np.result_type(np.int8, *(np.min_scalar_type(int(edge)) if edge < 0 else np.min_scalar_type(-1 - int(edge))
                                     for edge in (min(numbers), max(numbers))))


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
        fractions = any(map(math.isnan, numbers)) or any(set(text) - set("+-0123456789 ") for text in texts)
        self.assertEqual(array.dtype, np.float64 if fractions else narrowest(numbers))

    def test_psychology_survey(self):
        path = DATA / "bfi" / "bfi.csv"
        source = read_csv(path)
        source["customer_id"] = source.pop("")
        found = self.load(path, "--id", "row_name", ranks=2)
        self.assertEqual(sorted(found), sorted(source))
        for name, texts in source.items():
            self.assert_column(found[name], texts)
        self.assertEqual(found["customer_id"].dtype, np.int32)
        self.assertEqual(found["A1"].dtype, np.float64)
        self.assertEqual(found["age"].dtype, np.int8)

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
                         [["customer_id", "int8", "0"], ["name", "text,", "6", "bytes", "0"],
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

    def told(self, name, content, *args, ranks=1):
        """The warnings of an import of `content`, and {column: array}."""
        found = self.load(self.write(name, content), *args, ranks=ranks)
        return [line for line in self.completed.stderr.splitlines() if "warning: " in line], found

    def ages(self, bad, row=200):
        lines = [f'{i},{20 + i % 50},"two\nlines"' for i in range(400)]
        lines[row] = f'{row},"{bad}",x'
        return "id,age,note\n" + "\n".join(lines) + "\n"

    def test_one_bad_cell_is_told_with_its_place_and_a_remedy(self):
        cases = {"unknown": "--na 'NA,unknown'", "#N/A": "--na", "\u2014": "--na", "1,234": "--decimal ,", "1 234": "thousands",
                 "$45": "currency", "45 EUR": "currency", "45%": "percent", "<18": "bound", "\u22125": "plain -",
                 "45\u00a0": "spaces", "12;5": "--on-bad-cell missing", "045": "--on-bad-cell missing"}
        for bad, remedy in cases.items():
            for ranks in (1, 3) if bad in ("unknown", "045") else (1,):
                warnings, found = self.told("age.csv", self.ages(bad), ranks=ranks)
                self.assertEqual(found["age"].dtype.kind, "S")
                self.assertEqual(len(warnings), 1, bad)
                self.assertIn(f'age.csv: line 402, column "age": "{bad}" is no number', warnings[0])
                self.assertIn(remedy, warnings[0])
        for fine in ("45 ", "+45", "4.5e1", ""):
            warnings, found = self.told("age.csv", self.ages(fine))
            self.assertEqual((warnings, found["age"].dtype.kind in "if"), ([], True), fine)

    def test_the_place_of_a_bad_cell_among_many_files(self):
        self.write("f1.csv", self.ages("30"))
        self.write("f2.csv", self.ages("n/a", 17))
        for ranks in (1, 2, 5):
            self.load(self.path("f[12].csv"), ranks=ranks)
            self.assertIn('f2.csv: line 36, column "age": "n/a"', self.completed.stderr)

    def test_types_and_bad_cells_as_asked(self):
        table = self.ages("unknown")
        path = self.write("age.csv", table)
        for ranks in (1, 3):
            found = self.load(path, "--on-bad-cell", "missing", ranks=ranks)
            self.assertEqual(np.flatnonzero(np.isnan(found["age"])).tolist(), [200])
            self.assertIn("line 402", self.completed.stderr)
        warnings, found = self.told("age.csv", table, "--types", "age=text")
        self.assertEqual((warnings, found["age"][200]), ([], b"unknown"))
        self.fails(['line 402, column "age"', "unknown"], table, "--on-bad-cell", "error")
        self.fails(['line 402, column "age"', "unknown"], table, "--types", "age=number")
        found = self.load(self.write("i.csv", "x,y\n1,007\n2.5,8\n"), "--types", "x=integer,y=integer",
                          "--on-bad-cell", "missing")
        np.testing.assert_array_equal(found["x"], [1, math.nan])
        self.assertEqual((found["y"].dtype, found["y"].tolist()), (np.int8, [7, 8]))
        self.fails(["--types"], table, "--types", "age=whole", code=2)
        self.fails(['"ages"', 'did you mean "age"?'], table, "--types", "ages=text")
        self.fails(["error", "missing"], table, "--on-bad-cell", "ignore", code=2)

    def test_ids_are_as_they_came(self):
        odd = ["1e5", "+49151123", "1.10", "00047", "12345678901234567890", "-0", " 7", "7 ", "nan", "a,b"]
        for ids in (odd, ["1", *odd[:1]], ["12345678901234567890", "5"]):
            path = self.write("ids.csv", "who,x\n" + "".join(f'"{one}",{i}\n' for i, one in enumerate(ids)))
            found = self.load(path, "--id", "who", ranks=2)["customer_id"]
            self.assertEqual([one.decode() for one in found], ids)
        exact = [2**53 + 1, -(2**63), 2**63 - 1, 0]
        path = self.write("ids.csv", "who\n" + "".join(f"{one}\n" for one in exact))
        self.assertEqual(self.load(path, "--id", "who")["customer_id"].tolist(), exact)
        self.fails(['line 3, column "who": the id is missing'], "who,x\n1,2\n,3\n", "--id", "who")
        self.fails(['line 3, column "who": the id is missing'], "who,x\n1,2\nNA,3\n", "--id", "who")

    def test_ids_come_back_from_export(self):
        ids = ["00047", "1e5", "+49", "1.10", "12345678901234567890", " 7", "b\"c"]
        path = self.path("back.csv")
        with open(path, "w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([["who", "x"], *([one, i * i] for i, one in enumerate(ids))])
        self.run_ok(1, "import", path, "--id", "who", "--output", self.path("back.h5"))
        spec = self.write("back.toml", '[input]\nid = "customer_id"\n[[features]]\ncolumns = ["x"]\n[cluster]\nk = 2\n')
        self.run_ok(2, "segment", spec, "--input", self.path("back.h5"), "--output", self.path("s.h5"))
        self.run_ok(2, "export", self.path("s.h5"), "--output", self.path("s.csv"))
        self.assertEqual(read_csv(self.path("s.csv"))["customer_id"], ids)

    def test_long_integers_keep_their_digits(self):
        warnings, found = self.told("long.csv", "a,b,c\n9007199254740993,9007199254740993,1\n,1.5,2\n")
        self.assertEqual(found["a"].tolist(), [b"9007199254740993", b""])
        self.assertEqual(found["b"].tolist(), [b"9007199254740993", b"1.5"])
        self.assertEqual(["column \"a\"" in warnings[0], "column \"b\"" in warnings[1]], [True, True])
        found = self.load(self.path("long.csv"), "--types", "b=number")
        self.assertEqual(found["b"].tolist(), [9007199254740992.0, 1.5])

    def test_delimiters_and_decimal_signs(self):
        for text, args in (("id;x\n1;3,5\n2;4\n", ()), ("sep=;\r\nid;x\r\n1;3,5\r\n2;4\r\n", ()),
                           ("id\tx\n1\t3.5\n2\t4\n", ()), ("id|x\n1|3.5\n2|4\n", ("--delimiter", "|")),
                           ("id x\n1 3.5\n2 4\n", ("--delimiter", "space")),
                           ('id,x\n1,"3,5"\n2,4\n', ("--decimal", ","))):
            for ranks in (1, 3):
                found = self.load(self.write("d.csv", text), *args, ranks=ranks)
                self.assertEqual({name: array.tolist() for name, array in found.items()},
                                 {"id": [1, 2], "x": [3.5, 4]}, text)
        self.fails(["--delimiter ';'"], "id;age\n1;25\n2;30;1\n")
        self.fails(["sep=;", "--delimiter"], "sep=;\nid;x\n1;2\n", "--delimiter", ",")
        self.fails(["ends where line 2 should name the columns"], "sep=;\n")
        self.fails(['says sep=,', 'separated by ";": mend line 1'], "sep=,\nid;x\n1;2\n3;4\n")
        self.fails(["--delimiter"], "id,x\n1,2\n", "--delimiter", "ab", code=2)

    def test_header_rows(self):
        units = "id,height,weight\n,cm,kg\n" + "".join(f"{i},{150 + i},{60 + i}\n" for i in range(30))
        warnings, _ = self.told("u.csv", units)
        self.assertEqual(len(warnings), 1)
        self.assertIn('line 2 holds no numbers ("cm") in the columns "height", "weight"', warnings[0])
        self.assertIn("--header-rows 2", warnings[0])
        for ranks in (1, 3):
            warnings, found = self.told("u.csv", units, "--header-rows", "2", ranks=ranks)
            self.assertEqual((warnings, found["height"].tolist()), ([], list(range(150, 180))))
        survey = ('ResponseId,Q1\n"Response ID","I plan\nahead"\n"{""ImportId"":""_rid""}","{""ImportId"":""QID1""}"\n'
                  "R1,5\nR2,x\n")
        warnings, found = self.told("q.csv", survey, "--id", "ResponseId")
        self.assertEqual(found["customer_id"].tolist(), [b"R1", b"R2"])
        self.assertIn("lines 2 to 4", warnings[0])
        warnings, _ = self.told("n.csv", "1,25,3.5\n2,30,4.5\n")
        self.assertIn("header", warnings[0])

    def test_rows_of_delimiters_are_no_customers(self):
        for ranks in (1, 4):
            warnings, found = self.told("b.csv", 'id,x\n,\n1,"a\nb"\n , \n2,c\n,\n,\n', "--id", "id", ranks=ranks)
            self.assertEqual(found["customer_id"].tolist(), [1, 2])
            self.assertIn("line 2: 4 rows", warnings[0])

    def test_what_is_no_csv_is_told(self):
        for content, words in ((b"\x1f\x8b\x08\0abc", ["gzip", "copied whole"]), (b"PK\x03\x04abc", [".xlsx", "CSV"]),
                               (b"\x89HDF\r\n\x1a\nabc", ["HDF5"]), (b"$FL2@(#)", ["SPSS"]), (b"PAR1\x15\x04", ["Parquet"]),
                               ("id,a\n1,2\n".encode("utf-16"), ["UTF-16", "iconv"]),
                               ("id,a\n1,2\n".encode("utf-16-le"), ["UTF-16", "iconv"]),
                               (b"id,a\r1,2\r", ["CR alone"]), (b"id,a\n1,2\r2,3\r", ["line 2", "CR"]),
                               (b"id,M\xfc\n1,2\n", ["line 1, column 2", "iconv"]),
                               (b"id,a\n1,x\0y\n", ['line 2, column "a"', "zero byte"]),
                               (b"id,a\n1,2\n2," + b"x" * 5_000_000 + b"\n", ['line 3, column "a"', "5.0 MB", "--columns"])):
            self.fails(words, content)

    def test_later_jobs_name_the_cell_that_made_numbers_text(self):
        ages = [str(20 + i % 50).encode() for i in range(400)]
        ages[200] = b"unknown"
        amounts = [f"{i}.25".encode() for i in range(400 * 4)]
        amounts[1500] = b"1,250.00"
        with h5py.File(self.path("columns.h5"), "w") as file:
            file["customers/age"] = np.array(ages)
            file["customers/region"] = np.array([b"01", b"02"] * 200)
        with h5py.File(self.path("records.h5"), "w") as file:
            file["customers"] = np.array(list(zip(ages, [b"01", b"02"] * 200)), dtype=[("age", "S8"), ("region", "S2")])
        with h5py.File(self.path("amounts.h5"), "w") as file:
            file["customers/spend"] = np.array(amounts)
        spec = self.write("t.toml", '[[features]]\ncolumns = ["age", "region"]\n[cluster]\nk = 2\n')
        named = self.write("n.toml", '[[features]]\ncolumns = ["age"]\nkind = "categorical"\n[cluster]\nk = 2\n')
        ordinal = self.write("o.toml", '[[features]]\ncolumns = ["age"]\nkind = "ordinal"\n[cluster]\nk = 2\n')
        amount = self.write("a.toml", '[[features]]\ncolumns = ["spend"]\n[cluster]\nk = 2\n')
        cell = 'column "age", row 200: "unknown" is no number, and 399 of the column\'s 400 values are'
        for table in (self.path("columns.h5"), self.path("records.h5")):
            for ranks in (1, 3):
                job = ("--input", table, "--output", self.path("later.h5"))
                told = self.run_ok(ranks, "segment", spec, *job).stderr
                self.assertEqual(told.count("warning: "), 1, told)  # regions are codes
                self.assertIn(cell, told)
                self.assert_fails(2, [cell, "ordinal"], ranks, "segment", ordinal, *job)
        self.assertNotIn("warning", self.run_ok(1, "segment", named, "--input", table, "--output",
                                                self.path("later.h5")).stderr)
        self.assertIn(cell, self.run_ok(2, "describe", spec, "--input", table).stderr)
        for ranks in (1, 3):
            self.assert_fails(3, ['column "spend", row 1500: "1,250.00"', "1599 of the column's 1600"], ranks, "segment",
                              amount, "--input", self.path("amounts.h5"), "--output", self.path("later.h5"))

    def test_environment(self):
        path = self.write("e.csv", "a\n1\n")
        self.assert_fails(3, ["none.csv"], 2, "import", self.path("none.csv"), "--output", self.path("o.h5"))
        self.assert_fails(3, [str(self.folder), "folder"], 2, "import", str(self.folder), "--output", self.path("o.h5"))
        self.assert_fails(4, ["nowhere"], 2, "import", path, "--output", "/nowhere/o.h5")
        self.assert_fails(2, ["would replace", "which is read"], 2, "import", path, "--output", path)
        self.assert_fails(2, ["--output"], 2, "import", path)
        self.assertEqual(pathlib.Path(path).read_text(encoding="utf-8"), "a\n1\n")

    def test_failure_keeps_an_earlier_table(self):
        output = self.path("kept.h5")
        self.run_ok(1, "import", self.write("k.csv", "a\n1\n"), "--output", output)
        before = pathlib.Path(output).read_bytes()
        self.assert_fails(3, ["line 2"], 2, "import", self.write("k.csv", "a\n1,2\n"), "--output", output)
        self.assertEqual(pathlib.Path(output).read_bytes(), before)

    def test_narrow_integers(self):
        """Each column in as few bytes as hold all of its cells, on any ranks."""
        edges = {"a": (-128, 127), "b": (-129, 127), "c": (0, 128), "d": (-32768, 32767), "e": (0, 32768), "f": (-2147483648, 2147483647),
                 "g": (0, 2147483648), "h": (-2**63, 2**63 - 1)}
        types = ["int8", "int16", "int16", "int16", "int32", "int32", "int64", "int64"]
        rows = [[low if row == 100 else high if row == 2900 else row % 100 for low, high in edges.values()] for row in range(3000)]
        path = self.write("n.csv", ",".join(edges) + "\n" + "".join(",".join(map(str, row)) + "\n" for row in rows))
        for ranks in (1, 3):
            found = self.load(path, ranks=ranks)
            self.assertEqual([found[name].dtype.name for name in edges], types)
            for c, name in enumerate(edges):
                self.assertEqual(found[name].tolist(), [row[c] for row in rows])

    def test_times(self):
        """Dates and times are whole numbers with the units that other programs know; the lowest is missing."""
        lines = ["day,second,fraction,gap,zone"]
        for i in range(2000):
            day = np.datetime64("1999-12-30") + i
            second = np.datetime64("2024-02-28T23:59:58") + i
            lines.append(f"{day},{str(second).replace('T', ' ')},{second}.{i % 1000:03},{'' if i % 7 == 0 else day},{second}+02:00")
        path = self.write("t.csv", "\n".join(lines) + "\n")
        hashes = []
        for ranks in (1, 2, 3, 4):
            found = self.load(path, ranks=ranks)
            hashes.append(hash_datasets(self.path("out.h5")))
        self.assertTrue(all(one == hashes[0] for one in hashes))
        with h5py.File(self.path("out.h5")) as file:
            units = {name: dataset.attrs["units"].decode() for name, dataset in file["customers"].items()}
            self.assertEqual(file["customers/gap"].attrs["_FillValue"], np.iinfo(np.int64).min)
            self.assertNotIn("_FillValue", file["customers/day"].attrs)
        self.assertEqual(units["day"], "days since 1970-01-01")
        self.assertEqual(units["second"], "seconds since 1970-01-01T00:00:00")
        self.assertEqual(units["fraction"], "milliseconds since 1970-01-01T00:00:00")
        i = np.arange(2000)
        second = np.datetime64("2024-02-28T23:59:58") + i
        np.testing.assert_array_equal(found["day"].astype("M8[D]"), np.datetime64("1999-12-30") + i)
        np.testing.assert_array_equal(found["second"].astype("M8[s]"), second)
        np.testing.assert_array_equal(found["fraction"].astype("M8[ms]"), second.astype("M8[ms]") + i % 1000)
        np.testing.assert_array_equal(found["zone"].astype("M8[s]"), second - np.timedelta64(2, "h"))
        np.testing.assert_array_equal(found["gap"][1:7].astype("M8[D]"), np.datetime64("1999-12-30") + i[1:7])
        self.assertEqual(set(found["gap"][::7].tolist()), {np.iinfo(np.int64).min})
        self.assertIn("date", self.completed.stdout)
        found = self.load(path, "--types", "day=text")
        self.assertEqual(found["day"][0], b"1999-12-30")

    def test_cells_that_are_no_times(self):
        text = "when,n\n2018-01-01,1\n2018-01-02,2\nsoon,3\n2018-01-04,4\n"
        path = self.write("w.csv", text)
        self.assertEqual(self.load(path)["when"].tolist(), [b"2018-01-01", b"2018-01-02", b"soon", b"2018-01-04"])
        self.assertIn('line 4, column "when": "soon" is no date or time, and 3 of the column\'s 4 values are: it is stored as text',
                      self.completed.stderr)
        found = self.load(path, "--on-bad-cell", "missing", ranks=2)
        self.assertEqual(found["when"].tolist(), [17532, 17533, np.iinfo(np.int64).min, 17535])
        self.fails(['line 4, column "when": "soon" is no date or time', "2018-01-31"], text, "--types", "when=time")
        self.fails(['column "n": "1" is no date or time, nor are 3 more cells'], text, "--types", "n=time")
        self.fails(['column "when": "2018-01-01" is no number'], "when\n2018-01-01\n", "--types", "when=number")

    def test_dates_that_are_written_otherwise_are_told(self):
        for one, other in (("31.12.2025", "01.02.2026"), ("12/31/2025", "2/1/2026")):
            path = self.write("w.csv", f"when,n\n{one},1\n{other},2\n")
            self.assertEqual(self.load(path)["when"].tolist(), [one.encode(), other.encode()])
            self.assertIn(f'line 2, column "when": "{one}" is a date to a person alone: the column is stored as text; dates are written as '
                          "2025-12-31", self.completed.stderr)
            self.load(path, "--types", "when=text")
            self.assertNotIn("person", self.completed.stderr)

    def test_numbers_that_turn_out_to_be_text(self):
        """Cells that were taken for numbers come back as they were written, wherever the first text stands."""
        random.seed(3)
        for place in (0, 1, 20_000, 39_999):
            cells = [random.choice(["1", "1.50", "-0", "+3", "2018-01-01", "nan", "", "NA"]) for _ in range(40_000)]
            cells[place] = "word"
            path = self.write("x.csv", "id,x\n" + "".join(f"{i},{cell}\n" for i, cell in enumerate(cells)))
            for ranks in (1, 3):
                self.assert_column(self.load(path, ranks=ranks)["x"], cells)

    def test_many_columns_and_long_records(self):
        names = [f"c{i}" for i in range(5000)]
        rows = [[str((row * 31 + c) % 997) for c in range(len(names))] for row in range(40)]
        rows[20][2500] = "x" * 300_000
        path = self.write("wide.csv", ",".join(names) + "\n" + "".join(",".join(row) + "\n" for row in rows))
        found = self.load(path, ranks=2)
        self.assertEqual(found["c2500"][20], b"x" * 300_000)
        self.assertEqual(found["c4999"].tolist(), [int(row[4999]) for row in rows])

    def test_packed_files_and_standard_input(self):
        text = "customer_id,word,x\n" + "".join(f'{i},"a ""{i % 5}"" b",{i / 8}\n' for i in range(30_000))
        plain = self.write("p.csv", text)
        expected = self.load(plain)
        half = text.encode()[:len(text) // 2]
        packed = {"p.csv.gz": gzip.compress(text.encode()),
                  "two.csv.gz": gzip.compress(half) + gzip.compress(text.encode()[len(half):])}
        zstd = subprocess.run(["zstd", "-q", "-c"], input=text.encode(), capture_output=True, check=True).stdout
        packed["p.csv.zst"] = zstd
        for name, content in packed.items():
            path = self.write(name, content)
            for ranks in (1, 3):
                found = self.load(path, ranks=ranks)
                for column, cells in expected.items():
                    np.testing.assert_array_equal(found[column], cells)
        for ranks, content in ((1, text.encode()), (3, packed["p.csv.gz"])):
            output = self.path("stdin.h5")
            done = subprocess.run(command(ranks, "import", "-", "--output", output), input=content, env=environment(), capture_output=True)
            self.assertEqual(done.returncode, 0, done.stderr)
            with h5py.File(output) as file:
                np.testing.assert_array_equal(file["customers/word"][()], expected["word"])
        # Two files, of which one is packed, are one table.
        found = self.load(plain, self.path("p.csv.gz"), ranks=2)
        self.assertEqual(len(found["x"]), 60_000)
        self.assertEqual([entry.name for entry in self.folder.iterdir() if entry.name.startswith(".")], [])

    def test_damaged_packed_files(self):
        text = b"customer_id,x\n" + b"".join(b"%d,%d\n" % (i, i * i) for i in range(20_000))
        zstd = subprocess.run(["zstd", "-q", "-c", "--check"], input=text, capture_output=True, check=True).stdout
        for content, kind in ((gzip.compress(text), "gzip"), (zstd, "Zstandard")):
            self.fails([f"ends in the middle of its {kind} data"], content[:len(content) // 2])
            bent = bytearray(content)
            bent[len(bent) // 2] ^= 0xFF
            bent[len(bent) // 2 + 1] ^= 0xFF
            self.fails(["bad.csv"], bytes(bent))
        done = subprocess.run(command(2, "import", "-", "--output", self.path("none.h5")), input=b"", env=environment(), capture_output=True)
        self.assertEqual(done.returncode, 3)
        self.assertIn(b"standard input: is empty", done.stderr)

    def test_packed_files_that_are_sound(self):
        """Zeros behind a member of gzip fill a tape's block; what takes too much memory to unpack is not called damaged."""
        path = self.path("padded.csv.gz")
        pathlib.Path(path).write_bytes(gzip.compress(b"x\n1\n2\n") + bytes(700) + gzip.compress(b"3\n") + bytes(3))
        self.assertEqual(self.load(path, ranks=2)["x"].tolist(), [1, 2, 3])
        long = subprocess.run(["zstd", "-q", "-c", "--long=30", "-3", "--no-check"], input=b"x\n" + b"1\n" * (80 << 20),
                              capture_output=True, check=True).stdout
        self.fails(["needs more than 128 MiB of memory to be unpacked"], long)

    def test_codes_beside_words(self):
        text = "i,n\n07,1\n,2\nprefer not to say,3\n12,4\n"
        found = self.load(self.write("w.csv", text), "--types", "i=integer", "--on-bad-cell", "missing")
        np.testing.assert_array_equal(found["i"], [7, np.nan, np.nan, 12])

    def test_cells_that_are_too_long_for_text(self):
        digits = "7" * (2 << 20)
        for cell in (digits, " " * (2 << 20) + "1"):
            self.fails(['column "a": a text of 2.1 MB', "--columns"], f"a,b\nword,1\n{cell},2\n")

    def test_the_first_error_is_that_of_the_first_row(self):
        """Columns are looked at one by one; what is told is what reading row by row meets first."""
        rows = [b"%d,word,%d\n" % (i, i) for i in range(500)]
        rows[300] = b"300,\xff,5\n"
        rows[200] = b"200,word,\xfe\n"
        self.fails(["line 202", 'column "c"', "not UTF-8"], b"a,b,c\n" + b"".join(rows))


if __name__ == "__main__":
    unittest.main()
