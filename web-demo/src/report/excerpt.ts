// The line a finding starts on, with the place marked and a caret under its first character.
import type { Finding } from "backstay";
import { h } from "../dom";
import { number, t } from "../text";

export function excerpt(finding: Finding): HTMLElement | null {
  if (!finding.excerpt || finding.line === null) return null;
  const { before, marked, after } = splitExcerpt(finding);
  return h(
    "div", { class: "excerpt", role: "group", "aria-label": t.place.line(number(finding.line)), tabindex: 0 },
    h("span", { class: "line-number", "aria-hidden": "true" }, finding.line),
    h("code", {}, before, h("mark", { class: marked.trim() === "" ? "point" : null }, marked), after),
  );
}

// Columns count code points from 1; the excerpt may start later than column 1.
export function splitExcerpt(finding: Finding): { before: string; marked: string; after: string } {
  const letters = Array.from(finding.excerpt ?? "");
  const first = finding.excerpt_column ?? 1;
  const clamp = (column: number) => Math.max(0, Math.min(letters.length, column - first));
  const start = clamp(finding.column ?? first);
  const endsHere = finding.end_line === finding.line && finding.end_column !== null;
  const end = Math.max(start, endsHere ? clamp(finding.end_column as number) : finding.end_line === null ? start + 1 : letters.length);
  return { before: letters.slice(0, start).join(""), marked: letters.slice(start, end).join("") || " ", after: letters.slice(end).join("") };
}

export function placeText(finding: Finding): string {
  const file = finding.file ?? finding.input ?? "";
  if (finding.line === null) return finding.offset ? t.place.byte(file, number(finding.offset)) : file;
  return finding.column === null ? t.place.fileLine(file, number(finding.line)) : t.place.fileLineColumn(file, number(finding.line), number(finding.column));
}

// The same, short: the file's name and the line.
export function shortPlace(finding: Finding): string {
  const file = (finding.file ?? finding.input ?? "").replace(/^.*\//, "");
  return finding.line === null ? file : `${file}:${finding.line}`;
}
