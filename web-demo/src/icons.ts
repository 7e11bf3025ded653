// Line drawings of 24 by 24, in the colour of the text beside them.
import { svg } from "./dom";

const drawings = {
  good: "M7 12.5l3.4 3.5L17 9",
  care: "M12 7v6M12 16.6v.4",
  bad: "M8.2 8.2l7.6 7.6M15.8 8.2l-7.6 7.6",
  none: "M8 12h8",
  drop: "M12 3v12M7 10.5l5 5 5-5M4 16.5V20h16v-3.5",
  lock: "M6.5 11h11v8.5h-11zM8.8 11V8a3.2 3.2 0 0 1 6.4 0v3",
  link: "M10 14a4 4 0 0 0 5.7 0l3-3a4 4 0 0 0-5.7-5.7l-1.2 1.2M14 10a4 4 0 0 0-5.7 0l-3 3a4 4 0 0 0 5.7 5.7l1.2-1.2",
  settings: "M4 7h9M17 7h3M4 12h3M11 12h9M4 17h11M19 17h1M15 5v4M9 10v4M17 15v4",
  theme: "M12 3.5a8.5 8.5 0 1 0 0 17zM12 3.5a8.5 8.5 0 0 1 0 17",
  print: "M7 9V3.5h10V9M7 17H4V9h16v8h-3M7 14h10v6.5H7z",
  arrow: "M5 12h14M13 6l6 6-6 6",
} as const;

export type IconName = keyof typeof drawings;
const MOODS: readonly IconName[] = ["good", "care", "bad", "none"];

export function iconOf(name: IconName, kind = ""): SVGElement {
  return svg("svg", { viewBox: "0 0 24 24", class: `icon ${kind}`.trim(), "aria-hidden": "true" },
    MOODS.includes(name) && svg("circle", { cx: 12, cy: 12, r: 10.5 }), svg("path", { d: drawings[name] }));
}
