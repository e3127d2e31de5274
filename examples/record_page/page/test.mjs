// What a reader of the page sees: node test.mjs PAGE.html VECTORS-FOLDER [SCREENSHOTS-FOLDER]
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { open } from "./browser.mjs";

const [page, vectors, screenshots] = process.argv.slice(2);
const browser = await open(pathToFileURL(page).href);

/** Pasted by an event as the keyboard makes it. */
async function paste(text) {
  await browser.ask(`document.getElementById("hex").select()`);
  await browser.send("Input.insertText", { text });
  await browser.ask("ready");
  return browser.ask(`({
    status: document.getElementById("status").textContent,
    isHidden: document.getElementById("listing").hidden,
    bytes: [...document.querySelectorAll("#bytes span")].map((span) => [span.className, span.textContent]),
    records: [...document.querySelectorAll("#records tr")].map((row) => ({
      isRefused: row.classList.contains("refused"),
      cells: [...row.cells].map((cell) => cell.textContent),
    })),
    strips: document.querySelectorAll("polyline").length,
  })`);
}

async function aPlaintextIsListed() {
  const seen = await paste("d0 1f 03 06 80 c0 dd ee c1 02 10 04 01 00 90 01\n1a0801008002a401c201 1004070098392c14e80702656e0e6166746572207468652077616c6b");
  assert.equal(seen.isHidden, false);
  assert.equal(seen.status, "54 bytes, 4 records");
  const said = seen.records.map(({ cells }) => cells[2]);
  assert.match(said[0], /72/);
  assert.match(said[1], /128.*82.*97/s);
  assert.match(said[2], /36\.60/);
  assert.match(said[3], /“after the walk”/);
  assert.deepEqual(seen.records.map(({ cells }) => cells[0]), ["2024", "2025", "2026", "2027"]);
  assert.deepEqual(seen.bytes.map(([name]) => name), ["head", "envelope", "even", "odd", "even", "odd"]);
}

async function whatIsWrongIsSaid() {
  assert.match((await paste("0g")).status, /“g” is no hexadecimal digit/);
  assert.match((await paste("0e0")).status, /odd number/);
  assert.match((await paste("00".repeat(1233))).status, /more than 1232 bytes/);
  const head = await paste("ff");
  assert.match(head.status, /head can not be read/);
  assert.equal(head.isHidden, true);
  assert.equal((await paste(" ")).status, "");
}

async function textsAreTexts() {
  const text = Buffer.from("<img src=x onerror=alert(1)>");
  const body = Buffer.concat([Buffer.from("00", "hex"), Buffer.from("02656e", "hex"), Buffer.from([text.length]), text]);
  const seen = await paste(`0e0304c096b1022c${body.length.toString(16).padStart(2, "0")}${body.toString("hex")}`);
  assert.match(seen.records[0].cells[2], /<img src=x/);
  assert.equal(await browser.ask(`document.images.length`), 0);
}

async function waveformsAreDrawn() {
  await browser.ask(`document.querySelectorAll(".examples button")[1].click()`);
  await browser.until(`document.querySelectorAll("polyline").length === 1`);
  assert.equal(await browser.ask(`document.querySelector("polyline").getAttribute("points").split(" ").length`), 500);
}

async function refusedRecordsHideNoOthers() {
  await browser.ask(`document.querySelectorAll(".examples button")[2].click()`);
  await browser.until(`document.querySelectorAll("#records tr.refused").length === 1`);
  assert.equal(await browser.ask(`document.querySelectorAll("#records tr").length`), 3);
}

/** Of each vector as many rows as right answers, with their sequences, refused where they are refused. */
async function vectorsAreListed() {
  let count = 0;
  for (const area of ["reading_decode", "evolution"]) {
    const { testGroups } = JSON.parse(readFileSync(`${vectors}/${area}.json`, "utf8"));
    for (const { request, expected, tcId } of testGroups.flatMap(({ tests }) => tests)) {
      if (!request.plaintext) continue;
      const seen = await paste(request.plaintext);
      const about = `${area} ${tcId}`;
      count += 1;
      if (expected.error) {
        assert.ok(seen.isHidden, about);
        continue;
      }
      const right = expected.result.records.map(({ sequence, error }) => [sequence, Boolean(error)]);
      assert.deepEqual(seen.records.map(({ cells, isRefused }) => [cells[0], isRefused]), right, about);
    }
  }
  assert.ok(count > 400, `only ${count} vectors`);
  return `${count} vectors are listed`;
}

try {
  await browser.until(`document.readyState === "complete"`);
  for (const claim of [aPlaintextIsListed, whatIsWrongIsSaid, textsAreTexts, waveformsAreDrawn, refusedRecordsHideNoOthers, vectorsAreListed]) {
    console.log((await claim()) ?? claim.name);
  }
  for (const [number, name] of ["readings", "waveform", "refused"].entries()) {
    await browser.ask(`document.querySelectorAll(".examples button")[${number}].click()`);
    if (screenshots) writeFileSync(`${screenshots}/${name}.png`, await browser.screenshot());
  }
} finally {
  await browser.close();
}
