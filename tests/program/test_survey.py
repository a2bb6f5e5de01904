"""psychograph import of surveys: every cell and label that R's haven and ReadStat have written lies in the table, on any
number of ranks; damaged files are told; and the draft of a spec runs as it stands."""
import csv
import datetime
import math
import pathlib
import re
import subprocess
import tomllib
import unittest

import h5py
import numpy as np

from program import ProgramTest, binary, environment, hash_datasets, messages, run, warnings

DATA = pathlib.Path(__file__).resolve().parents[1] / "data"
SURVEYS = DATA / "surveys"
LOWEST = np.iinfo(np.int64).min


def columns_of(path):
    """{column: list of texts} of a CSV file of the data."""
    with open(SURVEYS / path, newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))
    return {name: [row[i].strip() if name not in ("long", "words") else row[i] for row in rows[1:]]
            for i, name in enumerate(rows[0])}


CELLS = columns_of("cells.csv")
MISSING = {"q1": {99}, "q2": {98, 99}, "q3": {-1, -7, -2.5}, "q4": {7, 8, 9, 42}}


class Survey(ProgramTest):
    def load(self, path, *args, ranks=0):
        output = self.path("out.h5")
        self.completed = self.run_ok(ranks, "import", path, *args, "--output", output)
        with h5py.File(output) as file:
            self.codebook = {}
            if "codebook" in file:
                cells = [[cell.decode() for cell in file["codebook"][name][()]] for name in ("column", "value", "label")]
                self.codebook = {(column, value): label for column, value, label in zip(*cells)}
            self.attributes = {name: dict(dataset.attrs) for name, dataset in file["customers"].items()}
            return {name: dataset[()] for name, dataset in file["customers"].items()}

    def assert_numbers(self, array, texts):
        np.testing.assert_array_equal(array.astype(float), [float(text) if text else math.nan for text in texts])

    def assert_texts(self, array, texts):
        self.assertEqual([cell.decode() for cell in array], [text.rstrip(" ") for text in texts])

    def assert_times(self, name, array, texts, unit, per_second=1):
        self.assertEqual(array.dtype, np.int64)
        self.assertEqual(list(array), [round(float(text) * per_second) if text else LOWEST for text in texts])
        since = "1970-01-01" if unit == "days" else "1970-01-01T00:00:00"
        self.assertEqual(self.attributes[name]["units"], np.bytes_(f"{unit} since {since}"))
        self.assertEqual(self.attributes[name]["_FillValue"], LOWEST)

    def assert_common(self, found, names):
        """What the files of all programs hold."""
        types = {"respondent": np.int16, "flag": np.int8, "big": np.int64, "middle": np.int16, "wide": np.int32,
                 "amount": np.float64}
        for name, dtype in types.items():
            if name in names:
                self.assertEqual(found[name].dtype, dtype, name)
                self.assert_numbers(found[name], CELLS[name])
        self.assert_times("day", found["day"], CELLS["day"], "days")
        self.assert_times("moment", found["moment"], CELLS["moment"], "seconds")


class Cells(Survey):
    def test_spss(self):
        with open(SURVEYS / "labels.csv", newline="", encoding="utf-8") as file:
            labels = {(row["column"], row["value"]): row["label"] for row in csv.DictReader(file)}
        for name in ("survey.sav", "survey.zsav", "plain.sav"):
            found = self.load(SURVEYS / name)
            self.assertEqual(set(found), set(CELLS))
            self.assert_common(found, CELLS)
            self.assert_times("exact", found["exact"], CELLS["exact"], "milliseconds", 1000)
            for column in ("q1", "q2", "q3", "q4", "clock", "colour", "size", "empty"):
                self.assert_numbers(found[column], CELLS[column])
            for column in ("town", "long"):
                self.assert_texts(found[column], CELLS[column])
            self.assertEqual(found["q1"].dtype, np.int8)
            self.assertEqual(found["q2"].dtype, np.float64)
            self.assertEqual(found["q4"].dtype, np.int8)
            self.assertEqual(self.codebook, labels)
            for column, declared in MISSING.items():
                occurring = sorted(declared & {float(cell) for cell in CELLS[column] if cell})
                marked = self.attributes[column]["missing_value"]
                self.assertEqual(marked.dtype, found[column].dtype)
                self.assertEqual(list(marked), occurring)
            self.assertEqual(list(self.attributes["town"]["missing_value"]), [b"none"])
            kinds = {column: value["kind"].decode() for column, value in self.attributes.items() if "kind" in value}
            self.assertEqual(kinds["colour"], "categorical")
            self.assertEqual(kinds["size"], "ordinal")
            self.assertEqual(kinds["amount"], "numeric")
            self.assertNotIn("long", kinds)
        self.assertIn("Zürich is a “good” place to live", self.completed.stdout)

    def test_readstat_itself(self):
        for name in ("answers.sav", "answers.por"):
            found = self.load(SURVEYS / name)
            self.assertEqual(list(found["OFTEN"]), [1, 2, 3, 9] * 3)
            self.assertEqual(found["OFTEN"].dtype, np.int8)
            self.assertEqual(list(self.attributes["OFTEN"]["missing_value"]), [9])
            self.assertEqual(list(found["PLACE"]), [b"N", b"S", b"X"] * 4)
            self.assertEqual(list(self.attributes["PLACE"]["missing_value"]), [b"X"])
            first = (datetime.date(2020, 2, 29) - datetime.date(1970, 1, 1)).days
            self.assertEqual(list(found["DAY"]), [first + row for row in range(12)])
            share = [math.nan if row == 5 else row / 8 - 0.5 for row in range(12)]
            np.testing.assert_allclose(found["SHARE"], share, rtol=1e-15)
            self.assertEqual(self.codebook, {("OFTEN", ""): "How often", ("OFTEN", "1"): "Never", ("OFTEN", "2"): "Sometimes",
                                             ("OFTEN", "3"): "Often", ("OFTEN", "9"): "Refused", ("PLACE", "N"): "North",
                                             ("PLACE", "S"): "South"})

    def test_stata(self):
        letters = columns_of("letters.csv")["letters"]
        for version in (8, 10, 13, 15):
            found = self.load(SURVEYS / f"stata{version}.dta")
            self.assert_common(found, found)
            self.assert_numbers(found["colour"], CELLS["colour"])
            self.assert_numbers(found["letters"], ["" if cell.startswith(".") else cell for cell in letters])
            self.assertEqual(self.codebook[("letters", "")], "Says why")
            self.assertEqual(self.codebook[("letters", ".a")], "refused")
            self.assertEqual(self.codebook[("colour", "3")], "red")
            if version >= 14:  # earlier ones have no UTF-8
                self.assert_texts(found["words"], CELLS["long"])

    def test_sas(self):
        words = columns_of("words.csv")["words"]
        for name in ("sas5.xpt", "sas8.xpt", "sas.sas7bdat"):
            found = self.load(SURVEYS / name)
            self.assert_common(found, set(found) | ({"amount"} if name.endswith("7bdat") else set()))
            self.assert_texts(found["words"], words)
            self.assertEqual(self.codebook.get(("amount", "")), "A number")

    def test_same_on_any_number_of_ranks(self):
        def make(ranks):
            output = self.path(f"out-{ranks}.h5")
            self.run_ok(ranks, "import", SURVEYS / "survey.sav", "--id", "respondent", "--output", output)
            return output
        self.assert_same_on_ranks(make)

    def test_columns_id_and_codebook(self):
        own = self.path("own.csv")
        pathlib.Path(own).write_text("column,value,label\nq1,1,Not at all\nq1,above,Fond of Zurich\n")
        found = self.load(SURVEYS / "survey.sav", "--id", "respondent", "--columns", "q1,long", "--codebook", own)
        self.assertEqual(set(found), {"customer_id", "q1", "long"})
        self.assert_numbers(found["customer_id"], CELLS["respondent"])
        self.assertEqual(self.codebook[("q1", "1")], "Not at all")
        self.assertEqual(self.codebook[("q1", "5")], "Fully agree")
        self.assertNotIn(("q2", "1"), self.codebook)

    def test_each_value_of_an_id_is_an_id(self):
        """Also where the file declares most of them missing."""
        found = self.load(SURVEYS / "ids.sav", "--id", "RID")
        self.assertEqual(found["customer_id"].tolist(), list(range(1200)))
        self.assertEqual((found["DAY"] == LOWEST).sum(), 1199)
        found = self.load(SURVEYS / "ids.sav", "--id", "DAY")
        self.assertEqual(np.diff(found["customer_id"]).tolist(), [1] * 1199)

    def test_what_is_declared_missing_is_missing_and_kinds_are_taken(self):
        self.load(SURVEYS / "survey.sav", "--id", "respondent")
        spec = self.path("spec.toml")
        pathlib.Path(spec).write_text('[input]\nfiles = ["out.h5"]\nid = "customer_id"\n[[features]]\n'
                                      'columns = ["q1", "q4", "amount", "size", "colour", "town"]\n[cluster]\nk = 2\n')
        self.run_ok(0, "segment", spec, "--output", self.path("s.h5"), cwd=self.folder)
        with h5py.File(self.path("s.h5")) as file:
            names = [name.decode() for name in file["features/name"][()]]
            kinds = dict(zip(names, (kind.decode() for kind in file["features/kind"][()])))
            missing = dict(zip(names, file["features/missing"][()]))
        self.assertEqual(kinds, {"q1": "numeric", "q4": "numeric", "amount": "numeric", "size": "ordinal", "colour": "categorical",
                                 "town": "categorical"})
        for column in ("q1", "q4"):
            self.assertEqual(missing[column], sum(float(cell) in MISSING[column] for cell in CELLS[column]))
        self.assertEqual(missing["town"], CELLS["town"].count("none"))


class Refused(Survey):
    def fails(self, parts, path, *args, code=3, ranks=0):
        self.assert_fails(code, parts, ranks, "import", path, *args, "--output", self.path("bad.h5"))
        self.assertFalse(pathlib.Path(self.path("bad.h5")).exists())

    def damaged(self, name, bytes_):
        path = self.path(name)
        pathlib.Path(path).write_bytes(bytes_)
        return path

    def test_options(self):
        survey = SURVEYS / "survey.sav"
        for option in (("--na", "NA"), ("--types", "q1=text"), ("--header-rows", "1")):
            self.fails([option[0], "is for CSV files"], survey, *option, code=2)
        self.fails(["by itself", "2 files"], survey, SURVEYS / "plain.sav", code=2)
        self.fails(['no variable "respondnet"', 'did you mean "respondent"?'], survey, "--id", "respondnet")
        self.fails(['no variable "q9"', "--columns"], survey, "--columns", "q9")
        self.fails(['variable "q2", row 0', "the id is missing"], survey, "--id", "q2")
        self.fails(["row 1", "the id is missing"], survey, "--id", "long", ranks=2)

    def test_cut_off_everywhere(self):
        # The older Stata files end with labels, and transport files at any multiple of 80 bytes.
        for name, whole in (("survey.sav", 3), ("survey.zsav", 1), ("stata14.dta", 2), ("sas.sas7bdat", 2), ("answers.por", 1)):
            data = (SURVEYS / name).read_bytes()
            for part in range(1, whole + 1):
                size = len(data) * part // (whole + 1)
                self.fails([f"cut-{name}: can't be read as "], self.damaged(f"cut-{name}", data[:size]),
                           ranks=2 if part == whole else 0)
        data = (SURVEYS / "sas5.xpt").read_bytes()
        self.fails(["it does not hold as many rows as it says"], self.damaged("cut.xpt", data[:4999]))

    def test_bytes_flipped(self):
        """Whatever is changed: a table, or one message."""
        for name in ("plain.sav", "stata10.dta", "sas8.xpt"):
            data = bytearray((SURVEYS / name).read_bytes())
            for place in (77, len(data) // 3):
                changed = bytearray(data)
                changed[place:place + 4] = b"\xff\x80\x7f\xfe"
                completed = run(0, "import", self.damaged(f"flipped-{name}", changed), "--output", self.path("f.h5"), timeout=60)
                self.assertIn(completed.returncode, (0, 3), completed.stderr)
                self.assertEqual(len(messages(completed)), completed.returncode // 3, completed.stderr)

    def test_text_that_is_not_of_its_encoding(self):
        data = (SURVEYS / "plain.sav").read_bytes()
        place = data.index("Grüße 1; ".encode())
        changed = data[:place] + b"\xff\xfe" + data[place + 2:]
        self.fails(["not of the encoding", '"'], self.damaged("text.sav", changed))

    def test_no_survey_at_all(self):
        self.fails(["can't be read as an SPSS file"], self.damaged("no.sav", b"not a survey, whatever it is called\n" * 20))
        self.fails(["can't be read as a Stata file"], self.damaged("no.dta", b"x" * 500))
        self.fails(["nowhere.sav"], self.path("nowhere.sav"))


class Draft(Survey):
    def segment(self, *args):
        draft = self.path("draft.toml")
        self.run_ok(2, "import", *args, "--output", "table.h5", "--spec", draft, cwd=self.folder)
        self.assertEqual(warnings(self.run_ok(2, "segment", draft, "--input", "table.h5", "--output", "s.h5", "--k", "4", "--no-profile",
                                              cwd=self.folder)), [])
        text = pathlib.Path(draft).read_text(encoding="utf-8")
        return text, tomllib.loads(text)

    def test_of_a_survey(self):
        text, spec = self.segment(DATA / "bfi" / "bfi.sav", "--id", "respondent")
        items = [f"{letter}{number}" for letter in "ACENO" for number in range(1, 6)]
        answers = next(block for block in spec["features"] if block["facet"] == "psychographic")
        self.assertEqual((answers["columns"], answers["kind"]), (items, "ordinal"))
        self.assertIn('"A1",  # Am indifferent to the feelings of others', text)
        self.assertIn("from 1 (Very inaccurate) to 6 (Very accurate)", text)
        self.assertIn('# items = ["A1", "A2", "A3", "A4", "A5"]', text)
        self.assertEqual(spec["describe_only"]["columns"], ["gender"])
        self.assertEqual(spec["input"], {"files": ["table.h5"], "id": "customer_id"})
        self.assertEqual(spec["cluster"]["k"], "auto")
        demographic = [column for block in spec["features"] if block["facet"] == "demographic" for column in block["columns"]]
        self.assertEqual(sorted(demographic), ["age", "education"])

    def test_of_a_csv_file(self):
        _, spec = self.segment(DATA / "credit" / "credit_data.csv", "--codebook", DATA / "credit" / "codebook.csv")
        self.assertIn("Income", spec["describe_only"]["columns"])
        kinds = {column: block["kind"] for block in spec["features"] for column in block["columns"]}
        self.assertEqual(kinds["Home"], "categorical")
        self.assertEqual(kinds["Age"], "numeric")

    def test_codes_of_no_answer_and_dates(self):
        """Without a codebook: -9 among answers from 1 to 5, and a date that can be used."""
        rows = ["who,q1,q2,q3,joined"]
        rows += [f"{row},{1 + row % 5},{1 + row % 4},{-9 if row % 10 == 0 else 1 + row % 5},{2015 + row % 9}-06-{row % 28 + 1:02}" for row in range(60)]
        path = self.path("codes.csv")
        pathlib.Path(path).write_text("\n".join(rows))
        text, spec = self.segment(path, "--id", "who")
        by_columns = {tuple(block["columns"]): block for block in spec["features"]}
        self.assertEqual(by_columns[("q3",)]["missing_values"], [-9])
        self.assertEqual({block["kind"] for block in spec["features"]}, {"ordinal"})
        self.assertRegex(text, r'# columns = \["joined"\]\n# since = "2015-01-01"\n# unit = "years"')

    def test_a_codebook_with_semicolons(self):
        codebook = self.path("semicolons.csv")
        text = (DATA / "credit" / "codebook.csv").read_text(encoding="utf-8")
        with open(codebook, "w", newline="", encoding="utf-8") as file:
            csv.writer(file, delimiter=";").writerows(csv.reader(text.splitlines()))
        tables = []
        for name in (DATA / "credit" / "codebook.csv", codebook):
            self.run_ok(1, "import", DATA / "credit" / "credit_data.csv", "--codebook", name, "--output", self.path("c.h5"))
            tables.append(hash_datasets(self.path("c.h5")))
        self.assertEqual(*tables)

    def test_what_is_left_out_and_why(self):
        rows = ["respid,wt,q1,constant,note,seen,plz"]
        rows += [f"{row + 100},{1 + row % 3},{row % 5},7,word {row},2020-01-{row % 28 + 1:02},{1000 + 7 * (row % 50)}" for row in range(60)]
        path = self.path("few.csv")
        pathlib.Path(path).write_text("\n".join(rows))
        text, spec = self.segment(path)
        self.assertEqual(spec["input"]["id"], "respid")
        for column, why in (("wt", "may be a weight"), ("constant", "one and the same value"), ("note", "another value in every row"),
                            ("plz", "postcodes")):
            self.assertRegex(text, rf"#   {column} .*{why}")

    def test_a_draft_that_is_there_is_kept(self):
        draft = self.path("mine.toml")
        pathlib.Path(draft).write_text("# mine\n")
        self.assert_fails(2, ["--spec", "mine.toml", "is there already"], 2, "import", DATA / "bfi" / "bfi.sav", "--output",
                          self.path("x.h5"), "--spec", draft)
        self.assertEqual(pathlib.Path(draft).read_text(), "# mine\n")
        self.assertFalse(pathlib.Path(self.path("x.h5")).exists())
        self.assert_fails(4, ["nowhere"], 1, "import", DATA / "bfi" / "bfi.sav", "--output", self.path("x.h5"), "--spec",
                          self.path("nowhere/d.toml"))


class Page(Survey):
    def test_from_a_survey_to_a_report(self):
        """The commands of docs/surveys.md, in a folder that looks like the project's."""
        project = DATA.parents[1]
        (self.folder / "build" / "release").mkdir(parents=True)
        (self.folder / "build" / "release" / "psychograph").symlink_to(pathlib.Path(binary()).resolve())
        (self.folder / "tests").symlink_to(project / "tests")
        page = (project / "docs" / "surveys.md").read_text(encoding="utf-8")
        commands = re.findall(r"^```sh\n(.*?)^```$", page, flags=re.MULTILINE | re.DOTALL)
        self.assertEqual(len(commands), 1)
        done = subprocess.run(["bash", "-ec", commands[0]], cwd=self.folder, env=environment(), capture_output=True, text=True,
                              check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        report = (self.folder / "build" / "bfi.html").read_text(encoding="utf-8")
        self.assertIn("Know how to comfort others", report)


if __name__ == "__main__":
    unittest.main()
