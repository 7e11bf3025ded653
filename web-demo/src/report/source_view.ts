// A file of the upload with the places of its findings: fetched from the worker and shown in the editor.
import { type Dialect, type Finding, source } from "backstay";
import { button, h, save } from "../dom";
import { t } from "../text";
import type { Upload } from "../upload";
import type { Editor, Mark, openEditor as OpenEditor } from "./editor";
import { excerpt } from "./excerpt";

const KEPT_TEXTS = 20;
const MAX_SHOWN = 8 << 20; // characters; more than this makes a browser slow

// Texts that were looked at, for one report.
export class Sources {
  readonly upload: Upload;
  #texts = new Map<string, Promise<string>>();
  #control = new AbortController();

  constructor(upload: Upload) {
    this.upload = upload;
  }

  text(input: string | null, file: string): Promise<string> {
    const index = Math.max(0, this.upload.items.findIndex((item) => item.path === input));
    const key = `${index} ${file}`;
    const known = this.#texts.get(key);
    if (known) return known;
    const asked = source(this.upload.items, { input: index, file }, {}, { signal: this.#control.signal }).then((answer) => answer.text);
    asked.catch(() => this.#texts.delete(key));
    this.#texts.set(key, asked);
    if (this.#texts.size > KEPT_TEXTS) this.#texts.delete(this.#texts.keys().next().value as string);
    return asked;
  }

  // What is still being read for a report that was closed would keep it, and the next check waiting.
  end(): void {
    this.#control.abort();
    this.#texts.clear();
  }
}

export interface Shown {
  input: string | null;
  file: string;
  dialect: Dialect | null;
  findings: readonly Finding[]; // all of the file
  current: Finding | null;
}

function marksOf({ findings, current }: Shown): Mark[] {
  return findings.filter((one) => one.line !== null).map((one) => ({
    line: one.line as number, column: one.column, endLine: one.end_line, endColumn: one.end_column,
    severity: one.severity, message: one.message, current: one === current,
  }));
}

// An editor listens to its window until it is ended, so those that left the page are.
const open = new Map<HTMLElement, Editor>();
export function endEditors(): void {
  for (const [frame, editor] of open) {
    if (frame.isConnected) continue;
    editor.destroy();
    open.delete(frame);
  }
}

function start(openEditor: typeof OpenEditor, frame: HTMLElement, text: string, { file, dialect }: Pick<Shown, "file" | "dialect">, label = t.source.label(file)): Editor {
  endEditors();
  frame.style.setProperty("--lines", String(Math.min(60, text.split("\n", 61).length)));
  const editor = openEditor(frame, text, file, dialect, label);
  open.set(frame, editor);
  return editor;
}

// A text that is no file of the upload, in a frame of its own.
export function showText(holder: HTMLElement, text: string, file: string, dialect: Dialect | null, label: string): void {
  const frame = h("div", { class: "editor" });
  holder.replaceChildren(frame);
  void import("./editor").then(({ openEditor }) => {
    if (frame.isConnected) start(openEditor, frame, text, { file, dialect }, label);
  });
}

// The element shows the excerpt until the whole text is there, and stays with it when there is none.
export function sourceView(sources: Sources, shown: Shown): HTMLElement {
  const frame = h("div", { class: "editor", hidden: true });
  const tools = h("div", { class: "source-tools", hidden: true });
  const waiting = h("div", { class: "source-waiting" }, shown.current && excerpt(shown.current));
  const view = h("div", { class: "source" }, waiting, frame, tools);
  void show().catch(() => {
    if (!waiting.hasChildNodes()) waiting.append(h("p", { class: "empty" }, t.source.unavailable));
  });
  async function show(): Promise<void> {
    const [text, { openEditor }] = await Promise.all([sources.text(shown.input, shown.file), import("./editor")]);
    if (!frame.isConnected) return; // something else is looked at by now
    if (text.length > MAX_SHOWN) throw new Error("too long to show");
    frame.hidden = false;
    start(openEditor, frame, text, shown).mark(marksOf(shown));
    waiting.remove();
    tools.hidden = false;
    tools.append(...copyAndSave(text, shown.file));
  }
  return view;
}

export function copyAndSave(text: string, file: string): HTMLElement[] {
  const copy = button(t.source.copy, () => {
    void navigator.clipboard.writeText(text).then(() => (copy.textContent = t.source.copied), () => (copy.textContent = t.source.notCopied));
  }, "quiet small");
  return [copy, button(t.source.save, () => save(file.replace(/^.*\//, ""), [text], "text/plain"), "quiet small")];
}
