// The bar on top: the way home, the promise, language, light or dark, settings.
import { button, h, svg } from "./dom";
import { iconOf, type IconName } from "./icons";
import { applyTheme, loadTheme, type Theme } from "./settings";
import { openSettings } from "./settings_dialog";
import { language, type Language, setLanguage, t } from "./text";

export interface HeaderActions {
  home: () => void;
  languageChanged: () => void;
  settingsChanged: () => void;
}

const THEMES: readonly Theme[] = ["auto", "light", "dark"];

export function header(actions: HeaderActions): void {
  const bar = document.querySelector("header.top .top-inner") as HTMLElement;
  const brand = h("a", {
    class: "brand", href: "./", id: "home", "aria-label": t.header.home,
    onclick: (event) => {
      event.preventDefault();
      history.pushState(null, "", location.pathname + location.search);
      actions.home();
    },
  }, svg("svg", { viewBox: "0 0 32 32", "aria-hidden": "true" }, svg("path", { d: "M15 3v20M15 4 4 23M15 4l13 19" }), svg("path", { class: "hull", d: "M3 25h26l-4 4H8z" })), h("span", {}, "Backstay"));
  bar.replaceChildren(brand,
    h("p", { class: "promise" }, iconOf("lock"), h("span", {}, t.header.promise)),
    h("div", { class: "header-tools" }, languages(actions), themeButton(),
      tool("settings", t.settings.title, () => openSettings(actions.settingsChanged))));
  (document.querySelector(".skip") as HTMLElement).textContent = t.header.skip;
}

function languages(actions: HeaderActions): HTMLElement {
  return h("span", { class: "languages", role: "group", "aria-label": t.header.language }, ([["en", "EN", "English"], ["ru", "RU", "Русский"]] as [Language, string, string][]).map(([code, short, name]) => {
    const made = button(short, () => {
      if (language === code) return;
      setLanguage(code);
      actions.languageChanged();
      document.querySelector<HTMLElement>(`.languages [lang="${code}"]`)?.focus();
    }, "tool");
    made.lang = code;
    made.setAttribute("aria-label", `${short}, ${name}`);
    made.setAttribute("aria-pressed", String(language === code));
    return made;
  }));
}

function themeButton(): HTMLElement {
  const made = tool("theme", "", () => {
    const next = THEMES[(THEMES.indexOf(loadTheme()) + 1) % THEMES.length] as Theme;
    applyTheme(next);
    name();
  });
  const name = () => {
    const words = t.header.theme[loadTheme()];
    made.setAttribute("aria-label", words);
    made.title = words;
  };
  name();
  return made;
}

function tool(icon: IconName, label: string, action: () => void): HTMLButtonElement {
  const made = button("", action, "tool");
  made.append(iconOf(icon));
  made.setAttribute("aria-label", label);
  made.title = label;
  return made;
}
