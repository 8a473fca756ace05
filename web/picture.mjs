// Takes a picture of a report, 1280 x 900: node picture.mjs REPORT.html PICTURE.png [SELECTOR]. With a selector of CSS
// it begins a little above the first element that it selects.
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { openFile, withBrowser } from "./browser.mjs";

const [report, picture, selector] = process.argv.slice(2);
if (!picture) {
  console.error("usage: node picture.mjs REPORT.html PICTURE.png [SELECTOR]");
  process.exit(64);
}
await withBrowser({ viewport: { width: 1280, height: 900 }, colorScheme: "light" }, async (context) => {
  const { page } = await openFile(context, pathToFileURL(resolve(report)).href);
  if (selector)
    await page.locator(selector).first().evaluate((element) =>
      scrollTo({ top: element.getBoundingClientRect().top + scrollY - 28, behavior: "instant" }));
  await page.screenshot({ path: picture });
});
