// Browser entry: import { preflight } from "backstay".
import { BackstayError, makeClient } from "./client.mjs";

function startWorker(onMessage, onFailure) {
  const worker = new Worker(new URL("./worker.mjs", import.meta.url), { type: "module" });
  worker.onmessage = (event) => onMessage(event.data);
  worker.onerror = (event) => onFailure(event.message);
  return { post: (message) => worker.postMessage(message), stop: () => worker.terminate(), hold: () => {} };
}

export const { preflight, render, order, source, rehearse, repair, reverse, snapshot, difference, rules, statements, close } = makeClient({ startWorker });
export { BackstayError };
