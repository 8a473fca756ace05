// Opens reports as a person would, in a browser that may load nothing else: node page_test.mjs HEED (the program).
// One page is of heed bench on the demo's collection; the other, of fixture/results.json, has several models, all kinds
// of tasks, and texts that would break a page which does not escape them.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { openFile, withBrowser } from "./browser.mjs";
import { conclude, kAxe, kDesk, kPhone, test } from "./check.mjs";

const kHere = dirname(fileURLToPath(import.meta.url));
const kProject = dirname(kHere);

/// Numbers of a results document, as the page may show them: every number in it x100 with one decimal.
function roundedNumbers(file) {
  const found = new Set();
  const visit = (value) => {
    if (typeof value === "number") found.add((100 * value).toFixed(1).replace(/^-0\.0$/, "0.0"));
    else if (value !== null && typeof value === "object") Object.values(value).forEach(visit);
  };
  visit(JSON.parse(readFileSync(file, "utf8")));
  return found;
}

/// The same of a published.tsv, whose last column has the figures.
function publishedNumbers(file) {
  const lines = readFileSync(file, "utf8").trim().split("\n").slice(1);
  return new Set(lines.map((line) => (100 * Number(line.split("\t").at(-1))).toFixed(1).replace(/^-0\.0$/, "0.0")));
}

const plain = (text) => text.replace("\u2212", "-").replace("+", "");
const columnOf = (page, column) =>
  page.$$eval("table.sortable >> nth=0 >> tbody tr", (rows, c) => rows.map((row) => row.cells[c].dataset.value ?? null), column);

function isSorted(values, direction) {
  const numbers = values.filter((value) => value !== null).map(Number);
  assert.ok(values.slice(0, numbers.length).every((value) => value !== null), "what has no figure comes last");
  return numbers.every((value, i) => i === 0 || direction * (value - numbers[i - 1]) >= 0);
}

async function checkSorting(context, url) {
  const { page, faults } = await openFile(context, url);
  const head = page.locator("table.sortable").first().locator("thead th[data-column='3']");
  const before = await columnOf(page, 3);
  assert.ok(new Set(before).size > 2, "the table has different figures");
  assert.equal(await head.getAttribute("aria-sort"), "none");
  await head.locator("button").click();
  assert.equal(await head.getAttribute("aria-sort"), "descending");
  const descending = await columnOf(page, 3);
  assert.ok(isSorted(descending, -1), `descending: ${descending}`);
  await page.keyboard.press("Enter");  // the button has the focus
  assert.equal(await head.getAttribute("aria-sort"), "ascending");
  const ascending = await columnOf(page, 3);
  assert.ok(isSorted(ascending, 1), `ascending: ${ascending}`);
  assert.notDeepEqual(descending, ascending);
  assert.notDeepEqual(before, ascending);
  await page.keyboard.press("Shift+Tab");  // the head to the left
  await page.keyboard.press("Space");
  assert.equal(await head.getAttribute("aria-sort"), "none");
  assert.equal(await page.locator("th[aria-sort=descending]").count(), 1);
  assert.deepEqual(faults, []);
}

async function checkDetails(context, url) {
  const { page, faults } = await openFile(context, url);
  const topic = page.locator("details.topic").nth(1);
  await topic.locator("summary").focus();
  assert.equal(await topic.evaluate((element) => element.open), false);
  await page.keyboard.press("Enter");
  assert.equal(await topic.evaluate((element) => element.open), true);
  assert.ok(await topic.locator("svg.slope").isVisible());
  const shown = await topic.locator("tbody tr").count();
  assert.equal(await topic.locator("svg.slope g").count(), shown, "a line for each document");
  const outline = await topic.locator("summary").evaluate((element) => getComputedStyle(element).outlineStyle);
  assert.notEqual(outline, "none", "the focus is seen");
  assert.deepEqual(faults, []);
}

async function checkSkipLink(context, url) {
  const { page } = await openFile(context, url);
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.className), "skip");
  assert.ok((await page.locator(".skip").boundingBox()).x >= 0, "it is seen when it has the focus");
}

async function checkFigures(context, url, folder) {
  const { page } = await openFile(context, url);
  const numbers = {};
  const rows = await page.$$eval("table.sortable >> nth=0 >> tbody tr", (all) => all.map((row) => ({
    source: row.dataset.source,
    cells: [...row.cells].filter((cell) => cell.dataset.value !== undefined && !cell.classList.contains("average"))
      .map((cell) => [cell.firstChild.textContent, ...(cell.querySelector(".interval")?.textContent.split(" to ") ?? [])])
      .flat(),
  })));
  assert.ok(rows.length > 0 && rows.every((row) => row.cells.length > 0));
  for (const row of rows) {
    const file = join(folder, row.source);
    numbers[file] ??= file.endsWith(".tsv") ? publishedNumbers(file) : roundedNumbers(file);
    for (const cell of row.cells) assert.ok(numbers[file].has(plain(cell)), `${cell} is not in ${file}`);
  }
}

async function checkLayout(context, url) {
  const { page, faults } = await openFile(context, url);
  await page.$$eval("details", (all) => all.forEach((details) => { details.open = true; }));
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(width <= page.viewportSize().width, `the page is ${width} wide`);
  assert.deepEqual(faults, []);
}

async function checkAxe(context, url) {
  const { page } = await openFile(context, url);
  await page.$$eval("details", (all) => all.slice(0, 6).forEach((details) => { details.open = true; }));
  await page.evaluate(kAxe);
  const result = await page.evaluate(() => window.axe.run());
  const grave = result.violations.filter((violation) => ["serious", "critical"].includes(violation.impact));
  assert.deepEqual(grave.map((v) => `${v.id}: ${v.help}: ${v.nodes[0].html}`), []);
  assert.ok(result.passes.length > 10, "axe looked at the page");
}

async function checkPrint(context, url) {
  const { page, faults } = await openFile(context, url);
  const pdf = await page.pdf({ format: "A4", preferCSSPageSize: true });
  assert.ok(pdf.length > 10000 && pdf.subarray(0, 5).toString() === "%PDF-");
  await page.emulateMedia({ media: "print" });
  assert.equal(await page.locator("nav").isVisible(), false);
  await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
  assert.equal(await page.locator("details:not([open])").count(), 0, "all is open on paper");
  await page.setViewportSize({ width: 700, height: 1000 });  // the width of A4 within its margins
  const cut = await page.$$eval(".table", (boxes) => boxes
    .filter((box) => box.firstElementChild.getBoundingClientRect().right > innerWidth + 1)
    .map((box) => box.getAttribute("aria-label")));
  assert.deepEqual(cut, [], "no table is cut");
  await page.evaluate(() => dispatchEvent(new Event("afterprint")));
  assert.ok(await page.locator("details:not([open])").count() > 0, "and closed again after it");
  assert.deepEqual(faults, []);
}

async function checkWithoutScript(url) {
  await withBrowser({ viewport: kDesk, javaScriptEnabled: false }, async (context) => {
    const page = await context.newPage();
    await page.goto(url);
    assert.equal(await page.locator("th button").count(), 0, "no button that does nothing");
    assert.ok(await page.locator("table.sortable tbody td").first().isVisible());
    await page.locator("details.topic summary").nth(1).click();
    assert.ok(await page.locator("details.topic").nth(1).locator("svg.slope").isVisible());
  });
}

async function checkPage(name, url, folder) {
  await withBrowser({ viewport: kDesk, colorScheme: "light" }, async (context) => {
    await test(`${name}: a topic opens by keyboard`, () => checkDetails(context, url));
    await test(`${name}: the skip link comes first`, () => checkSkipLink(context, url));
    await test(`${name}: every figure of the first table is in its file`, () => checkFigures(context, url, folder));
    await test(`${name}: fits a laptop`, () => checkLayout(context, url));
    await test(`${name}: axe finds nothing grave in light`, () => checkAxe(context, url));
    await test(`${name}: prints`, () => checkPrint(context, url));
  });
  await withBrowser({ viewport: kPhone, colorScheme: "dark" }, async (context) => {
    await test(`${name}: fits a telephone`, () => checkLayout(context, url));
    await test(`${name}: axe finds nothing grave in dark`, () => checkAxe(context, url));
  });
  await test(`${name}: says everything without a script`, () => checkWithoutScript(url));
}

/// The curves of a log whose settings would break a page that does not escape them.
async function checkTraining(name, url, charts) {
  await withBrowser({ viewport: kDesk, colorScheme: "light" }, async (context) => {
    await test(`${name}: fits a laptop`, () => checkLayout(context, url));
    await test(`${name}: axe finds nothing grave in light`, () => checkAxe(context, url));
    await test(`${name}: has the curves, and runs no setting`, async () => {
      const { page, faults } = await openFile(context, url);
      assert.equal(await page.locator("svg.curves").count(), charts);
      assert.equal(await page.locator("svg.curves path.own").count(), charts > 3 ? 2 : 0, "the best are marked");
      assert.equal(await page.evaluate(() => window.wasRun), undefined);
      assert.deepEqual(faults, []);
    });
  });
  await withBrowser({ viewport: kPhone, colorScheme: "dark" }, async (context) => {
    await test(`${name}: fits a telephone`, () => checkLayout(context, url));
    await test(`${name}: axe finds nothing grave in dark`, () => checkAxe(context, url));
  });
}

function trainingLog(steps) {
  const lines = [{ kind: "heed training log", version: 1, settings: { base: "<script>window.wasRun = 1</script>" } }];
  for (let step = 1; step <= steps; ++step) {
    lines.push({ step, lr: 1e-4 * (1 - step / (steps + 1)), loss: 1 / step + 0.1 * (step % 3), grad_norm: 1 + (step % 5) });
    if (step % 20 === 0)
      lines.push({ step, validation: { loss: 0.3 + 1 / step, accuracy: 0.8, p_mrr: 0.1 - 1 / step, queries: 104 } });
  }
  return lines.map((line) => JSON.stringify(line) + "\n").join("");
}

async function main(heed, folder) {
  const call = (...words) =>
    execFileSync(heed, words, { env: { ...process.env, HEED_DATA: join(kProject, "data") }, stdio: "pipe" });
  const out = join(folder, "out");
  call("bench", "--model", "bm25", "--data", join(kProject, "data/demo"), "--out", out);
  await checkPage("bench", pathToFileURL(join(out, "report.html")).href, out);

  for (const [name, steps, charts] of [["training", 200, 5], ["one step", 1, 3]]) {
    const log = join(folder, `${name}.jsonl`), page = join(folder, `${name}.html`);
    writeFileSync(log, trainingLog(steps));
    call("report", "--training", log, "--html", page);
    await checkTraining(name, pathToFileURL(page).href, charts);
  }

  const fixture = join(folder, "fixture");
  const results = join(fixture, "results.json");
  call("report", join(kHere, "fixture/results.json"), "--html", join(fixture, "report.html"));
  writeFileSync(results, readFileSync(join(kHere, "fixture/results.json")));
  const page = join(fixture, "report.html"), url = pathToFileURL(page).href;
  assert.ok(statSync(page).size < 3e6);
  await checkPage("fixture", url, fixture);
  await withBrowser({ viewport: kDesk }, async (context) => {
    await test("fixture: the table sorts by click and by keyboard", () => checkSorting(context, url));
    await test("fixture: hostile texts are shown, not run", async () => {
      const { page: shown, faults } = await openFile(context, url);
      assert.equal(await shown.evaluate(() => window.wasRun), undefined);
      assert.ok((await shown.locator("main").textContent()).includes("<script>window.wasRun = 1</script>"));
      assert.deepEqual(faults, []);
    });
    await test("fixture: what was added to an instruction is marked", async () => {
      const { page: shown } = await openFile(context, url);
      assert.equal(await shown.locator("ins").first().textContent(), "Drawings do not count.");
    });
    await test("fixture: has the charts", async () => {
      const { page: shown } = await openFile(context, url);
      assert.ok(await shown.locator("svg.scatter circle.published").count() > 20);
      assert.equal(await shown.locator("svg.scatter path.own").count(), 2);
      assert.equal(await shown.locator("svg.bars").count(), 4);
      assert.equal(await shown.locator("svg.strips circle.topic").count(), 12);
    });
  });
}

const heed = process.argv[2];
if (!heed) {
  console.error("usage: node page_test.mjs HEED");
  process.exit(64);
}
const folder = mkdtempSync(join(tmpdir(), "heed-page-test-"));
try {
  await main(resolve(heed), folder);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
conclude("all pages are well");
