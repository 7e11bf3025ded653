// Elements without markup strings: whatever comes from an upload gets into the page as text only.
import { number, t } from "./text";

export type Child = Node | string | number | null | undefined | false;
type Attributes = Record<string, string | number | boolean | null | undefined | ((event: Event) => void)>;

// `on...` attributes are listeners; `true` sets an empty attribute; null, undefined and false none.
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: (Child | Child[])[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  set(element, attributes);
  append(element, children);
  return element;
}

// The same for drawings.
export function svg(tag: string, attributes: Attributes = {}, ...children: (Child | Child[])[]): SVGElement {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag) as SVGElement;
  set(element, attributes);
  append(element, children);
  return element;
}

function set(element: Element, attributes: Attributes): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else if (value !== null && value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : String(value));
  }
}

export function append(element: Element, children: (Child | Child[])[]): void {
  for (const child of children.flat()) {
    if (child === null || child === undefined || child === false) continue;
    element.append(typeof child === "number" ? String(child) : child);
  }
}

// A long list shows its first items and a button for the next ones, so that 100,000 rows cost nothing.
export function longList<T>(list: HTMLElement, items: readonly T[], step: number, render: (item: T, index: number) => Node): HTMLElement {
  const holder = h("div", { class: "long-list" }, list);
  const button = h("button", { type: "button", class: "quiet more", onclick: () => more() });
  let shown = 0;
  const more = () => {
    const next = Math.min(items.length, shown + step);
    for (; shown < next; shown += 1) list.append(render(items[shown] as T, shown));
    if (shown < items.length) {
      button.textContent = t.list.showMore(number(Math.min(step, items.length - shown)), number(items.length - shown));
      holder.append(button);
    } else button.remove();
  };
  more();
  return holder;
}

export function button(label: string, action: (event: Event) => void, kind = ""): HTMLButtonElement {
  return h("button", { type: "button", class: kind || null, onclick: action }, label);
}

// A <select> with its label; `choices` are value and words.
export function chooser(label: string, choices: readonly (readonly [string, string])[], value: string, change: (value: string) => void): HTMLElement {
  const select = h("select", { onchange: (event) => change((event.target as HTMLSelectElement).value) },
    choices.map(([choice, words]) => h("option", { value: choice, selected: choice === value }, words)));
  return h("label", { class: "chooser" }, h("span", {}, label), select);
}

// Gives `text` to whoever reads the page aloud, without moving anything.
export function announce(text: string): void {
  const region = document.querySelector("#announcer");
  if (region) region.textContent = text;
}

export function save(name: string, parts: BlobPart[], type: string): void {
  const link = h("a", { href: URL.createObjectURL(new Blob(parts, { type })), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
