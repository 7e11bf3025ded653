// Node's worker: the same as worker.mjs with files read through descriptors.
import { createHash } from "node:crypto";
import { closeSync, openSync, readFileSync, readSync } from "node:fs";
import { parentPort } from "node:worker_threads";

import { makeHandler } from "./requests.mjs";

const HASH_PIECE = 1024 * 1024;

function openBytes(data) {
  return { size: data.length, read: (offset, length) => data.subarray(offset, offset + length) };
}

// One descriptor stays open at a time: a folder can have more files than a process may open.
let current = { path: null, descriptor: -1 };

function descriptorOf(path) {
  if (current.path === path) return current.descriptor;
  closeCurrent();
  current = { path, descriptor: openSync(path, "r") };
  return current.descriptor;
}

function closeCurrent() {
  if (current.path !== null) closeSync(current.descriptor);
  current = { path: null, descriptor: -1 };
}

function openFile({ fsPath, size }) {
  return {
    size,
    read: (offset, length) => {
      try {
        const bytes = new Uint8Array(length);
        let got = 0;
        while (got < length) {
          const count = readSync(descriptorOf(fsPath), bytes, got, length - got, offset + got);
          if (count === 0) return null;
          got += count;
        }
        return bytes;
      } catch {
        return null;
      }
    },
    close: closeCurrent,
  };
}

// node:crypto hashes several times as fast as the module does.
function hash(request, sources) {
  let file = 0;
  for (const input of request.inputs) {
    if (!input.folder && !input.sha256) input.sha256 = sha256Of(sources[file]);
    file += input.files.length;
  }
}

function sha256Of(source) {
  const digest = createHash("sha256");
  for (let offset = 0; offset < source.size; offset += HASH_PIECE) {
    const bytes = source.read(offset, Math.min(HASH_PIECE, source.size - offset));
    if (!bytes) return null;
    digest.update(bytes);
  }
  return digest.digest("hex");
}

const handle = makeHandler({
  compile: () => WebAssembly.compile(readFileSync(new URL("./backstay.wasm", import.meta.url))),
  open: (data) => (data instanceof Uint8Array ? openBytes(data) : openFile(data)),
  hash,
  file: (name) => readFileSync(new URL(`./${name}`, import.meta.url)),
  post: (message) => parentPort.postMessage(message),
});

parentPort.on("message", handle);
