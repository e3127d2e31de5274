"use strict";
// The module has three functions: input() and output() are addresses, list(length) fills the output. See src/lib.rs.
const MOST = 1232;
const field = (id) => document.getElementById(id);
const module = Uint8Array.from(atob(field("module").textContent), (character) => character.charCodeAt(0));

const ready = WebAssembly.instantiate(module).then(({ instance }) => {
  const { memory, input, output, list } = instance.exports;
  return (plaintext) => {
    new Uint8Array(memory.buffer, input(), MOST).set(plaintext);
    const length = list(plaintext.length);
    const listing = new TextDecoder().decode(new Uint8Array(memory.buffer, output(), length));
    return length ? JSON.parse(listing) : { error: "the listing is too long for this page" };
  };
});

/** The bytes of a text, or what is wrong with it. */
function bytesOf(text) {
  const digits = text.replace(/0x|[\s,:;]/gi, "");
  const stray = digits.match(/[^0-9a-f]/i);
  if (stray) return { wrong: `“${stray[0]}” is no hexadecimal digit` };
  if (digits.length % 2) return { wrong: "an odd number of digits: half a byte is missing" };
  if (digits.length > 2 * MOST) return { wrong: `more than ${MOST} bytes: no frame is so long` };
  return { bytes: Uint8Array.from(digits.match(/../g) ?? [], (pair) => parseInt(pair, 16)) };
}

function make(name, text, classes = "") {
  const element = document.createElement(name);
  element.textContent = text;
  element.className = classes;
  return element;
}

function strip(samples) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const line = document.createElementNS("http://www.w3.org/2000/svg", "polyline");
  const low = samples.reduce((a, b) => Math.min(a, b)), high = samples.reduce((a, b) => Math.max(a, b));
  const y = (sample) => (high === low ? 50 : 95 - (90 * (sample - low)) / (high - low));
  line.setAttribute("points", samples.map((sample, x) => `${x},${y(sample).toFixed(2)}`).join(" "));
  svg.setAttribute("viewBox", `0 0 ${Math.max(samples.length - 1, 1)} 100`);
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", `${samples.length} samples, ${low} to ${high}`);
  svg.append(line);
  return svg;
}

function row(record) {
  const line = document.createElement("tr");
  line.dataset.sequence = record.sequence;
  line.className = record.error ? "refused" : "";
  const says = document.createElement("td");
  if (record.error) {
    says.textContent = `refused: ${record.error}`;
  } else if (record.samples?.length > 1) {
    // Its numbers stand behind the last colon.
    const [, about, numbers] = record.text.match(/^(.*): (.*)$/s);
    const details = make("details", "");
    details.append(make("summary", "numbers"), numbers);
    says.append(about, strip(record.samples), details);
  } else {
    says.textContent = record.text;
  }
  line.append(make("td", record.sequence), make("td", record.time ?? "–"), says);
  return line;
}

function showBytes(bytes, { head, parts }) {
  const hex = (from, to) => Array.from(bytes.slice(from, to), (byte) => byte.toString(16).padStart(2, "0")).join(" ");
  const spans = [make("span", hex(0, head), "head")];
  let from = head, count = 0;
  for (const { end, tag, sequence } of parts) {
    const span = make("span", hex(from, end), sequence === undefined ? "envelope" : ["even", "odd"][count++ % 2]);
    span.title = sequence === undefined ? `tag ${tag}` : `record ${sequence}, tag ${tag}`;
    if (sequence !== undefined) span.dataset.sequence = sequence;
    spans.push(span);
    from = end;
  }
  if (from < bytes.length) spans.push(make("span", hex(from), "rest"));
  spans[0].title = "sequence of the first record, and the run";
  field("bytes").replaceChildren(...spans);
}

function say(text, isWrong = false) {
  field("status").textContent = text;
  field("status").className = isWrong ? "wrong" : "";
}

async function show() {
  const list = await ready;
  const { bytes, wrong } = bytesOf(field("hex").value);
  const listing = wrong || !bytes.length ? null : list(bytes);
  field("listing").hidden = !listing || Boolean(listing.error);
  if (wrong) return say(wrong, true);
  if (!listing) return say("");
  if (listing.error) return say(`The head can not be read: ${listing.error}`, true);
  const refused = listing.records.filter(({ error }) => error).length;
  const counted = listing.records.length === 1 ? "1 record" : `${listing.records.length} records`;
  say(`${bytes.length} bytes, ${counted}${refused ? `, ${refused} refused` : ""}${listing.run ? `, run ${listing.run}` : ""}`);
  showBytes(bytes, listing);
  field("records").replaceChildren(...listing.records.map(row));
}

/** A record is marked in both places. */
function mark({ target }) {
  const sequence = target.closest("[data-sequence]")?.dataset.sequence;
  for (const each of document.querySelectorAll("[data-sequence]")) {
    each.classList.toggle("marked", each.dataset.sequence === sequence);
  }
}

field("hex").addEventListener("input", show);
field("listing").addEventListener("pointerover", mark);
field("listing").addEventListener("pointerleave", mark);
document.querySelector(".examples").addEventListener("click", ({ target }) => {
  if (target.dataset.hex) {
    field("hex").value = target.dataset.hex;
    show();
  }
});
