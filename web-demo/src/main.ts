// The page: start, checking, report. One thing is shown at a time; the module works in a worker.
import { BackstayError, type Finding, type Item, type Options, preflight, type Report, rules } from "backstay";
import { h } from "./dom";
import { progressView } from "./progress_view";
import { placeText } from "./report/excerpt";
import { reportView } from "./report/report_view";
import { RuleDialog } from "./report/rule_dialog";
import { listOf } from "./report/words";
import { startView } from "./start_view";
import { itemsFromDrop, namesOf } from "./upload";

const main = document.querySelector("main") as HTMLElement;
const ruleDialog = new RuleDialog();
document.body.append(ruleDialog.element);
let running: AbortController | null = null;

// Starts the worker while the visitor still reads, and brings the titles of the rules.
const catalogue = rules().then((list) => {
  ruleDialog.setRules(list);
  performance.mark("backstay-ready");
}).catch(() => {});

function show(view: HTMLElement): void {
  main.replaceChildren(view);
  window.scrollTo(0, 0);
  view.querySelector<HTMLElement>("h1")?.focus({ preventScroll: true });
}

function showStart(message?: string): void {
  document.title = "Backstay: know before you install";
  const view = startView({ check: (items, options) => void check(items, options), fail: showProblem });
  if (message) view.prepend(h("p", { class: "notice", role: "status" }, message));
  show(view);
}

function showProblem(message: string, finding: Finding | null = null): void {
  show(h("section", { class: "verdict-card bad", "aria-labelledby": "problem" },
    h("h1", { id: "problem", tabindex: -1 }, "This could not be checked"),
    h("p", {}, message),
    finding && h("p", { class: "place" }, placeText(finding)),
    h("div", { class: "actions" }, h("button", { type: "button", onclick: () => showStart() }, "Check something else"))));
}

function showReport(report: Report): void {
  document.title = `Backstay: ${listOf(report.inputs.map((input) => input.path), 2)}`;
  show(reportView(report, ruleDialog, { again: () => showStart(), download: () => download(report) }));
}

async function check(items: Item[], options: Options = {}): Promise<void> {
  if (items.length === 0) return showStart("Nothing was chosen.");
  running?.abort();
  const control = new AbortController();
  running = control;
  const progress = progressView(listOf(namesOf(items), 3), () => control.abort());
  show(progress.element);
  try {
    const report = await preflight(items, options, { signal: control.signal, onProgress: progress.update });
    await catalogue;
    if (!control.signal.aborted) showReport(report);
  } catch (error) {
    if (running !== control) return; // another check has taken over
    if (control.signal.aborted) showStart("The check was cancelled.");
    else if (error instanceof BackstayError && error.report) showReport(error.report);
    else if (error instanceof BackstayError && error.finding) showProblem(error.message, error.finding);
    else showProblem("The checker stopped unexpectedly, probably because this browser ran out of memory. The command line can check larger uploads.");
  } finally {
    if (running === control) running = null;
  }
}

function download(report: Report): void {
  const blob = new Blob([JSON.stringify(report, null, 2), "\n"], { type: "application/json" });
  const link = h("a", { href: URL.createObjectURL(blob), download: `${(report.inputs[0]?.path ?? "report").replace(/^.*\//, "")}.backstay.json` });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

// Dropping works anywhere on the page, at any time.
let depth = 0;
const isFiles = (event: DragEvent) => event.dataTransfer?.types.includes("Files") ?? false;
const mark = (change: number) => document.body.classList.toggle("dragging", (depth = Math.max(0, depth + change)) > 0);
window.addEventListener("dragenter", (event) => isFiles(event) && mark(1));
window.addEventListener("dragleave", (event) => isFiles(event) && mark(-1));
window.addEventListener("dragover", (event) => isFiles(event) && event.preventDefault());
window.addEventListener("drop", (event) => {
  if (!isFiles(event) || !event.dataTransfer) return;
  event.preventDefault();
  mark(-depth);
  itemsFromDrop(event.dataTransfer).then((items) => check(items)).catch(() => showProblem("The dropped files could not be read."));
});

document.querySelector("#home")?.addEventListener("click", (event) => {
  event.preventDefault();
  running?.abort();
  showStart();
});

showStart();
