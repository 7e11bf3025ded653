// A rule page (our own Markdown, a small subset) as elements: headings, paragraphs, lists, code, bold, links as text.
import { h } from "../dom";

export function renderPage(markdown: string): HTMLElement[] {
  const lines = markdown.split(/\r?\n/);
  const out: HTMLElement[] = [];
  let at = 0;
  while (at < lines.length) {
    const line = lines[at] as string;
    if (line.trim() === "") at += 1;
    else if (line.startsWith("```")) at = code(lines, at, out);
    else if (/^#{1,4} /.test(line)) {
      const level = line.indexOf(" ");
      out.push(h(level === 1 ? "h2" : "h3", {}, ...inline(line.slice(level + 1))));
      at += 1;
    } else if (/^[-*] /.test(line)) at = list(lines, at, out, "ul", /^[-*] /);
    else if (/^\d+\. /.test(line)) at = list(lines, at, out, "ol", /^\d+\. /);
    else if (line.startsWith("|")) at = table(lines, at, out);
    else at = paragraph(lines, at, out);
  }
  return out;
}

function code(lines: string[], start: number, out: HTMLElement[]): number {
  let end = start + 1;
  while (end < lines.length && !(lines[end] as string).startsWith("```")) end += 1;
  // `-- finding: x` marks what the page's test expects; readers do not need it.
  const text = lines.slice(start + 1, end).map((line) => line.replace(/\s*-- (finding|no finding)\b.*$/, "")).join("\n");
  out.push(h("pre", { tabindex: 0 }, h("code", {}, text)));
  return end + 1;
}

const startsBlock = (line: string) => line.trim() === "" || /^(```|#{1,4} |[-*] |\d+\. |\|)/.test(line);

function paragraph(lines: string[], start: number, out: HTMLElement[]): number {
  let end = start + 1;
  while (end < lines.length && !startsBlock(lines[end] as string)) end += 1;
  out.push(h("p", {}, ...inline(lines.slice(start, end).join(" "))));
  return end;
}

function list(lines: string[], start: number, out: HTMLElement[], tag: "ul" | "ol", mark: RegExp): number {
  const element = h(tag, {});
  let at = start;
  while (at < lines.length && mark.test(lines[at] as string)) {
    let text = (lines[at] as string).replace(mark, "");
    for (at += 1; at < lines.length && /^ +\S/.test(lines[at] as string); at += 1) text += ` ${(lines[at] as string).trim()}`;
    element.append(h("li", {}, ...inline(text)));
  }
  out.push(element);
  return at;
}

function table(lines: string[], start: number, out: HTMLElement[]): number {
  const rows: string[][] = [];
  let at = start;
  for (; at < lines.length && (lines[at] as string).startsWith("|"); at += 1) {
    const cells = (lines[at] as string).split("|").slice(1, -1).map((cell) => cell.trim());
    if (!cells.every((cell) => /^:?-+:?$/.test(cell))) rows.push(cells);
  }
  const [head = [], ...body] = rows;
  out.push(
    h("div", { class: "wide", tabindex: 0, role: "region", "aria-label": "Table" },
      h("table", {},
        h("thead", {}, h("tr", {}, head.map((cell) => h("th", { scope: "col" }, ...inline(cell))))),
        h("tbody", {}, body.map((row) => h("tr", {}, row.map((cell) => h("td", {}, ...inline(cell)))))),
      ),
    ),
  );
  return at;
}

// `code`, **bold**, *emphasis*, [text](address) as its text: pages name other rules and manuals.
export function inline(text: string): (Node | string)[] {
  const out: (Node | string)[] = [];
  const pattern = /`([^`]+)`|\*\*([^*]+)\*\*|\*([^*\s][^*]*)\*|\[([^\]]+)\]\([^)]*\)/g;
  let from = 0;
  for (const match of text.matchAll(pattern)) {
    out.push(text.slice(from, match.index));
    if (match[1] !== undefined) out.push(h("code", {}, match[1]));
    else if (match[2] !== undefined) out.push(h("strong", {}, match[2]));
    else if (match[3] !== undefined) out.push(h("em", {}, match[3]));
    else out.push(match[4] as string);
    from = match.index + match[0].length;
  }
  out.push(text.slice(from));
  return out;
}
