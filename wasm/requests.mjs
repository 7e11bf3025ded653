// What both workers do with a message; the host (browser or node) supplies the compiled module and
// how to read a source.
import { BackstayModule } from "./module.mjs";

const PROGRESS_EVERY_MS = 50;

// `post` sends to the client; `open(source)` makes { size, read } of what the client sent.
export function makeHandler({ compile, open, hash, post }) {
  const compiled = compile();

  async function perform(message, progress) {
    // A fresh instance costs a few milliseconds and gives all memory of the last request back.
    const module = await BackstayModule.create(await compiled);
    if (message.call === "rules") return module.rules();
    if (message.call === "statements") return module.statements(message.sql, message.dialect);
    if (message.call === "snapshot" || message.call === "difference") return module[message.call](message.request);
    const sources = message.sources.map(open);
    try {
      if (message.call !== "preflight") return module[message.call](message.request, sources);
      hash?.(message.request, sources);
      return module.preflight(message.request, sources, progress);
    } finally {
      for (const source of sources) source.close?.();
    }
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
