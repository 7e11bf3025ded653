// The first screen: drop something, choose something, paste a script, or try a sample.
import type { Dialect, Item } from "backstay";
import { h } from "./dom";
import { listSamples, loadSample, type Sample } from "./samples";

export interface StartActions {
  check: (items: Item[], options?: { dialect?: Dialect }) => void;
  fail: (message: string) => void;
}

export function startView(actions: StartActions): HTMLElement {
  const files = chooser(actions, false);
  const folder = chooser(actions, true);
  const samples = h("ul", { class: "samples" });
  void listSamples().then((list) => samples.append(...list.map((sample) => sampleView(sample, actions)))).catch(() => samples.closest("section")?.remove());
  return h(
    "div", { class: "start" },
    h("h1", { tabindex: -1 }, "Know before you install"),
    h("p", { class: "lead" }, "See what a low-code CRM package changes, in what order it installs, and what a rollback could not bring back."),
    h("section", { class: "drop", "aria-label": "Choose what to check" },
      h("p", { class: "drop-title" }, "Drop a package here"),
      h("p", { class: "drop-about" }, "A Creatio delivery or package (.zip, .gz, a folder), an ORIGAM model, a sandbox promotion (.json), or a SQL script."),
      h("div", { class: "actions" },
        h("button", { type: "button", onclick: () => files.click() }, "Choose files"),
        h("button", { type: "button", class: "quiet", onclick: () => folder.click() }, "Choose a folder")),
      files, folder),
    pasteView(actions),
    h("section", { "aria-labelledby": "samples-title" }, h("h2", { id: "samples-title" }, "Or try one of these"), samples),
  );
}

function chooser(actions: StartActions, folder: boolean): HTMLInputElement {
  const input = h("input", {
    type: "file", multiple: true, hidden: true, webkitdirectory: folder,
    "aria-label": folder ? "Folder to check" : "Files to check", class: folder ? "choose-folder" : "choose-files",
    onchange: () => {
      const chosen = [...(input.files ?? [])];
      input.value = ""; // or choosing the same file again would do nothing
      if (chosen.length > 0) actions.check(chosen);
    },
  });
  return input;
}

function pasteView(actions: StartActions): HTMLElement {
  const text = h("textarea", { id: "script", rows: 8, spellcheck: "false", autocapitalize: "off" });
  const dialect = h("select", { id: "dialect" },
    h("option", { value: "" }, "Find out"), h("option", { value: "postgresql" }, "PostgreSQL"),
    h("option", { value: "mssql" }, "SQL Server"), h("option", { value: "oracle" }, "Oracle"));
  const check = () => {
    if (text.value.trim() === "") return text.focus();
    const options = dialect.value ? { dialect: dialect.value as Dialect } : {};
    actions.check([{ path: "script.sql", data: new TextEncoder().encode(text.value) }], options);
  };
  return h(
    "details", { class: "paste" }, h("summary", {}, "Or paste a SQL script"),
    h("label", { for: "script" }, "Script"), text,
    h("div", { class: "actions" }, h("label", { for: "dialect" }, "Database"), dialect, h("button", { type: "button", onclick: check }, "Check the script")),
  );
}

function sampleView(sample: Sample, actions: StartActions): HTMLElement {
  const check = async () => {
    try {
      actions.check([await loadSample(sample)]);
    } catch (error) {
      actions.fail(error instanceof Error ? error.message : String(error));
    }
  };
  return h("li", {}, h("button", { type: "button", class: "sample", "data-sample": sample.id, onclick: () => void check() },
    h("span", { class: "sample-title" }, sample.title), h("span", { class: "sample-about" }, sample.about)));
}
