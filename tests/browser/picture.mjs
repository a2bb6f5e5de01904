// node picture.mjs PAGE.html PICTURE.png: the first screen of a page, and the plot of its segments.
import path from "node:path";
import {chromium} from "playwright-core";

const [file, picture] = process.argv.slice(2);
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"],
});
const page = await browser.newPage({viewport: {width: 1040, height: 1050}});
await page.goto("file://" + path.resolve(file));
await page.screenshot({path: picture});
await browser.close();
