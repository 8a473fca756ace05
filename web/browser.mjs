// A headless Chromium of the machine's own, which may load nothing but the page under test.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";

const kFlags = [
  "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
  "--disable-sync",
];

/// Opens a browser with a profile of its own, calls `use(context)`, and takes both away again.
export async function withBrowser(options, use) {
  const profile = mkdtempSync(join(tmpdir(), "heed-page-"));
  const sandbox = process.getuid() === 0 ? ["--no-sandbox"] : [];
  try {
    const context = await chromium.launchPersistentContext(profile, {
      executablePath: "/usr/bin/chromium", headless: true, args: [...kFlags, ...sandbox], ...options,
    });
    try {
      return await use(context);
    } finally {
      await context.close();
    }
  } finally {
    rmSync(profile, { recursive: true, force: true });
  }
}

/// A page that shows the file. `faults` gathers what must not happen: errors, messages on the console, requests for
/// anything but the file.
export async function openFile(context, url) {
  const page = await context.newPage();
  const faults = [];
  page.on("console", (message) => faults.push(`console: ${message.text()}`));
  page.on("pageerror", (error) => faults.push(`error: ${error.message}`));
  page.on("request", (request) => {
    if (request.url().split("#")[0] !== url) faults.push(`request: ${request.url()}`);
  });
  await page.goto(url);
  return { page, faults };
}
