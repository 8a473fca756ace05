// What the tests of the pages share: how a test is run and counted, the sizes of screens, and axe-core.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

export const kAxe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
export const kDesk = { width: 1280, height: 900 }, kPhone = { width: 400, height: 800 };

let failed = 0;

/// Runs a test and says how it ended.
export async function test(name, run) {
  try {
    await run();
    console.log(`ok: ${name}`);
  } catch (error) {
    ++failed;
    console.log(`FAILED: ${name}\n${error.stack}`);
  }
}

/// Ends the program: well, with that sentence, where no test failed.
export function conclude(sentence) {
  console.log(failed === 0 ? sentence : `${failed} failed`);
  process.exit(failed === 0 ? 0 : 1);
}
