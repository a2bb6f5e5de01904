// node form.mjs PAGE.html ANSWERS.json: fills the typing tool's form with each list of answers (a text, "" for none, in the
// order of the questions), and prints the segment that it names, a line each.
import fs from "node:fs";
import path from "node:path";
import {chromium} from "playwright-core";

const [file, answers] = process.argv.slice(2);
const browser = await chromium.launch({executablePath: process.env.CHROMIUM || "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu"]});
const page = await (await browser.newContext()).newPage();
await page.goto("file://" + path.resolve(file));
const named = await page.evaluate((all) => all.map((own) => {
  own.forEach((answer, i) => {
    const field = document.getElementById("q" + (i + 1));
    if (field.tagName === "SELECT") field.selectedIndex = Math.max(0, [...field.options].findIndex((one) => answer !== "" && one.textContent === answer));
    else field.value = answer;
    field.dispatchEvent(new Event("input", {bubbles: true}));
  });
  return document.getElementById("named").textContent;
}), JSON.parse(fs.readFileSync(answers, "utf8")));
for (const text of named) console.log(/(-?\d+):/.exec(text)?.[1] ?? "none");
await browser.close();
