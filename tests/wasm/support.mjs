// The package as the wasm preset stages it, the native command line beside it, and the sample data.
import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../../", import.meta.url));
export const packageFolder = join(root, "build/wasm/wasm/package");
export const data = join(root, "tests/data");

assert.ok(existsSync(join(packageFolder, "backstay.wasm")), "build the preset wasm first: cmake --preset wasm && cmake --build --preset wasm");
export const backstay = await import(join(packageFolder, "backstay-node.mjs"));

// The newest kind of native build that is there, or BACKSTAY_CLI; null when there is none.
export function nativeCommand() {
  const places = [process.env.BACKSTAY_CLI, ...["release", "dev", "asan"].map((preset) => join(root, "build", preset, "native-plugin/backstay"))];
  return places.find((place) => place && existsSync(place)) ?? null;
}

// Everything in tests/data that is an input by itself: files, and folders that hold a package or a model.
export function sampleInputs(folder = data) {
  const entries = readdirSync(folder, { withFileTypes: true });
  const names = entries.map((entry) => entry.name);
  if (folder !== data && names.some((name) => name === "descriptor.json" || name === "SqlScripts" || name.endsWith(".origamPackage") || name === ".clio")) return [folder];
  return entries.flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return sampleInputs(path);
    return /\.(md|py|expected\.json)$|^expected\.json$|^\./.test(entry.name) ? [] : [path];
  });
}

// Times differ from run to run; nothing else may.
export function withoutTimes(text) {
  return text.replace(/"milliseconds": \d+/g, '"milliseconds": 0');
}
