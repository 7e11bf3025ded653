// How one script is taken back: the capture and the reverse script, worked out by the core when they are asked for.
import { type ReversePiece, reverse, type ReverseClass, type ReverseScripts, type Script } from "backstay";
import { h } from "../dom";
import { t } from "../text";
import type { Context } from "./context";
import { copyAndSave, showText } from "./source_view";
import { type Mood, sentence } from "./words";

const moods: Record<ReverseClass, Mood> = { unchanged: "none", safe: "good", "needs-review": "care", "not-undone": "bad" };
type Which = keyof typeof t.reverse.scripts;
const ORDER: readonly Which[] = ["capture_script", "reverse_script", "discard_script"];

export function reverseView({ upload }: Context, script: Script): HTMLElement {
  const body = h("div", { class: "reverse-body" });
  let asked = false;
  const ask = async () => {
    if (asked || !view.open) return;
    asked = true;
    body.replaceChildren(h("p", { class: "empty", role: "status" }, t.reverse.working));
    try {
      const input = Math.max(0, upload.items.findIndex((item) => item.path === script.input));
      const made = await reverse(upload.items, { input, file: script.file ?? "", server: script.dialect ?? "postgresql" });
      body.replaceChildren(...contents(made, script));
    } catch (error) {
      body.replaceChildren(h("p", { class: "empty" }, t.reverse.failed(error instanceof Error ? error.message : String(error))));
    }
  };
  const view = h("details", { class: "reverse", ontoggle: () => void ask() }, h("summary", {}, t.reverse.title), body);
  return view;
}

function contents(made: ReverseScripts, script: Script): HTMLElement[] {
  const name = (script.name ?? "script").replace(/[^\w.-]+/g, "_");
  const about = h("p", { class: "about" });
  const holder = h("div", { class: "reverse-text" });
  const tools = h("div", { class: "source-tools" });
  const show = (which: Which) => {
    about.textContent = t.reverse.about[which];
    tools.replaceChildren(...copyAndSave(made[which], `${name}.${which.replace("_script", "")}.sql`));
    showText(holder, made[which], `${which}.sql`, script.dialect, t.reverse.scripts[which]);
  };
  const choices = ORDER.filter((which) => made[which]);
  const switcher = h("fieldset", { class: "views" }, h("legend", { class: "visually-hidden" }, t.reverse.shown), choices.map((which, index) =>
    h("label", { class: "view" }, h("input", { type: "radio", name: "reverse-script", value: which, checked: index === 0, onchange: () => show(which) }), t.reverse.scripts[which])));
  if (choices[0]) queueMicrotask(() => show(choices[0] as Which));
  return [
    h("p", {}, h("span", { class: `verdict ${moods[made.class]}` }, t.reverse.classes[made.class]), !made.verified_on_server && h("span", { class: "about" }, ` ${t.reverse.notVerified}`)),
    ...(choices.length > 0 ? [switcher, about, holder, tools] : []),
    h("h4", {}, t.reverse.statements),
    h("ul", { class: "pieces" }, made.pieces.map(pieceView)),
  ];
}

function pieceView(piece: ReversePiece): HTMLElement {
  return h("li", {}, h("span", { class: `verdict ${moods[piece.class]}` }, t.reverse.classes[piece.class]),
    h("span", {}, `${piece.kind} · ${t.place.line(String(piece.line))}${piece.tables.length > 0 ? ` · ${piece.tables.join(", ")}` : ""}`),
    piece.reasons.map((reason) => h("p", { class: "note" }, sentence(reason))));
}
