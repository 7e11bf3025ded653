// What the reader set for the checks, in the form of backstay.json; kept in this browser only.
import { type Options } from "backstay";
import { store, stored } from "./text";

const STORED = "backstay.settings";

export type Settings = Omit<Options, "environment" | "lang" | "quiet">;

export function loadSettings(): Settings {
  try {
    const value: unknown = JSON.parse(stored(STORED) ?? "{}");
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Settings) : {};
  } catch {
    return {};
  }
}

export function saveSettings(settings: Settings): void {
  store(STORED, Object.keys(settings).length > 0 ? JSON.stringify(settings) : null);
}

export type Theme = "auto" | "light" | "dark";
const THEME = "backstay.theme";

export function loadTheme(): Theme {
  const kept = stored(THEME);
  return kept === "light" || kept === "dark" ? kept : "auto";
}

export function applyTheme(theme: Theme): void {
  store(THEME, theme === "auto" ? null : theme);
  if (theme === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  document.querySelector('meta[name="color-scheme"]')?.setAttribute("content", theme === "auto" ? "light dark" : theme);
  document.dispatchEvent(new Event("backstay-theme"));
}
