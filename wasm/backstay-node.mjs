// Node entry: the same functions as in the browser, and fromPath() for files and folders on disk.
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { Worker } from "node:worker_threads";

import { BackstayError, makeClient } from "./client.mjs";

function startWorker(onMessage, onFailure) {
  const worker = new Worker(new URL("./worker-node.mjs", import.meta.url));
  worker.on("message", onMessage);
  worker.on("error", (error) => onFailure(error.message));
  return {
    post: (message) => worker.postMessage(message),
    stop: () => void worker.terminate(),
    // An idle worker does not keep the process alive.
    hold: (busy) => (busy ? worker.ref() : worker.unref()),
  };
}

// Node has no synchronous reads from a Blob, so its bytes are taken before the worker starts.
async function prepare(data) {
  return data instanceof Blob ? new Uint8Array(await data.arrayBuffer()) : data;
}

// A file or folder on disk as an item for preflight(); its bytes are read by ranges when needed.
export function fromPath(path) {
  const sizeOf = (fsPath) => statSync(fsPath).size;
  if (!statSync(path).isDirectory()) return { path, data: { fsPath: path, size: sizeOf(path) } };
  const files = [];
  const walk = (folder, prefix) => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const fsPath = join(folder, entry.name);
      if (entry.isDirectory()) walk(fsPath, `${prefix}${entry.name}/`);
      else if (entry.isFile()) files.push({ path: prefix + entry.name, data: { fsPath, size: sizeOf(fsPath) } });
    }
  };
  walk(path, "");
  return { path, files };
}

export const { preflight, render, order, source, rehearse, repair, reverse, snapshot, difference, rules, statements, close } = makeClient({ startWorker, prepare });
export { BackstayError };
