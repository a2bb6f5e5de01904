// node check.mjs PAGE.html [--comparison | --campaign] [--pages N] [--pictures FOLDER]: exits 1 where the page does what a reader would not forgive.
//
// No request, no console message, nothing twice, axe finds nothing in both themes, keyboard alone reaches
// everything, it reads without JavaScript, and prints short. --comparison, --campaign: a page of `compare`, of `measure`
// alone; --pages: at most so many on paper.
import fs from "node:fs";
import path from "node:path";
import {createRequire} from "node:module";
import {chromium} from "playwright-core";

const [file, ...rest] = process.argv.slice(2);
const option = (name, fallback) => (rest.includes(name) ? rest[rest.indexOf(name) + 1] : fallback);
const axe = fs.readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const url = "file://" + path.resolve(file);
const compared = rest.includes("--comparison"), campaign = rest.includes("--campaign");
const faults = [];
const expect = (holds, what) => { if (!holds) faults.push(what); };

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"],
});

async function open(options, visit) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  page.on("request", (request) => expect(request.url() === url || request.url().startsWith("data:") || request.url().startsWith("blob:"), "asks for " + request.url()));
  page.on("console", (message) => expect(false, "says on the console: " + message.text()));
  page.on("pageerror", (error) => expect(false, "fails: " + error.message));
  const session = await context.newCDPSession(page);
  await session.send("Performance.enable", {timeDomain: "threadTicks"});  // processor time, not time that has passed
  await page.goto(url);
  await visit(page, session);
  await context.close();
}

async function listen(page, where) {
  await page.evaluate(axe);
  const found = await page.evaluate(() => axe.run(document, {resultTypes: ["violations"]}));
  for (const one of found.violations)
    expect(false, `axe, ${where}: ${one.id}: ${one.help}: ${one.nodes.slice(0, 3).map((node) => node.html.slice(0, 120)).join(" | ")}`);
}

async function picture(page, name) {
  const folder = option("--pictures");
  if (folder) await page.screenshot({path: path.join(folder, name + ".png"), fullPage: true});
}

// Segments: cards, any two side by side, the form, the map and the search.
async function useSegments(page) {
  const first = page.locator(".cards a").first();
  const wanted = (await first.getAttribute("href")).slice(1);
  await first.click();
  expect(await page.locator("#" + wanted + " h1").isVisible(), "a card's link leads to no page");
  expect((await page.locator("#" + wanted + " table.lines").count()) > 0, "a segment's page has no figures");
  await page.locator("nav a[href='#compare']").click();
  await page.locator("#compared tr").first().waitFor();
  const before = await page.locator("#compared").innerText();
  await page.locator("#two").selectOption({index: (await page.locator("#two option").count()) - 1});
  await page.locator("#one").selectOption({index: 1});
  expect((await page.locator("#compared").innerText()) !== before, "comparing other segments changes nothing");
  const download = page.waitForEvent("download");
  await page.locator("#compare button", {hasText: "CSV"}).click();
  expect((await download).suggestedFilename().endsWith(".csv"), "the CSV button gives no CSV");
  if (await page.locator("#form").count()) {
    const empty = await page.locator("#named").innerText();
    await page.locator("#q1").evaluate((one) => { if (one.tagName === "SELECT") one.selectedIndex = 1; else one.value = "3"; one.dispatchEvent(new Event("input", {bubbles: true})); });
    expect((await page.locator("#named").innerText()) !== empty, "the form names no segment");
  }
  await page.locator("nav a[href='#glance']").click();
  await page.locator("#heat canvas").waitFor();
  await page.locator("#heat canvas").focus();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowRight");
  expect(/: ([+-]?[\d.]+|–)$/.test(await page.locator(".readout").innerText()), "the map tells no figure to arrow keys");
  await page.keyboard.press("Enter");
  expect(/^#s-?\d+$/.test(await page.evaluate(() => location.hash)), "Enter on the map opens no segment");
  const find = page.locator("#find");
  if (await find.count()) {
    await find.fill("no segment is called like this");
    expect((await page.locator("#index li:visible").count()) === 0, "searching hides nothing");
    await find.fill("");
    expect((await page.locator("#index li:visible").count()) > 12, "an empty search does not show all");
  }
}

// Runs: a click on a column's head sorts, and another one the other way.
async function useRuns(page) {
  const table = page.locator("#runs table.sortable").first();
  const read = async () => (await table.locator("tbody tr").allInnerTexts()).join("\n");
  const head = table.locator("thead th").nth(1);
  await head.locator("button").click();
  await head.locator("button").click();
  expect((await head.getAttribute("aria-sort")) === "descending", "a second click on a head does not sort downwards");
  const numbers = (await table.locator("tbody tr td:nth-child(2)").allInnerTexts()).map((text) => parseInt(text, 10));
  expect(numbers.length > 1 && numbers.every((one, i) => i === 0 || one <= numbers[i - 1]), "runs are not sorted by their number of segments");
  const before = await read();
  await table.locator("thead th").first().locator("button").click();
  expect((await read()) !== before, "sorting by another column changes nothing");
}

// Lifts: the table behind a picture opens, sorts and can be saved.
async function useLifts(page) {
  const details = page.locator("#campaign details").first();
  await details.locator("summary").click();
  const table = details.locator("table.sortable");
  const read = async () => (await table.locator("tbody tr").allInnerTexts()).join("\n");
  const before = await read();
  for (const column of [6, 6]) await table.locator("thead th").nth(column).locator("button").click();
  expect((await read()) !== before, "sorting by a lift changes nothing");
  const download = page.waitForEvent("download");
  await details.locator("button", {hasText: "CSV"}).first().click();
  expect((await download).suggestedFilename().startsWith("campaign-"), "the CSV button gives no figures");
}

async function usePictures(page) {
  for (const figure of await page.locator("figure[data-svg]").all()) {
    const name = await figure.getAttribute("data-svg");
    expect((await figure.locator("svg[aria-label]").count()) === 1, `the picture ${name} has no name`);
  }
  const button = page.locator("figure[data-svg] button", {hasText: "SVG"}).first();
  if (!(await button.count())) return;
  const download = page.waitForEvent("download");
  await button.click();
  const text = fs.readFileSync(await (await download).path(), "utf8");
  expect(/^<svg [^>]*>.*<(path|rect) /s.test(text) && !/NaN|undefined/.test(text), "the SVG button gives no picture");
}

// A reader with a mouse.
await open({viewport: {width: 1200, height: 900}}, async (page, session) => {
  await page.waitForTimeout(500);
  const metrics = Object.fromEntries((await session.send("Performance.getMetrics")).metrics.map((one) => [one.name, one.value]));
  console.log(`main thread: ${Math.round(1000 * metrics.TaskDuration)} ms`);
  await (compared ? useRuns(page) : campaign ? useLifts(page) : useSegments(page));
  await usePictures(page);
  await picture(page, "light");
  await listen(page, "light");
});

await open({viewport: {width: 1200, height: 900}, colorScheme: "dark"}, async (page) => {
  await picture(page, "dark");
  await listen(page, "dark");
});

// A telephone: nothing sticks out sideways.
await open({viewport: {width: 390, height: 800}}, async (page) => {
  await picture(page, "narrow");
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth + 1), "on a narrow screen the page is wider than it");
});

// A reader with a keyboard: every link and control is come to, and seen to be.
await open({viewport: {width: 1200, height: 900}}, async (page) => {
  const all = await page.evaluate(() => [...document.querySelectorAll("a[href],button,select,input,canvas,[tabindex='0']")].filter((one) => one.checkVisibility()).length);
  const reached = new Set();
  for (let i = 0; i < all + 40; ++i) {
    await page.keyboard.press("Tab");
    reached.add(await page.evaluate(() => { const one = document.activeElement; one.dataset.seen ||= String(Math.random()); return one.dataset.seen; }));
  }
  expect(reached.size >= all, `the keyboard comes to ${reached.size} of ${all} controls`);
});

// No JavaScript at all.
await open({javaScriptEnabled: false, viewport: {width: 1200, height: 900}}, async (page) => {
  await picture(page, "no-script");
  expect(compared || campaign || (await page.locator("table.map tbody tr").count()) > 0, "without JavaScript the heat map is no table");
  expect((await page.locator("svg text").allTextContents()).every((text) => !/NaN|undefined|None/.test(text)), "a picture says what is no figure");
  const pages = await page.locator(".segment").count();
  expect((await page.locator(".segment h1:visible").count()) === pages, "without JavaScript some segment's page is not shown");
});

// Paper.
await open({}, async (page) => {
  await page.emulateMedia({media: "print"});
  const paper = (await page.pdf({format: "A4"})).toString("latin1");
  const pages = (paper.match(/\/Type\s*\/Page\b/g) || []).length;
  console.log(`on paper: ${pages} pages`);
  expect(pages > 0 && pages <= Number(option("--pages", 12)), `prints to ${pages} pages`);
});

await browser.close();
for (const fault of faults) console.log("FAULT " + fault);
process.exit(faults.length ? 1 : 0);
