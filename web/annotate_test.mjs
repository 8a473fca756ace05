// Drives heed annotate in a browser as an annotator would, also while its server is killed: node annotate_test.mjs HEED
// [PICTURE.png]. With a picture's name it takes one of the view of a document.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { withBrowser } from "./browser.mjs";
import { conclude, kAxe, kDesk, kPhone, test } from "./check.mjs";

const kDecisions = { y: "relevant", n: "not_relevant", u: "unsure" };

// A folder to annotate.

const kTopics = [
  {
    id: "301",
    query: "offshore wind farms",
    instruction:
      "A relevant document says what a wind farm at sea costs, to build or to keep. Plans that were given up count too.",
  },
  {
    id: "302",
    query: "<b>urban</b> bees",
    instruction: "A relevant document reports on bees that are kept in a town.",
  },
];
const kAltered =
  "A relevant document says what a wind farm at sea costs to build. Plans that were given up do not count.";
const kCount = 22;

function text(topic, i) {
  if (topic === "302")
    return `Hives stand on roof ${i}. <script>window.wasRun = 1</script> & so on. Bees of the town fly far.`;
  return [
    `The wind farm of site ${i} stands in shallow water, ${10 + i} kilometres off the coast. Its owners put the price of building it at ${200 + 13 * i} million.`,
    `Of that sum the cables to the shore took a sixth, and the ships that set the towers another. ${i % 2 === 0 ? "The plan was given up before the first tower stood." : "The first current came ashore a year late."}`,
    "Fishermen had asked for lanes between the towers; offshore wind pays them a yearly sum that the report does not name.",
  ].join("\n\n");
}

function makeFolder(folder) {
  mkdirSync(folder, { recursive: true });
  const lines = (name, rows) =>
    writeFileSync(join(folder, name), rows.map((row) => JSON.stringify(row) + "\n").join(""));
  const ids = (topic) =>
    Array.from({ length: topic === "301" ? kCount : 3 }, (_, i) => `${topic}-D${String(i + 1).padStart(2, "0")}`);
  lines("topics.jsonl", kTopics);
  lines(
    "pool.jsonl",
    kTopics.flatMap(({ id }) => [
      ...ids(id).map((document) => ({ topic: id, document, grade: 1, source: "judged" })),
      { topic: id, document: `${id}-X`, grade: 0, source: "bm25" },
    ]),
  );
  lines(
    "documents.jsonl",
    kTopics.flatMap(({ id }) =>
      [...ids(id), `${id}-X`].map((document, i) => ({
        id: document,
        title: id === "301" ? `What the wind farm at site ${i + 1} cost` : "Bees & <i>roofs</i>",
        text: text(id, i + 1),
      })),
    ),
  );
}

// A server that can be killed.

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((done) => server.once("listening", done));
  const { port } = server.address();
  await new Promise((done) => server.close(done));
  return port;
}

async function start(heed, folder, port, ...flags) {
  const child = spawn(heed, ["annotate", folder, "--port", String(port), "--open", "no", ...flags], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let errors = "";
  child.stderr.on("data", (data) => {
    errors += data;
  });
  const ended = new Promise((done) => child.once("exit", (code, signal) => done({ code, signal })));
  const url = await new Promise((done, fail) => {
    let out = "";
    child.stdout.on("data", (data) => {
      out += data;
      if (out.includes("\n")) done(out.split("\n")[0]);
    });
    ended.then(() => fail(new Error(`heed annotate ended: ${errors}`)));
  });
  return {
    url,
    kill: (signal = "SIGKILL") => {
      child.kill(signal);
      return ended;
    },
  };
}

// A person.

const faults = [];
async function open(context, where, { isOffline = () => false, annotator } = {}) {
  const page = await context.newPage(),
    url = where.split("#")[0];
  page.on("pageerror", (error) => faults.push(`error: ${error.message}`));
  page.on("console", (message) => {
    if (message.type() === "error" && !isOffline()) faults.push(`console: ${message.text()}`);
  });
  page.on("request", (request) => {
    if (!request.url().startsWith(url) && !request.url().startsWith("data:")) faults.push(`request: ${request.url()}`);
  });
  await page.goto(where);
  await page.locator("h1").waitFor();
  if (annotator) await become(page, annotator);
  return page;
}

async function become(page, annotator) {
  if ((await page.getByRole("button", { name: annotator, exact: true }).count()) > 0)
    await page.getByRole("button", { name: annotator, exact: true }).click();
  else {
    await page.locator("#name").fill(annotator);
    await page.keyboard.press("Enter");
  }
  await page.locator("#who strong", { hasText: annotator }).waitFor();
}

const position = async (page) => (await page.locator("#position").textContent()).split(" · ")[0];
const at = (page, i, count = kCount) =>
  page.locator("#position", { hasText: new RegExp(`^${i} of ${count} `) }).waitFor({ timeout: 15000 });

async function checkAxe(page, view) {
  await page.evaluate(kAxe);
  const result = await page.evaluate(() => window.axe.run());
  const grave = result.violations.filter((violation) => ["serious", "critical"].includes(violation.impact));
  assert.deepEqual(
    grave.map((v) => `${view}: ${v.id}: ${v.help}: ${v.nodes[0].html}`),
    [],
  );
  assert.ok(result.passes.length > 10, "axe looked at the page");
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(width <= page.viewportSize().width, `${view}: the page is ${width} wide`);
}

async function main(heed, work, picture) {
  const folder = join(work, "work");
  makeFolder(folder);
  const port = await freePort();
  let server = await start(heed, folder, port);
  const { url } = server;
  const pressed = "ynynunyyny" + "nynyyn" + "uynyny"; // 22 documents; the server dies after ten and with one under way
  let offline = false;
  const kill = async () => {
    offline = true;
    await server.kill();
  };
  const restart = async () => {
    server = await start(heed, folder, port);
  };
  const read = (name) =>
    readFileSync(join(folder, name), "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));

  await withBrowser({ viewport: kDesk, colorScheme: "light" }, async (context) => {
    let page;
    await test("an annotator alters the instruction, with the changes marked, and makes it final", async () => {
      page = await open(context, url, { annotator: "ann", isOffline: () => offline });
      await checkAxe(page, "topics");
      await page.getByRole("link", { name: "301" }).click();
      await page.locator("#altered").fill(kAltered);
      await page.locator("#saved", { hasText: /^Saved at / }).waitFor();
      assert.deepEqual(await page.locator("#changes ins").allTextContents(), ["costs", "build.", "do not count."]);
      assert.deepEqual(await page.locator("#changes del").allTextContents(), [
        "costs, to build or",
        "keep.",
        "count too.",
      ]);
    });
    await test("the draft and its end survive", async () => {
      await checkAxe(page, "topic");
      await page.reload();
      await page.locator("#altered").waitFor();
      assert.equal(await page.locator("#altered").inputValue(), kAltered);
      await page.locator("#final").click();
      await page.getByText("This instruction is final (by ann).").waitFor();
      await page.getByRole("link", { name: "Judge the documents" }).click();
      await at(page, 1);
    });
    await test("ten documents are judged by keyboard, each shown as saved before the next", async () => {
      for (let i = 0; i < 10; ++i) {
        await at(page, i + 1);
        await page.keyboard.press(pressed[i]);
        await at(page, i + 2);
      }
      await checkAxe(page, "document");
    });
    await test("keys do nothing in a field, and a note is stored", async () => {
      await page.keyboard.press("m");
      await page.keyboard.type("yn?");
      await page.keyboard.press("Escape");
      await page.locator("#live", { hasText: "Saved" }).waitFor();
      assert.equal(await position(page), `11 of ${kCount}`);
      assert.equal(await page.locator("#state strong").textContent(), "Not decided");
    });
    await test("a killed server loses nothing; what is pressed meanwhile is not shown as saved, and is sent", async () => {
      await kill();
      await page.keyboard.press(pressed[10]);
      await page.locator("#banner", { hasText: "Not saved." }).waitFor();
      assert.match(await page.locator("#detail").textContent(), /NOT SAVED/);
      assert.equal(await position(page), `11 of ${kCount}`);
      await page.keyboard.press("j");
      await at(page, 12);
      await page.keyboard.press(pressed[11]);
      await page.locator("#detail", { hasText: "NOT SAVED" }).waitFor();
      assert.match(
        await page.locator("#summary").textContent(),
        /^10 of 22 decided/,
        "what is not stored does not count",
      );
      await checkAxe(page, "document without a server");
      await restart();
      await at(page, 13);
      await page.locator("#banner:empty").waitFor({ state: "attached" });
      offline = false;
    });
    await test("a server killed with a decision under way has it or gets it again", async () => {
      for (const i of [12, 13]) {
        await at(page, i + 1);
        offline = true;
        await Promise.all([
          page.keyboard.press(pressed[i]),
          i === 12 ? kill() : new Promise((go) => setTimeout(go, 2)).then(kill),
        ]);
        await restart();
        await at(page, i + 2);
      }
      await page.locator("#banner:empty").waitFor({ state: "attached" });
      offline = false;
    });
    await test("a decision that was not sent survives its page", async () => {
      await kill();
      await page.keyboard.press(pressed[14]);
      await page.locator("#banner", { hasText: "Not saved." }).waitFor();
      await page.close({ runBeforeUnload: false });
      await restart();
      page = await open(context, `${url}#/topic/301/judge/301-D16`, { isOffline: () => offline });
      offline = false;
      await page.locator(".dots a[aria-label='Document 15: still relevant']").waitFor();
    });
    await test("what the server could not store is not shown as saved, and its sentence is shown", async () => {
      await at(page, 16);
      offline = true;
      await page.route(
        "**/api/decision",
        (route) =>
          route.fulfill({ status: 500, contentType: "application/json", body: '{"error":"the disk is full"}' }),
        { times: 1 },
      );
      await page.keyboard.press("u");
      await page.locator("#banner", { hasText: "the disk is full" }).waitFor();
      assert.match(await page.locator("#detail").textContent(), /NOT SAVED/);
      assert.equal(await position(page), `16 of ${kCount}`);
      await at(page, 17); // sent again
      await page.locator("#banner:empty").waitFor({ state: "attached" });
      offline = false;
      await page.keyboard.press("k");
    });
    await test("the last decision is taken back, and made again", async () => {
      await at(page, 16);
      await page.keyboard.press("n");
      await at(page, 17);
      await page.keyboard.press("z");
      await at(page, 16);
      await page.locator("#state strong", { hasText: "Unsure" }).waitFor();
      await page.locator("#live", { hasText: "Taken back" }).waitFor();
    });
    await test("the rest is judged, and the share that stays is shown", async () => {
      for (let i = 15; i < kCount; ++i) {
        await at(page, i + 1);
        await page.keyboard.press(pressed[i]);
        if (i + 1 < kCount) await at(page, i + 2);
      }
      const kept = [...pressed].filter((key) => key === "y").length;
      await page.locator("#summary", { hasText: `${kCount} of ${kCount} decided; ${kept} still relevant` }).waitFor();
    });
    await test("a second tab is told what the first one did, and the last writer counts", async () => {
      const other = await open(context, `${url}#/topic/301/judge/301-D01`);
      await at(other, 1);
      await page.evaluate(() => {
        location.hash = "#/topic/301/judge/301-D01";
      });
      await at(page, 1);
      await page.keyboard.press("u");
      await at(page, 2);
      await other.bringToFront();
      await other.locator("#state strong", { hasText: "Unsure" }).waitFor({ timeout: 10000 });
      await other.keyboard.press("y");
      await at(other, 2);
      await page.bringToFront();
      await page.keyboard.press("k");
      await page.locator("#state strong", { hasText: "Still relevant" }).waitFor({ timeout: 10000 });
      await other.close();
    });
    await test("texts are shown, not run", async () => {
      await page.goto(`${url}#/topic/302`);
      await page.locator("#altered").fill("A relevant document reports on bees that are kept on a town's roofs.");
      await page.locator("#final").click();
      await page.getByRole("link", { name: "Judge the documents" }).click();
      await at(page, 1, 3);
      assert.ok((await page.locator("#text").textContent()).includes("<script>window.wasRun = 1</script>"));
      assert.equal(await page.evaluate(() => window.wasRun), undefined);
      assert.ok((await page.locator("h1").textContent()).includes("<b>urban</b>"));
    });
    if (picture) {
      await page.goto(`${url}#/topic/301/judge/301-D07`);
      await at(page, 7);
      await page.screenshot({ path: picture });
    }
    await page.close();
  });

  const second = [...pressed].map((key, i) => (i === 2 ? "n" : i === 5 ? "u" : key)); // two differences
  await withBrowser({ viewport: kPhone, colorScheme: "dark" }, async (context) => {
    const page = await open(context, url);
    await test("a second annotator judges under the same instruction, unseen by the first", async () => {
      await become(page, "bob");
      await checkAxe(page, "topics in dark");
      await page.goto(`${url}#/topic/301/judge/301-D01`);
      for (let i = 0; i < kCount; ++i) {
        await at(page, i + 1);
        assert.equal(await page.locator("#state strong").textContent(), "Not decided");
        await page.keyboard.press(second[i]);
        if (i + 1 < kCount) await at(page, i + 2);
      }
      await page.locator("#summary", { hasText: `${kCount} of ${kCount} decided` }).waitFor();
      await checkAxe(page, "document in dark");
    });
    await test("kappa is shown", async () => {
      await page.getByRole("link", { name: "Agreement" }).click();
      const agreed = [...pressed].filter((key, i) => key === second[i]).length;
      const count = (keys, key) => [...keys].filter((other) => other === key).length;
      const chance =
        ["y", "n", "u"].reduce((sum, key) => sum + count(pressed, key) * count(second, key), 0) / kCount ** 2;
      const kappa = (agreed / kCount - chance) / (1 - chance);
      await page.locator("#kappa", { hasText: `κ = ${kappa.toFixed(3)}` }).waitFor();
      await page.locator("#left", { hasText: "4 to adjudicate" }).waitFor(); // the two, and where both are unsure
      await checkAxe(page, "agreement in dark");
      await page.emulateMedia({ colorScheme: "light" });
      await checkAxe(page, "agreement in light");
      await page.emulateMedia({ colorScheme: "dark" });
    });
    await test("an incomplete topic is exported only when asked", async () => {
      await page.getByRole("link", { name: "Summary and export" }).click();
      await page.getByRole("button", { name: "Export complete topics" }).click();
      await page.getByText("Nothing is written").waitFor();
      const cells = await page.locator("tbody tr").first().locator("td").allTextContents();
      assert.deepEqual(cells.slice(1, 6), ["22 of 22", "45 %", "18 of 22", "56 %", "ann, bob"]);
      assert.match(await page.locator("#result").textContent(), /Topic 301: 4 documents to adjudicate/);
      await checkAxe(page, "export in dark");
    });
    await test("differences are adjudicated by keyboard", async () => {
      await page.getByRole("link", { name: "Agreement" }).click();
      for (const [i, key] of [..."nyyn"].entries()) {
        await page.locator("#adjudication h3", { hasText: `${i + 1} of 4` }).waitFor();
        await page.keyboard.press(key);
        await page.locator("#live", { hasText: i < 3 ? "" : "Saved" }).waitFor({ state: "attached" });
        if (i < 3) await page.locator("#adjudication h3", { hasText: `${i + 2} of 4` }).waitFor();
      }
      await page.locator("#left", { hasText: "0 to adjudicate" }).waitFor();
    });
    await test("the files have what was pressed", async () => {
      await page.getByRole("link", { name: "Summary and export" }).click();
      await page.getByRole("button", { name: "Export complete topics" }).click();
      await page.getByText("Written, with 1 topic").waitFor();
      assert.deepEqual(read("alterations.jsonl"), [{ topic: "301", instruction: kAltered }]);
      const adjudicated = new Map([
        [2, "n"],
        [4, "y"],
        [5, "y"],
        [16, "n"],
      ]);
      const expected = [...pressed].map((key, i) => ({
        topic: "301",
        document: `301-D${String(i + 1).padStart(2, "0")}`,
        decision: kDecisions[adjudicated.get(i) ?? key],
        ...(i === 10 ? { note: "yn?" } : {}),
      }));
      assert.deepEqual(read("rejudgments.jsonl"), expected);
      const before = readFileSync(join(folder, "rejudgments.jsonl"), "utf8");
      execFileSync(heed, ["annotate", folder, "--export"], { stdio: "pipe" });
      assert.equal(readFileSync(join(folder, "rejudgments.jsonl"), "utf8"), before);
    });
    await test("another final instruction asks for every decision again", async () => {
      await page.goto(`${url}#/topic/301`);
      await page.locator("#altered").fill(kAltered + " Nor does a forecast.");
      await page.locator("#final").click();
      await page.getByRole("button", { name: "Make this final all the same" }).click();
      await page.getByText("This instruction is final (by bob).").waitFor();
      await checkAxe(page, "topic in dark");
      await page.getByRole("link", { name: "Judge the documents" }).click();
      await at(page, 1);
      await page.locator("#detail", { hasText: "was: still relevant, under another instruction" }).waitFor();
      assert.match(await page.locator("#summary").textContent(), /^0 of 22 decided/);
    });
    await test("the keys are listed", async () => {
      await page.keyboard.press("?");
      await page.getByRole("dialog").waitFor();
      await checkAxe(page, "keys in dark");
      await page.keyboard.press("Escape");
      await page.getByRole("dialog").waitFor({ state: "hidden" });
    });
    await test("the skip link comes first", async () => {
      await page.goto(`${url}#/`);
      await page.reload();
      await page.locator("h1").waitFor();
      await page.keyboard.press("Tab");
      assert.equal(await page.evaluate(() => document.activeElement.className), "skip");
    });
    await page.close();
  });
  await withBrowser({ viewport: kDesk, colorScheme: "light" }, async (context) => {
    await test("the views of two annotators are well in light, too", async () => {
      const page = await open(context, url, { annotator: "ann" });
      for (const view of ["Agreement", "Summary and export"]) {
        await page.getByRole("link", { name: view }).click();
        await page.locator("h1", { hasText: view }).waitFor();
        await checkAxe(page, view);
      }
      await page.close();
    });
  });
  await test("the server stops when it is told to", async () =>
    assert.deepEqual(await server.kill("SIGTERM"), { code: 0, signal: null }));
  await test("a token in the address lets a browser in, and is gone from it", async () => {
    const guarded = await start(heed, folder, port, "--token-file", join(work, "token"));
    await withBrowser({ viewport: kDesk }, async (context) => {
      const stranger = await context.newPage();
      assert.equal((await stranger.goto(url)).status(), 401);
      await stranger.goto("data:text/html,<a href='" + guarded.url + "'>the page</a>"); // as in a mail
      await stranger.locator("a").click();
      await stranger.getByRole("heading", { name: "Topics" }).waitFor();
      assert.equal(stranger.url(), url);
      await become(stranger, "bob");
    });
    assert.deepEqual(await guarded.kill("SIGINT"), { code: 0, signal: null });
  });
  await test("no page had an error, or asked for anything from elsewhere", () => assert.deepEqual(faults, []));
}

const [program, picture] = process.argv.slice(2);
if (!program) {
  console.error("usage: node annotate_test.mjs HEED [PICTURE.png]");
  process.exit(64);
}
const work = mkdtempSync(join(tmpdir(), "heed-annotate-test-"));
try {
  await main(resolve(program), work, picture && resolve(picture));
} finally {
  rmSync(work, { recursive: true, force: true });
}
conclude("the annotation page is well");
