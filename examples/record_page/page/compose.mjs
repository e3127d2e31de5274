// One file that needs nothing else: node compose.mjs MODULE.wasm OUT.html
import { readFileSync, writeFileSync } from "node:fs";

const [module, out] = process.argv.slice(2);
const part = (name) => readFileSync(new URL(name, import.meta.url), "utf8");
const page = part("index.html")
  .replace("@STYLE@", () => part("style.css"))
  .replace("@SCRIPT@", () => part("script.js"))
  .replace("@MODULE@", () => readFileSync(module).toString("base64"));
writeFileSync(out, page);
