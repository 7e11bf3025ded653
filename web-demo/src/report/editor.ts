// CodeMirror, loaded only when a script is looked at: read-only, with the dialect's highlighting and the
// places of findings marked. It lives in a shadow root, where its styles need no exception in the page's policy.
import { HighlightStyle, LanguageSupport, StreamLanguage, syntaxHighlighting } from "@codemirror/language";
import { MSSQL, PLSQL, PostgreSQL, sql } from "@codemirror/lang-sql";
import { EditorState, type Extension, RangeSetBuilder, StateEffect, StateField } from "@codemirror/state";
import { Decoration, type DecorationSet, EditorView, highlightSpecialChars, lineNumbers, drawSelection } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import type { Dialect, Severity } from "backstay";

export interface Mark {
  line: number;             // from 1
  column: number | null;    // code points from 1
  endLine: number | null;
  endColumn: number | null;
  severity: Severity;
  message: string;
  current: boolean;
}

export interface Editor {
  mark: (marks: readonly Mark[]) => void;
  destroy: () => void;
}

const dialects = { postgresql: PostgreSQL, mssql: MSSQL, oracle: PLSQL } as const;

const colours = HighlightStyle.define([
  { tag: [tags.keyword, tags.operatorKeyword, tags.modifier], color: "var(--code-keyword)", fontWeight: "600" },
  { tag: [tags.string, tags.special(tags.string)], color: "var(--code-string)" },
  { tag: [tags.lineComment, tags.blockComment, tags.comment], color: "var(--code-comment)", fontStyle: "italic" },
  { tag: [tags.number, tags.bool, tags.null], color: "var(--code-number)" },
  { tag: [tags.typeName, tags.standard(tags.name)], color: "var(--code-type)" },
]);

const look = EditorView.theme({
  "&": { color: "var(--text)", backgroundColor: "var(--code-ground)", fontSize: "0.875rem", height: "100%" },
  "&.cm-focused": { outline: "3px solid var(--accent)", outlineOffset: "-3px" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.55", overflow: "auto" },
  ".cm-gutters": { backgroundColor: "var(--code-ground)", color: "var(--soft)", border: "0", borderRight: "1px solid var(--line)" },
  ".cm-selectionBackground, &.cm-focused .cm-selectionBackground": { backgroundColor: "var(--accent-ground)" },
  ".mark-line": { backgroundColor: "var(--mark-line)" },
  ".mark": { borderBottom: "2px solid var(--none)" },
  ".mark-warning": { borderColor: "var(--care)" },
  ".mark-error": { borderColor: "var(--bad)" },
  ".mark-current": { backgroundColor: "var(--none-ground)" },
  ".mark-current.mark-warning": { backgroundColor: "var(--care-ground)" },
  ".mark-current.mark-error": { backgroundColor: "var(--bad-ground)" },
});

const setMarks = StateEffect.define<readonly Mark[]>();
const marksField = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(value, transaction) {
    for (const effect of transaction.effects) if (effect.is(setMarks)) return decorationsOf(transaction.state, effect.value);
    return value;
  },
  provide: (field) => EditorView.decorations.from(field),
});

// The place in the text of a column in code points, kept inside its line.
function offsetOf(state: EditorState, line: number, column: number | null, atEnd = false): number {
  const found = state.doc.line(Math.max(1, Math.min(state.doc.lines, line)));
  if (column === null) return atEnd ? found.to : found.from;
  let offset = found.from;
  let left = column - 1;
  for (const letter of found.text) {
    if (left <= 0) break;
    offset += letter.length;
    left -= 1;
  }
  return Math.min(offset, found.to);
}

function rangeOf(state: EditorState, mark: Mark): [number, number] {
  const from = offsetOf(state, mark.line, mark.column);
  let to = mark.endLine === null ? from + 1 : offsetOf(state, mark.endLine, mark.endColumn, true);
  if (to <= from) to = from + 1;
  return [from, Math.min(to, state.doc.length)];
}

function decorationsOf(state: EditorState, marks: readonly Mark[]): DecorationSet {
  const ranges: { from: number; to: number; value: Decoration }[] = [];
  for (const mark of marks) {
    const [from, to] = rangeOf(state, mark);
    if (mark.current) ranges.push({ from: state.doc.lineAt(from).from, to: state.doc.lineAt(from).from, value: Decoration.line({ class: "mark-line" }) });
    if (to > from) {
      const kind = `mark mark-${mark.severity}${mark.current ? " mark-current" : ""}`;
      ranges.push({ from, to, value: Decoration.mark({ class: kind, attributes: { title: mark.message } }) });
    }
  }
  ranges.sort((a, b) => a.from - b.from || a.value.startSide - b.value.startSide);
  const builder = new RangeSetBuilder<Decoration>();
  for (const { from, to, value } of ranges) builder.add(from, to, value);
  return builder.finish();
}

// A handful of rules for the other texts a finding may stand in: JSON and XML.
const plainText = StreamLanguage.define({
  token(stream) {
    if (stream.match(/^"(?:[^"\\]|\\.)*"/)) return "string";
    if (stream.match(/^-?\d+(\.\d+)?/)) return "number";
    if (stream.match(/^<\/?[\w:.-]+|^\/?>/) || stream.match(/^(true|false|null)\b/)) return "keyword";
    stream.next();
    return null;
  },
});

function languageOf(file: string, dialect: Dialect | null): Extension {
  if (dialect || /\.(sql|txt)$/i.test(file)) return sql({ dialect: dialects[dialect ?? "postgresql"] });
  return /\.(json|xml|origam\w*)$/i.test(file) ? new LanguageSupport(plainText) : [];
}

export function openEditor(parent: HTMLElement, text: string, file: string, dialect: Dialect | null, label: string): Editor {
  const root = parent.shadowRoot ?? parent.attachShadow({ mode: "open" });
  root.replaceChildren();
  const view = new EditorView({
    root, parent: root,
    state: EditorState.create({
      doc: text,
      extensions: [
        lineNumbers(), highlightSpecialChars(), drawSelection(), languageOf(file, dialect), syntaxHighlighting(colours), look, marksField,
        EditorState.readOnly.of(true), EditorView.editable.of(false),
        EditorView.contentAttributes.of({ tabindex: "0", role: "textbox", "aria-multiline": "true", "aria-readonly": "true", "aria-label": label }),
      ],
    }),
  });
  return {
    mark: (marks) => {
      view.dispatch({ effects: setMarks.of(marks) });
      const current = marks.find((mark) => mark.current);
      if (current) view.dispatch({ effects: EditorView.scrollIntoView(rangeOf(view.state, current)[0], { y: "center" }) });
    },
    destroy: () => {
      view.destroy();
      // The editor measures with one range for good, which stays in the last text: without its frame it holds that alone,
      // and not the whole report around it.
      parent.remove();
    },
  };
}
