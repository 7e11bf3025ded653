// Scripts with their verdict; one of them opens with its text and everything that was found in it.
import type { Script } from "backstay";
import { button, h, longList } from "../dom";
import { count, t } from "../text";
import { type Context, keyOf } from "./context";
import { reverseView } from "./reverse_view";
import { sourceView } from "./source_view";
import { scriptMood, sentence } from "./words";

const ROWS_AT_ONCE = 60;
export const scriptKey = (script: Script): string => script.file ?? script.name ?? "";

export class ScriptsPart {
  readonly element: HTMLElement;
  #context: Context;
  #list = h("div", { class: "split-list" });
  #detail = h("div", { class: "detail", role: "region", "aria-label": t.scripts.detail });
  #buttons = new Map<Script, HTMLButtonElement>();
  #selected: Script | null = null;

  constructor(context: Context) {
    this.#context = context;
    this.#list.append(longList(h("ul", { class: "rows" }), context.report.scripts, ROWS_AT_ONCE, (script) => this.#row(script)));
    this.element = h("div", { class: "scripts-part" }, h("div", { class: "split" }, this.#list, this.#detail));
  }

  show(key: string | undefined): void {
    const { scripts } = this.#context.report;
    const wanted = key ? scripts.find((script) => scriptKey(script) === key) : undefined;
    if (wanted) this.#select(wanted, false);
    else if (!this.#selected && scripts[0] && matchMedia("(min-width: 62rem)").matches) this.#select(scripts[0], false);
  }

  #row(script: Script): HTMLElement {
    const row = h("button", { type: "button", class: "row", onclick: () => this.#select(script, true) },
      h("span", { class: "row-title" }, script.name ?? script.file ?? t.scripts.noName),
      h("span", { class: `verdict ${scriptMood[script.verdict]}` }, t.scriptVerdict[script.verdict]),
      h("span", { class: "about" }, [script.package, script.dialect && t.dialects[script.dialect], count(script.statements, t.nouns.statement), whenOf(script), script.change && t.scripts.change[script.change]].filter(Boolean).join(" · ")));
    this.#buttons.set(script, row);
    return h("li", {}, row);
  }

  #select(script: Script, byUser: boolean): void {
    if (this.#selected) this.#buttons.get(this.#selected)?.removeAttribute("aria-current");
    this.#selected = script;
    this.#buttons.get(script)?.setAttribute("aria-current", "true");
    this.#detail.replaceChildren(this.#detailOf(script));
    this.element.classList.add("has-detail");
    this.#context.go("scripts", scriptKey(script), false);
    if (byUser && !matchMedia("(min-width: 62rem)").matches) this.#detail.scrollIntoView({ block: "start" });
  }

  #detailOf(script: Script): HTMLElement {
    const findings = this.#context.report.findings.filter((one) => one.file === script.file && one.input === script.input);
    const flag = script.backward_compatible === null ? t.scripts.noFlag : script.backward_compatible ? t.scripts.compatible : t.scripts.notCompatible;
    return h("article", { class: "script-detail" },
      h("div", { class: "detail-bar" }, button(t.findings.back, () => {
        this.element.classList.remove("has-detail");
        this.#buttons.get(script)?.focus();
      }, "quiet small back")),
      h("div", { class: "detail-main" },
        h("p", { class: "detail-kind" }, h("span", { class: `verdict ${scriptMood[script.verdict]}` }, t.scriptVerdict[script.verdict]), script.package && h("span", { class: "package" }, script.package)),
        h("h3", { class: "detail-message" }, script.name ?? script.file ?? t.scripts.noName),
        h("p", { class: "undo" }, t.scriptUndo[script.verdict]),
        h("p", { class: "about" }, [script.dialect && t.dialects[script.dialect], whenOf(script), script.deployment_version ? null : flag].filter(Boolean).join(" · ")),
        script.file && sourceView(this.#context.sources, { input: script.input, file: script.file, dialect: script.dialect, findings, current: findings[0] ?? null }),
        script.file && reverseView(this.#context, script),
        findings.length === 0 ? h("p", { class: "empty" }, t.scripts.noFindings) : h("ul", { class: "findings in-script" }, findings.map((finding) => h("li", {},
          h("button", { type: "button", class: `finding ${finding.severity}`, onclick: () => this.#context.go("findings", keyOf(finding)) },
            h("span", { class: "message" }, sentence(finding.message)),
            h("span", { class: "place" }, `${t.severity[finding.severity]} · ${finding.rule}${finding.line === null ? "" : ` · ${t.place.line(String(finding.line))}`}`)))))));
  }
}

function whenOf(script: Script): string | null {
  if (script.deployment_version) return t.scripts.version(script.deployment_version);
  return script.install_type ? t.phases[script.install_type] : null;
}
