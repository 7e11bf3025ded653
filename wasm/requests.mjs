// What both workers do with a message; the host (browser or node) supplies the compiled module and
// how to read a source and a file of the package.
import { BackstayModule, STATUS } from "./module.mjs";

const PROGRESS_EVERY_MS = 50;

// `post` sends to the client; `open(source)` makes { size, read } of what the client sent; `file(name)` reads one of the
// files beside the module.
export function makeHandler({ compile, open, hash, file, post }) {
  const compiled = compile();
  const files = new Map();
  const fileOnce = (name) => files.get(name) ?? files.set(name, file(name)).get(name);

  let rehearsal = null; // the instance that a rehearsal goes on with

  async function perform(message, progress) {
    if (message.call === "rehearseNext") return goOn(message);
    // A fresh instance costs a few milliseconds and gives all memory of the last request back.
    const module = await BackstayModule.create(await compiled, fileOnce);
    if (message.call === "rules") return module.rules();
    if (message.call === "statements") return module.statements(message.sql, message.dialect);
    if (message.call === "snapshot" || message.call === "difference") return module[message.call](message.request);
    const sources = message.sources.map(open);
    try {
      if (message.call === "rehearse") rehearsal = module;
      if (message.call !== "preflight") return module[message.call](message.request, sources);
      hash?.(message.request, sources);
      return module.preflight(message.request, sources, progress);
    } finally {
      for (const source of sources) source.close?.();
    }
  }

  function goOn({ answer }) {
    if (!rehearsal) return { status: STATUS.badRequest, text: JSON.stringify({ message: "no rehearsal was started" }) };
    if (answer) return rehearsal.rehearseNext(answer);
    rehearsal = null; // it is over, and its memory goes with the instance
    return { status: STATUS.done, text: "null" };
  }

  return async (message) => {
    let last = -Infinity;
    const progress = (what, done, total) => {
      const now = performance.now();
      if (now - last < PROGRESS_EVERY_MS) return true;
      last = now;
      post({ id: message.id, progress: { what: what(), done, total } });
      return true;
    };
    try {
      post({ id: message.id, ...(await perform(message, progress)) });
    } catch (error) {
      post({ id: message.id, crash: String(error?.message ?? error) });
    }
  };
}
