// The page: start, checking, report. One thing is shown at a time; the module works in a worker.
import { BackstayError, type Finding, type Options, preflight, repair, type Report } from "backstay";
import { button, h } from "./dom";
import { header } from "./header";
import { progressView } from "./progress_view";
import type { Context } from "./report/context";
import { placeText } from "./report/excerpt";
import { ReportView } from "./report/report_view";
import { loadRules } from "./report/rule_pages";
import { Sources } from "./report/source_view";
import { addressOf, readRoute, type Route, setRoute } from "./route";
import { listSamples, loadSample } from "./samples";
import { applyTheme, loadSettings, loadTheme } from "./settings";
import { fileInput, type Slots, startView } from "./start_view";
import { language, listOf, t } from "./text";
import { itemsFromDrop, namesOf, type Upload, withChanges } from "./upload";

const main = document.querySelector("main") as HTMLElement;
let running: AbortController | null = null;
let view: ReportView | null = null;
let shown: { upload: Upload; report: Report; before: Report | null } | null = null;
let slots: Slots = {};

applyTheme(loadTheme());
const drawHeader = () => header({ home: showStart, languageChanged: redraw, settingsChanged: () => shown && void check(shown.upload, shown.before) });
drawHeader();

// Starts the worker while the visitor still reads, and brings the titles of the rules.
const catalogue = loadRules().then(() => void performance.mark("backstay-ready")).catch(() => {});
// And the editor after that, so that a check asks the network for nothing.
const idle = window.requestIdleCallback ?? ((action: () => void) => setTimeout(action, 200));
void catalogue.then(() => idle(() => void import("./report/editor").then(() => performance.mark("backstay-idle"), () => {})));

function show(element: HTMLElement): void {
  view?.end();
  view = null;
  main.replaceChildren(element);
  window.scrollTo(0, 0);
  element.querySelector<HTMLElement>("h1")?.focus({ preventScroll: true });
}

function showStart(message?: string): void {
  running?.abort();
  shown = null;
  slots = {};
  document.title = t.title;
  document.body.dataset.view = "start";
  const start = startView({ check: (upload) => void check(upload), fail: showProblem }, slots);
  if (message) start.prepend(h("p", { class: "notice", role: "status" }, message));
  show(start);
}

function showProblem(message: string, finding: Finding | null = null): void {
  document.body.dataset.view = "problem";
  show(h("section", { class: "verdict-card bad problem", "aria-labelledby": "problem" },
    h("h1", { id: "problem", tabindex: -1 }, t.problem.title), h("p", {}, message),
    finding && h("p", { class: "place" }, placeText(finding)),
    h("div", { class: "actions" }, button(t.report.again, () => showStart()))));
}

// Where something of the shown report is, as an address.
function routeTo(part: string | undefined, item: string | undefined): Route {
  const upload = shown?.upload;
  const route: Route = {};
  if (upload?.sample) route.sample = upload.sample;
  else if (upload) route.upload = upload.items[0]?.path ?? "";
  if (part) route.part = part;
  if (item) route.item = item;
  return route;
}

function showReport(upload: Upload, report: Report, before: Report | null, route: Route): void {
  shown = { upload, report, before };
  document.title = `${listOf(report.inputs.map((input) => input.path), 2)} · Backstay`;
  document.body.dataset.view = "report";
  const context: Context = {
    upload, report, before, sources: new Sources(upload),
    go: (part, item, step = true) => {
      setRoute(routeTo(part, item), step);
      if (step) view?.open(part, item);
    },
    address: (part, item) => addressOf(routeTo(part, item)),
    repair: async (input, index) => {
      const changes = await repair(upload.items, { input, repair: index }, await optionsOf(upload));
      await check(withChanges(upload, input, changes), report, { part: "order" });
    },
    compareWith: () => chooseToCompare(upload, report),
  };
  const made = new ReportView(context, { again: () => { setRoute({}, true); showStart(); }, options: () => optionsOf(upload) });
  show(made.element);
  view = made;
  setRoute(routeTo(route.part, route.item), false);
  made.open(route.part, route.item);
}

// A second upload: what is checked now becomes the older one of the two, or the newer one when the other is chosen as older.
function chooseToCompare(upload: Upload, report: Report): void {
  const input = fileInput(false, "compare-file", t.compare.choose, (items) => {
    input.remove();
    if (items.length > 0) void checkBefore({ ...upload, items }, upload, report);
  });
  document.body.append(input);
  input.click();
}

async function checkBefore(older: Upload, upload: Upload, report: Report): Promise<void> {
  await run(older, async (before) => showReport(upload, report, before, { part: "compare" }));
}

async function optionsOf(upload: Upload): Promise<Options> {
  const options: Options = { ...loadSettings(), lang: language };
  if (upload.dialect) options.dialect = upload.dialect;
  if (upload.environment) options.environment = await textOf(upload.environment.data);
  if (upload.previous) options.previous = upload.previous;
  return options;
}

async function textOf(data: Blob | Uint8Array): Promise<string> {
  return data instanceof Blob ? data.text() : new TextDecoder().decode(data);
}

async function check(upload: Upload, before: Report | null = null, route: Route = {}): Promise<void> {
  if (upload.items.length === 0) return showStart(t.problem.nothing);
  if (before || !upload.previous) return run(upload, async (report) => showReport(upload, report, before, route));
  const { previous, ...rest } = upload;
  await run({ ...rest, items: previous }, async (older) => run(upload, async (report) => showReport(upload, report, older, route)));
}

// One check with its progress; `done` gets the report, also when a part could not be read.
async function run(upload: Upload, done: (report: Report) => Promise<void>): Promise<void> {
  running?.abort();
  const control = new AbortController();
  running = control;
  const progress = progressView(listOf(namesOf(upload), 3), () => control.abort());
  document.body.dataset.view = "checking";
  show(progress.element);
  try {
    const options = await optionsOf(upload);
    const report = await preflight(upload.items, options, { signal: control.signal, onProgress: progress.update }).catch((error: unknown) => {
      if (error instanceof BackstayError && error.report) return error.report;
      throw error;
    });
    await catalogue;
    if (!control.signal.aborted) await done(report);
  } catch (error) {
    if (running !== control) return; // another check has taken over
    if (control.signal.aborted) showStart(t.problem.cancelled);
    else if (error instanceof BackstayError && error.finding) showProblem(error.message, error.finding);
    else showProblem(t.problem.crashed);
  } finally {
    if (running === control) running = null;
  }
}

// After another language was chosen: the same thing again in its words, those of the report included.
function redraw(): void {
  drawHeader();
  if (shown && view) void check(shown.upload, shown.before, readRoute());
  else if (!running) showStart();
}

async function openAddress(): Promise<void> {
  const route = readRoute();
  const same = shown && (route.sample ? shown.upload.sample === route.sample : route.upload !== undefined && shown.upload.items[0]?.path === route.upload && !shown.upload.sample);
  if (same && view) return view.open(route.part, route.item);
  if (route.sample) {
    const sample = (await listSamples()).find((one) => one.id === route.sample);
    if (sample) return check({ items: [await loadSample(sample)], sample: sample.id }, null, route);
  }
  showStart(route.upload ? t.start.linkedUpload(route.upload) : undefined);
}

// Dropping works anywhere on the page, at any time.
let depth = 0;
const isFiles = (event: DragEvent) => event.dataTransfer?.types.includes("Files") ?? false;
const mark = (change: number) => document.body.classList.toggle("dragging", (depth = Math.max(0, depth + change)) > 0);
window.addEventListener("dragenter", (event) => isFiles(event) && mark(1));
window.addEventListener("dragleave", (event) => isFiles(event) && mark(-1));
window.addEventListener("dragover", (event) => isFiles(event) && event.preventDefault());
window.addEventListener("drop", (event) => {
  mark(-depth);
  if (!isFiles(event) || !event.dataTransfer || event.defaultPrevented) return;
  event.preventDefault();
  const route = readRoute();
  const linked = !shown && route.upload ? route : {};
  itemsFromDrop(event.dataTransfer)
    .then((items) => check({ ...slots, items }, null, linked.upload === items[0]?.path ? linked : {}))
    .catch(() => showProblem(t.problem.notReadable));
});
window.addEventListener("popstate", () => void openAddress());

if ("serviceWorker" in navigator && import.meta.env.PROD) {
  window.addEventListener("load", () => void navigator.serviceWorker.register("./sw.js").catch(() => {}));
}
void openAddress();
