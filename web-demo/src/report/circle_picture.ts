// A deadlock or a circle of dependencies as a ring: each waits for the next one. A proposed edit is drawn where it
// cuts the ring. The same is said in words beside it.
import type { Order, Repair } from "backstay";
import { h, svg } from "../dom";
import { t } from "../text";

const MOST = 14; // more than this is a list

interface Wait {
  from: string;
  to: string;
  why: string;
  cut: string | null; // what the chosen repair makes of it
}

export function waitsOf(order: Order, circle: readonly string[], repair: Repair | null): Wait[] {
  return circle.map((from, index) => {
    const to = circle[(index + 1) % circle.length] as string;
    const held = order.conflicts.find((one) => `${one.package} ${one.version}` === to && `${one.holds_package} ${one.holds_version}` === from);
    const why = held ? t.order.heldBy(to, held.depends_on) : t.order.needs(to);
    return { from, to, why, cut: repair ? cutBy(repair, from, to, held?.depends_on ?? null) : null };
  });
}

// An edit ends the wait that its old entry makes: the stated one, or the implied one that holds others back.
function cutBy(repair: Repair, from: string, to: string, insistsOn: string | null): string | null {
  for (const edit of repair.edits) {
    const edited = `${edit.package} ${edit.version}`;
    const old = `${edit.dependency} ${edit.from.trim()}`;
    const states = edited === from && to === old && insistsOn === null;
    const implies = edited === to && insistsOn === old;
    if (states || implies) return edit.to ? `${edit.from.trim()} → ${edit.to}` : t.order.removed;
  }
  return null;
}

export function circlePicture(waits: readonly Wait[]): HTMLElement | null {
  const count = waits.length;
  if (count < 2 || count > MOST) return null;
  const [width, ry] = [580, 60 + count * 20];
  const [cx, cy, rx] = [width / 2, ry + 34, width / 2 - 92];
  const at = (index: number) => {
    const angle = -Math.PI / 2 + (2 * Math.PI * index) / count;
    return { x: cx + rx * Math.cos(angle), y: cy + ry * Math.sin(angle) };
  };
  const height = Math.max(...waits.map((_, index) => at(index).y)) + 44;
  const arrows = waits.map((wait, index) => {
    const [a, b] = [at(index), at(index + 1)];
    const length = Math.hypot(b.x - a.x, b.y - a.y);
    const [ux, uy] = [(b.x - a.x) / length, (b.y - a.y) / length];
    const start = { x: a.x + ux * 44, y: a.y + uy * 26 };
    const end = { x: b.x - ux * clear(ux, uy), y: b.y - uy * clear(ux, uy) };
    const middle = { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 };
    return svg("g", { class: wait.cut ? "wait cut" : "wait" },
      svg("path", { d: `M${start.x} ${start.y}L${end.x} ${end.y}`, "marker-end": `url(#${wait.cut ? "cut-head" : "head"})` }),
      wait.cut && svg("path", { class: "slash", d: `M${middle.x - uy * 12 - ux * 5} ${middle.y + ux * 12 - uy * 5}L${middle.x + uy * 12 + ux * 5} ${middle.y - ux * 12 + uy * 5}` }),
      wait.cut && editLabel(wait.cut, middle, { x: middle.x - cx, y: middle.y - cy }, Math.abs(ux) > 0.8));
  });
  const boxes = waits.map((wait, index) => {
    const { x, y } = at(index);
    return svg("g", { class: "ring-step" }, svg("rect", { x: x - 82, y: y - 18, width: 164, height: 36, rx: 9 }),
      svg("text", { x, y: y + 5, "text-anchor": "middle" }, wait.from.length > 22 ? `${wait.from.slice(0, 21)}…` : wait.from));
  });
  const label = `${t.order.circleLabel}: ${[...waits.map((wait) => wait.from), waits[0]?.from].join(" → ")}`;
  return h("div", { class: "ring" }, svg("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": label },
    svg("defs", {}, head("head"), head("cut-head")), arrows, boxes) as unknown as Node);
}

// Beside the arrow, on its outer side, so that it lies on no box and no other arrow.
function editLabel(words: string, at: { x: number; y: number }, outward: { x: number; y: number }, flat: boolean): SVGElement {
  if (flat) return svg("text", { x: at.x, y: at.y + (outward.y < 0 ? -14 : 28), "text-anchor": "middle", class: "edit" }, words);
  const right = outward.x >= 0;
  return svg("text", { x: at.x + (right ? 18 : -18), y: at.y + 5, "text-anchor": right ? "start" : "end", class: "edit" }, words);
}

function head(id: string): SVGElement {
  return svg("marker", { id, viewBox: "0 0 10 10", refX: 9, refY: 5, markerWidth: 8, markerHeight: 8, orient: "auto-start-reverse" }, svg("path", { d: "M0 0L10 5L0 10z", class: id }));
}

// How far from the middle of a box its edge is, in a direction.
function clear(ux: number, uy: number): number {
  return Math.min(88 / Math.max(1e-6, Math.abs(ux)), 24 / Math.max(1e-6, Math.abs(uy)));
}
