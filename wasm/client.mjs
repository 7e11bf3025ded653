// The side of the page or program: turns what was dropped into a request, talks to one worker, and
// answers with a report. `makeClient` gets the host's way of starting a worker.
import { STATUS } from "./module.mjs";

export class BackstayError extends Error {
  // code: "unreadable-input" | "bad-options" | "crashed"; finding as in the report, or null;
  // report: the complete report when there is one (other inputs are checked all the same).
  constructor(code, finding, report = null) {
    super(finding ? describe(finding) : "the checker stopped unexpectedly");
    this.name = "BackstayError";
    this.code = code;
    this.finding = finding;
    this.report = report;
  }
}

function describe({ file, line, column, message }) {
  if (!file) return message;
  return line ? `${file}:${line}:${column}: ${message}` : `${file}: ${message}`;
}

// Each item becomes { path, folder, files: [{ path, data }] }. Files that carry a folder path
// (<input webkitdirectory>) are gathered into their folders.
export function toInputs(items) {
  const folders = new Map();
  const inputs = [];
  for (const item of isItem(items) ? [items] : items) {
    const slash = item.webkitRelativePath?.indexOf("/") ?? -1;
    if (slash > 0) {
      const name = item.webkitRelativePath.slice(0, slash);
      if (!folders.has(name)) {
        folders.set(name, { path: name, folder: true, files: [] });
        inputs.push(folders.get(name));
      }
      folders.get(name).files.push({ path: item.webkitRelativePath.slice(slash + 1), data: item });
    } else if (item.files) {
      inputs.push({ path: item.path, folder: true, files: item.files.map(({ path, data }) => ({ path, data })), ...changesOf(item) });
    } else {
      const path = item.path || item.name || `input-${inputs.length + 1}`;
      inputs.push({ path, folder: false, files: [{ path: baseName(path), data: isData(item) ? item : item.data }], ...changesOf(item) });
    }
  }
  for (const input of inputs) if (input.folder) input.files = tidy(input.files);
  return inputs;
}

// Files inside the item that are to be read as another text, as repair() gives them.
function changesOf(item) {
  return Array.isArray(item.changes) && item.changes.length > 0 ? { changes: item.changes } : {};
}

function tidy(files) {
  return files.filter(({ path }) => !VERSION_CONTROL.test(path)).sort((a, b) => (a.path < b.path ? -1 : 1));
}

function baseName(path) {
  return path.slice(path.lastIndexOf("/") + 1);
}

// The command line does not look into these either.
const VERSION_CONTROL = /(^|\/)\.(git|hg|svn)\//;

function isData(item) {
  return item instanceof Uint8Array || (typeof Blob !== "undefined" && item instanceof Blob);
}

function isItem(item) {
  return isData(item) || typeof item.path === "string";
}

function sizeOf(data) {
  return data.length ?? data.size;
}

// `startWorker(onMessage, onFailure)` returns { post, stop, hold(busy) }; `prepare(data)` may turn a
// source into something the worker can read.
export function makeClient({ startWorker, prepare = (data) => data }) {
  let worker = null;
  let running = null; // { resolve, reject, onProgress }
  let queue = Promise.resolve();
  let nextId = 1;

  function settle(how, value) {
    const call = running;
    running = null;
    worker?.hold(false);
    call?.[how](value);
  }

  // A worker that failed is not reused: its memory is in an unknown state.
  function discard() {
    worker?.stop();
    worker = null;
  }

  function fail(message) {
    discard();
    const error = new BackstayError("crashed", null);
    error.cause = message;
    settle("reject", error);
  }

  function onMessage(message) {
    if (!running || message.id !== running.id) return;
    if (message.progress) return running.onProgress?.(message.progress);
    if (message.crash) return fail(message.crash);
    settle("resolve", message);
  }

  function send(message, { signal, onProgress } = {}) {
    return new Promise((resolve, reject) => {
      const abort = () => {
        discard();
        settle("reject", signal.reason);
      };
      if (signal?.aborted) return reject(signal.reason);
      signal?.addEventListener("abort", abort, { once: true });
      const release = (settleCall) => (value) => {
        signal?.removeEventListener("abort", abort);
        settleCall(value);
      };
      running = { id: nextId++, resolve: release(resolve), reject: release(reject), onProgress };
      worker ??= startWorker(onMessage, fail);
      worker.hold(true);
      worker.post({ ...message, id: running.id });
    });
  }

  // One request at a time; the next one waits for its turn.
  function call(message, control) {
    const turn = queue.then(() => send(message, control));
    queue = turn.catch(() => {});
    return turn;
  }

  // The request for the items, and what the worker reads their bytes from.
  async function gather(items, options) {
    const { lang = "en", quiet = false, environment = null, previous = null, ...settings } = options;
    const sources = [];
    // Files are numbered over everything, in this order.
    const entriesOf = async (list) => {
      const inputs = [];
      for (const { path, folder, files, changes } of toInputs(list)) {
        const described = [];
        for (const file of files) {
          const data = await prepare(file.data);
          sources.push(data);
          described.push({ path: file.path, size: sizeOf(data) });
        }
        inputs.push({ path, folder, changes, files: described });
      }
      return inputs;
    };
    const request = {
      inputs: await entriesOf(items),
      ...(previous ? { previous: await entriesOf(previous) } : {}),
      options: Object.keys(settings).length > 0 ? JSON.stringify(settings) : null,
      environment: typeof environment === "object" && environment ? JSON.stringify(environment) : environment,
      lang,
      quiet,
    };
    return { request, sources };
  }

  async function ask(name, items, options, more, control) {
    const { request, sources } = await gather(items, options);
    const answer = await call({ call: name, request: { ...request, ...more }, sources }, control);
    if (answer.status === STATUS.badRequest) throw new BackstayError("bad-options", JSON.parse(answer.text));
    return answer;
  }

  const run = (items, options, format, control, orderOnly = false) =>
    ask("preflight", items, options, { format, order_only: orderOnly }, control);

  return {
    async preflight(items, options = {}, control = {}) {
      const { status, text } = await run(items, options, "json", control);
      const report = JSON.parse(text);
      if (status === STATUS.unreadableInput) {
        throw new BackstayError("unreadable-input", unreadableFinding(report), report);
      }
      return report;
    },
    // The report as text in one of the command line's formats, also when an input could not be read.
    async render(items, format, options = {}, control = {}) {
      return (await run(items, options, format, control)).text;
    },
    // What `backstay order` prints: one step a line, or what stands in its way.
    async order(items, options = {}, control = {}) {
      return (await run(items, options, "text", control, true)).text;
    },
    // One file of an input as text: { file, text, damaged }.
    async source(items, { input = 0, file }, options = {}, control = {}) {
      return JSON.parse((await ask("source", items, options, { input, file }, control)).text);
    },
    // The capture script and the reverse script of a script, for a server of that kind.
    async reverse(items, { input = 0, file, server = "postgresql" }, options = {}, control = {}) {
      return JSON.parse((await ask("reverse", items, options, { input, file, server }, control)).text);
    },
    // What repair number `repair` of an input changes: [{ path, text }], the files complete. Give them to the next
    // call as `changes` of that item.
    async repair(items, { input = 0, repair = 0 } = {}, options = {}, control = {}) {
      return JSON.parse((await ask("repair", items, options, { input, repair }, control)).text).files;
    },
    // A snapshot of a PostgreSQL database, whatever `query(sql)` runs it with: it resolves to rows of texts, whole numbers and nulls.
    async snapshot(query, product = "PostgreSQL") {
      const step = async (request) => {
        const { status, text } = await call({ call: "snapshot", request: { product, ...request } });
        if (status !== STATUS.done) throw new BackstayError("bad-options", JSON.parse(text));
        return JSON.parse(text);
      };
      const rowsOf = async ({ queries }) => {
        const all = [];
        for (const sql of queries) all.push(await query(sql));
        return all;
      };
      const [catalogue] = await rowsOf(await step({}));
      const data = await rowsOf(await step({ catalogue }));
      return (await step({ catalogue, data })).snapshot;
    },
    // What changed from one snapshot to another.
    async difference(before, after) {
      const { status, text } = await call({ call: "difference", request: { before, after } });
      if (status !== STATUS.done) throw new BackstayError("bad-options", JSON.parse(text));
      return JSON.parse(text);
    },
    // The apply, the rollback and the apply once more on a scratch PostgreSQL of the caller's, by the machine that applies
    // for real: `perform(request)` does one request and resolves to its answer. `onPlan({ plan, expected })` comes first,
    // while the target can still be filled; it may resolve to ids of steps to leave out.
    async rehearse(items, perform, options = {}, { signal, onPlan, product } = {}) {
      const start = async (leaveOut) => {
        const more = { now: new Date().toISOString(), product, leave_out: leaveOut };
        return JSON.parse((await ask("rehearse", items, options, more, { signal })).text);
      };
      let { plan, expected, request } = await start([]);
      try {
        const leaveOut = (await onPlan?.({ plan, expected })) ?? [];
        if (leaveOut.length > 0) ({ request } = await start(leaveOut));
        while (request.kind !== "done") {
          signal?.throwIfAborted();
          const { status, text } = await call({ call: "rehearseNext", answer: await perform(request) });
          if (status !== STATUS.done) throw new BackstayError("bad-options", JSON.parse(text));
          request = JSON.parse(text);
        }
        return JSON.parse(request.text);
      } finally {
        await call({ call: "rehearseNext", answer: null });
      }
    },
    async rules() {
      return JSON.parse((await call({ call: "rules" })).text);
    },
    async statements(sql, dialect = "auto") {
      return JSON.parse((await call({ call: "statements", sql, dialect })).text);
    },
    // Ends the worker; the next call starts a new one.
    close() {
      discard();
      settle("reject", new BackstayError("crashed", null));
    },
  };
}

function unreadableFinding(report) {
  const unread = new Set(report.inputs.filter((input) => input.kind === null).map((input) => input.path));
  const errors = report.findings.filter((finding) => finding.severity === "error");
  return errors.find((finding) => unread.has(finding.input)) ?? errors[0] ?? null;
}
