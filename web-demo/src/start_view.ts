// The first screen: drop something, choose something, paste a script, or try a sample.
import type { Dialect } from "backstay";
import { button, h } from "./dom";
import { iconOf } from "./icons";
import { listSamples, loadSample, type Sample } from "./samples";
import { listOf, t } from "./text";
import { itemsFromDrop, itemsFromFiles, type Upload, type UploadItem } from "./upload";

export interface StartActions {
  check: (upload: Upload) => void;
  fail: (message: string) => void;
}

// What the named slots hold; they go with the next check.
export type Slots = Pick<Upload, "environment" | "previous">;

export function startView(actions: StartActions, slots: Slots): HTMLElement {
  const check = (items: UploadItem[]) => items.length > 0 && actions.check({ ...slots, items });
  const files = fileInput(false, "choose-files", t.start.filesLabel, check);
  const folder = fileInput(true, "choose-folder", t.start.folderLabel, check);
  const samples = h("ul", { class: "samples" });
  void listSamples()
    .then((list) => samples.append(...list.map((sample) => sampleView(sample, actions, slots))))
    .catch(() => samples.closest("section")?.remove());
  return h(
    "div", { class: "start" },
    h("div", { class: "hero" },
      h("h1", { tabindex: -1 }, t.start.title),
      h("p", { class: "lead" }, t.start.lead)),
    h("section", { class: "drop", "aria-label": t.start.choose },
      iconOf("drop", "drop-icon"),
      h("p", { class: "drop-title" }, t.start.dropTitle),
      h("p", { class: "drop-about" }, t.start.dropAbout),
      h("div", { class: "actions" }, button(t.start.chooseFiles, () => files.click()), button(t.start.chooseFolder, () => folder.click(), "quiet")),
      files, folder),
    slotsView(slots),
    h("section", { "aria-labelledby": "samples-title" }, h("h2", { id: "samples-title" }, t.samples.title), samples),
    pasteView(actions, slots),
  );
}

export function fileInput(folder: boolean, name: string, label: string, chosen: (items: UploadItem[]) => void, accept?: string): HTMLInputElement {
  const input = h("input", {
    type: "file", multiple: true, hidden: true, webkitdirectory: folder, "aria-label": label, class: name, accept: accept ?? null,
    onchange: () => {
      const items = itemsFromFiles(input.files ?? []);
      input.value = ""; // or choosing the same file again would do nothing
      chosen(items);
    },
  });
  return input;
}

function slotsView(slots: Slots): HTMLElement {
  return h("section", { class: "slots", "aria-label": t.slots.title },
    slotView("previous", t.slots.previous, t.slots.previousAbout, true,
      () => slots.previous?.map((item) => item.path) ?? [],
      (items) => { if (items.length > 0) slots.previous = items; else delete slots.previous; }),
    slotView("environment", t.slots.environment, t.slots.environmentAbout, false,
      () => (slots.environment ? [slots.environment.path] : []),
      (items) => {
        const file = items.find((item) => "data" in item);
        if (file && "data" in file) slots.environment = file;
        else delete slots.environment;
      }));
}

function slotView(name: string, title: string, about: string, folders: boolean, names: () => string[], put: (items: UploadItem[]) => void): HTMLElement {
  const state = h("p", { class: "slot-state" });
  const actions = h("div", { class: "actions" });
  const take = (items: UploadItem[]) => {
    put(items);
    draw();
  };
  const file = fileInput(false, `slot-${name}-file`, title, take, folders ? undefined : ".json,application/json");
  const folder = fileInput(true, `slot-${name}-folder`, title, take);
  const draw = () => {
    const held = names();
    state.textContent = held.length > 0 ? listOf(held, 3) : about;
    slot.classList.toggle("filled", held.length > 0);
    const named = (label: string, words: string, action: () => void) => {
      const made = button(label, action, "quiet small");
      made.setAttribute("aria-label", words);
      return made;
    };
    actions.replaceChildren(...held.length > 0
      ? [named(t.slots.remove, `${t.slots.remove}: ${title}`, () => take([]))]
      : [named(t.slots.file, `${t.slots.file}: ${title}`, () => file.click()), ...(folders ? [named(t.slots.folder, `${t.slots.folder}: ${title}`, () => folder.click())] : [])]);
  };
  const slot = h("div", {
    class: "slot", "data-slot": name,
    ondragover: (event) => event.preventDefault(),
    ondrop: (event) => {
      const transfer = (event as DragEvent).dataTransfer;
      if (!transfer) return;
      event.preventDefault();
      void itemsFromDrop(transfer).then(take);
    },
  }, h("div", { class: "slot-words" }, h("h2", {}, title, h("span", { class: "optional" }, t.slots.optional)), state), actions, file, folders && folder);
  draw();
  return slot;
}

function pasteView(actions: StartActions, slots: Slots): HTMLElement {
  const text = h("textarea", { id: "script", rows: 9, spellcheck: "false", autocapitalize: "off" });
  const dialect = h("select", { id: "dialect" },
    h("option", { value: "" }, t.paste.detect), h("option", { value: "postgresql" }, "PostgreSQL"),
    h("option", { value: "mssql" }, "SQL Server"), h("option", { value: "oracle" }, "Oracle"));
  const check = () => {
    if (text.value.trim() === "") return text.focus();
    const upload: Upload = { ...slots, items: [{ path: "script.sql", data: new TextEncoder().encode(text.value) }] };
    if (dialect.value) upload.dialect = dialect.value as Dialect;
    actions.check(upload);
  };
  return h(
    "details", { class: "paste" }, h("summary", {}, t.paste.title),
    h("label", { for: "script" }, t.paste.script), text,
    h("div", { class: "actions" }, h("label", { for: "dialect" }, t.paste.database), dialect, button(t.paste.check, check)),
  );
}

function sampleView(sample: Sample, actions: StartActions, slots: Slots): HTMLElement {
  const check = async () => {
    try {
      actions.check({ ...slots, items: [await loadSample(sample)], sample: sample.id });
    } catch (error) {
      actions.fail(error instanceof Error ? error.message : String(error));
    }
  };
  const words = t.samples.about[sample.id as keyof typeof t.samples.about] ?? { title: sample.id, about: sample.name };
  return h("li", {}, h("button", { type: "button", class: "sample", "data-sample": sample.id, onclick: () => void check() },
    h("span", { class: "sample-title" }, words.title), h("span", { class: "sample-about" }, words.about)));
}
