// Elements without markup strings: whatever comes from an upload gets into the page as text only.

type Child = Node | string | number | null | undefined | false;
type Attributes = Record<string, string | number | boolean | null | undefined | ((event: Event) => void)>;

// `on...` attributes are listeners; `true` sets an empty attribute; null, undefined and false none.
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: (Child | Child[])[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else if (value !== null && value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : String(value));
  }
  append(element, children);
  return element;
}

export function append(element: Element, children: (Child | Child[])[]): void {
  for (const child of children.flat()) {
    if (child === null || child === undefined || child === false) continue;
    element.append(typeof child === "number" ? String(child) : child);
  }
}

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString("en")} ${count === 1 ? one : many}`;
}

export function bytes(count: number): string {
  if (count < 1000) return plural(count, "byte");
  const units = ["kB", "MB", "GB"];
  let value = count / 1000;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${value.toLocaleString("en", { maximumFractionDigits: value < 10 ? 1 : 0 })} ${units[unit]}`;
}

// A long list shows its first items and a button for the next ones, so that 100,000 rows cost nothing.
export function longList<T>(list: HTMLElement, items: readonly T[], step: number, render: (item: T, index: number) => Node): Node {
  const holder = h("div", {}, list);
  const button = h("button", { type: "button", class: "quiet", onclick: () => more() });
  let shown = 0;
  const more = () => {
    const next = Math.min(items.length, shown + step);
    for (; shown < next; shown += 1) list.append(render(items[shown] as T, shown));
    if (shown < items.length) {
      button.textContent = `Show ${Math.min(step, items.length - shown)} more of ${(items.length - shown).toLocaleString("en")}`;
      holder.append(button);
    } else button.remove();
  };
  more();
  return holder;
}
