// Takes the README's picture: node picture.mjs REPORT.html PICTURE.png [WIDTH HEIGHT]
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { openFile, withBrowser } from "./browser.mjs";

const [report, picture, width = "1280", height = "900"] = process.argv.slice(2);
if (!picture) {
  console.error("usage: node picture.mjs REPORT.html PICTURE.png [WIDTH HEIGHT]");
  process.exit(64);
}
const viewport = { width: Number(width), height: Number(height) };
await withBrowser({ viewport, colorScheme: "light" }, async (context) => {
  const { page } = await openFile(context, pathToFileURL(resolve(report)).href);
  await page.screenshot({ path: picture });
});
