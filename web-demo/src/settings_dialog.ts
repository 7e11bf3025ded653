// What the checks should know and how strict they are; the same members as backstay.json. Kept in this browser.
import { type Dialect, preflight, type Severity } from "backstay";
import { button, h, save } from "./dom";
import { allRules, ruleTitle } from "./report/rule_pages";
import { loadSettings, saveSettings, type Settings } from "./settings";
import { t } from "./text";

export function openSettings(changed: () => void): void {
  let settings = loadSettings();
  const status = h("p", { class: "settings-status", role: "alert" });
  const body = h("div", { class: "settings-body" });
  const dialog = h("dialog", { class: "settings", "aria-labelledby": "settings-title", onclose: () => dialog.remove() },
    h("div", { class: "dialog-bar" }, h("h2", { id: "settings-title", tabindex: -1 }, t.settings.title), button(t.settings.close, () => dialog.close(), "quiet small")),
    h("p", { class: "about" }, t.settings.about), body, status,
    h("div", { class: "dialog-actions actions" },
      button(t.settings.save, () => void keep()),
      button(t.settings.export, () => save("backstay.json", [JSON.stringify(settings, null, 2), "\n"], "application/json"), "quiet"),
      button(t.settings.import, () => file.click(), "quiet"),
      button(t.settings.reset, () => { settings = {}; draw(); }, "quiet")));
  const file = h("input", {
    type: "file", hidden: true, accept: ".json,application/json", "aria-label": t.settings.import, class: "settings-file",
    onchange: () => void file.files?.[0]?.text().then((text) => {
      settings = JSON.parse(text) as Settings;
      file.value = "";
      draw();
    }).catch(() => (status.textContent = t.settings.noJson)),
  });
  dialog.append(file);

  // The core says whether it would take these settings, before they are kept.
  async function keep(): Promise<void> {
    status.textContent = "";
    try {
      await preflight([{ path: "empty.sql", data: new TextEncoder().encode("SELECT 1;") }], settings);
    } catch (error) {
      status.textContent = error instanceof Error ? error.message : String(error);
      return;
    }
    saveSettings(settings);
    dialog.close();
    changed();
  }

  const draw = () => {
    status.textContent = "";
    body.replaceChildren(dialectView(settings), tablesView(settings), rulesView(settings));
  };
  draw();
  document.body.append(dialog);
  dialog.showModal();
  dialog.scrollTop = 0;
}

function put<K extends keyof Settings>(settings: Settings, key: K, value: Settings[K] | undefined): void {
  if (value === undefined) delete settings[key];
  else settings[key] = value;
}

function dialectView(settings: Settings): HTMLElement {
  const choices: [string, string][] = [["auto", t.paste.detect], ["postgresql", "PostgreSQL"], ["mssql", "SQL Server"], ["oracle", "Oracle"]];
  const chosen = settings.dialect ?? "auto";
  return h("p", { class: "field" }, h("label", { for: "settings-dialect" }, t.settings.dialect),
    h("select", { id: "settings-dialect", onchange: (event) => {
      const value = (event.target as HTMLSelectElement).value;
      put(settings, "dialect", value === "auto" ? undefined : (value as Dialect));
    } }, choices.map(([value, words]) => h("option", { value, selected: value === chosen }, words))));
}

function tablesView(settings: Settings): HTMLElement {
  const text = h("textarea", { id: "settings-tables", rows: 4, spellcheck: "false" });
  text.value = (settings.service_tables ?? []).join("\n");
  text.addEventListener("input", () => {
    const names = text.value.split(/[\n,]/).map((name) => name.trim()).filter(Boolean);
    put(settings, "service_tables", names.length > 0 ? names : undefined);
  });
  return h("p", { class: "field" }, h("label", { for: "settings-tables" }, t.settings.tables), h("span", { class: "about" }, t.settings.tablesAbout), text);
}

function rulesView(settings: Settings): HTMLElement {
  const list = h("ul", { class: "rule-settings" });
  const search = h("input", { type: "search", class: "search", "aria-label": t.settings.searchRule, placeholder: t.settings.searchRule });
  const draw = () => {
    const words = search.value.trim().toLowerCase();
    const shown = allRules().filter((rule) => !words || `${rule.id} ${ruleTitle(rule.id)}`.toLowerCase().includes(words));
    list.replaceChildren(...shown.map((rule) => {
      const value = settings.rules?.[rule.id] ?? "";
      const choices: [string, string][] = [["", t.settings.usual(t.severity[rule.severity])], ["error", t.severity.error], ["warning", t.severity.warning], ["info", t.severity.info], ["off", t.settings.off]];
      return h("li", { class: value ? "set" : null }, h("label", {}, h("span", { class: "rule-id" }, rule.id), h("select", {
        onchange: (event) => {
          const chosen = (event.target as HTMLSelectElement).value as Severity | "off" | "";
          const rules = { ...settings.rules };
          if (chosen) rules[rule.id] = chosen;
          else delete rules[rule.id];
          put(settings, "rules", Object.keys(rules).length > 0 ? rules : undefined);
        },
      }, choices.map(([choice, words]) => h("option", { value: choice, selected: choice === value }, words)))));
    }));
  };
  search.addEventListener("input", draw);
  draw();
  return h("fieldset", { class: "field" }, h("legend", {}, t.settings.rules), search, list);
}
