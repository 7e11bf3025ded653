// Draws the lanes on a canvas: zoom, pan, search hits and one selected step with what it waits for.
// At thousands of steps a picture of all waits says nothing, so only those of the selected one are drawn.
import { h } from "../dom";
import { t } from "../text";
import type { Lanes, Step, Waits } from "./lanes";

const NAMES = 150;        // at most, for the names of the lanes
const LANE = 38;
const BOX = 26;
const SMALLEST = 5;       // pixels of a column
const LARGEST = 240;
const LABEL_FROM = 46;    // a version is written into boxes at least this wide
const MAX_HEIGHT = 560;

interface Palette {
  card: string; line: string; text: string; soft: string; accent: string; accentText: string; accentGround: string; bad: string; badGround: string; care: string; ground: string;
}

export class LanesCanvas {
  readonly element: HTMLCanvasElement;
  onSelect: (index: number | null) => void = () => {};
  #lanes: Lanes;
  #waits: Waits;
  #gutter = NAMES;        // pixels of the names
  #column = 0;            // pixels of a column
  #left = 0;              // pixels scrolled
  #top = 0;
  #selected: number | null = null;
  #hits = new Set<number>();
  #frame = 0;
  #palette: Palette | null = null;
  #observer: ResizeObserver;
  #inColumn = new Map<number, number[]>(); // indices of steps
  #repaint = () => { this.#palette = null; this.#later(); };
  #dark = matchMedia("(prefers-color-scheme: dark)");

  constructor(lanes: Lanes, waits: Waits) {
    this.#lanes = lanes;
    this.#waits = waits;
    lanes.steps.forEach((step, index) => {
      const others = this.#inColumn.get(step.column);
      if (others) others.push(index);
      else this.#inColumn.set(step.column, [index]);
    });
    this.element = h("canvas", { class: "lanes", tabindex: 0, role: "application", "aria-label": t.order.pictureLabel });
    this.element.style.height = `${Math.min(MAX_HEIGHT, lanes.names.length * LANE + 34)}px`;
    this.#listen();
    this.#observer = new ResizeObserver(() => this.#resize());
    this.#observer.observe(this.element);
    document.addEventListener("backstay-theme", this.#repaint);
    this.#dark.addEventListener("change", this.#repaint);
  }

  end(): void {
    this.#observer.disconnect();
    cancelAnimationFrame(this.#frame);
    document.removeEventListener("backstay-theme", this.#repaint);
    this.#dark.removeEventListener("change", this.#repaint);
  }

  select(index: number | null): void {
    this.#selected = index;
    if (index !== null) this.#reveal(index);
    this.#later();
  }

  setHits(hits: Iterable<number>): void {
    this.#hits = new Set(hits);
    this.#later();
  }

  zoom(factor: number, around = (this.#width() + this.#gutter) / 2): void {
    const place = (around - this.#gutter + this.#left) / this.#column;
    this.#column = Math.max(SMALLEST, Math.min(LARGEST, this.#column * factor));
    this.#left = place * this.#column - (around - this.#gutter);
    this.#keepInside();
    this.#later();
  }

  fit(): void {
    this.#column = Math.max(SMALLEST, Math.min(120, (this.#width() - this.#gutter - 12) / Math.max(1, this.#lanes.columns)));
    this.#left = 0;
    this.#top = 0;
    this.#later();
  }

  #width(): number { return this.element.clientWidth; }
  #height(): number { return this.element.clientHeight; }

  #resize(): void {
    const ratio = devicePixelRatio || 1;
    const [width, height] = [Math.round(this.#width() * ratio), Math.round(this.#height() * ratio)];
    if (width === 0 || (this.element.width === width && this.element.height === height)) return;
    this.element.width = width;
    this.element.height = height;
    this.#gutter = Math.min(NAMES, Math.round(this.#width() * 0.28));
    if (this.#column === 0) this.fit();
    this.#keepInside();
    this.#draw();
  }

  #keepInside(): void {
    const most = (size: number, room: number) => Math.max(0, size - room);
    this.#left = Math.max(0, Math.min(this.#left, most(this.#lanes.columns * this.#column + 12, this.#width() - this.#gutter)));
    this.#top = Math.max(0, Math.min(this.#top, most(this.#lanes.names.length * LANE + 34, this.#height())));
  }

  #reveal(index: number): void {
    const step = this.#lanes.steps[index];
    if (!step || this.#column === 0) return;
    const [x, y] = [step.column * this.#column, step.lane * LANE];
    const [room, tall] = [this.#width() - this.#gutter, this.#height() - 34];
    if (x < this.#left || x + this.#column > this.#left + room) this.#left = x - room / 2;
    if (y < this.#top || y + LANE > this.#top + tall) this.#top = y - tall / 2;
    this.#keepInside();
  }

  #later(): void {
    cancelAnimationFrame(this.#frame);
    this.#frame = requestAnimationFrame(() => this.#draw());
  }

  #colours(): Palette {
    if (this.#palette) return this.#palette;
    const style = getComputedStyle(this.element);
    const of = (name: string) => style.getPropertyValue(name).trim();
    this.#palette = {
      card: of("--card"), line: of("--line"), text: of("--text"), soft: of("--soft"), accent: of("--accent"), accentText: of("--accent-text"),
      accentGround: of("--accent-ground"), bad: of("--bad"), badGround: of("--bad-ground"), care: of("--care"), ground: of("--ground"),
    };
    return this.#palette;
  }

  #draw(): void {
    const pen = this.element.getContext("2d");
    if (!pen || this.element.width === 0) return;
    const ratio = devicePixelRatio || 1;
    const colours = this.#colours();
    const [width, height] = [this.#width(), this.#height()];
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.fillStyle = colours.card;
    pen.fillRect(0, 0, width, height);
    pen.font = `600 13px ${getComputedStyle(this.element).fontFamily}`;
    pen.textBaseline = "middle";
    this.#drawLanes(pen, colours, width, height);
    pen.save();
    pen.beginPath();
    pen.rect(this.#gutter, 0, width - this.#gutter, height);
    pen.clip();
    if (this.#selected !== null) this.#drawWaits(pen, colours, this.#selected);
    this.#drawSteps(pen, colours, width, height);
    pen.restore();
    this.#drawNames(pen, colours, height);
  }

  #y(lane: number): number { return lane * LANE - this.#top + 6; }
  #x(column: number): number { return this.#gutter + column * this.#column - this.#left + 6; }
  #boxWidth(): number { return Math.max(3, this.#column - Math.min(8, this.#column * 0.2)); }

  #drawLanes(pen: CanvasRenderingContext2D, colours: Palette, width: number, height: number): void {
    pen.fillStyle = colours.ground;
    for (let lane = Math.floor(this.#top / LANE); lane < this.#lanes.names.length && this.#y(lane) < height; lane += 1) {
      if (lane % 2 === 0) pen.fillRect(0, this.#y(lane) - 6, width, LANE);
    }
  }

  #drawNames(pen: CanvasRenderingContext2D, colours: Palette, height: number): void {
    const chosen = this.#selected === null ? -1 : this.#lanes.steps[this.#selected]!.lane;
    for (let lane = Math.floor(this.#top / LANE); lane < this.#lanes.names.length && this.#y(lane) < height; lane += 1) {
      pen.fillStyle = lane % 2 === 0 ? colours.ground : colours.card;
      pen.fillRect(0, this.#y(lane) - 6, this.#gutter, LANE);
      pen.fillStyle = lane === chosen ? colours.accent : colours.text;
      pen.fillText(fitText(pen, this.#lanes.names[lane] as string, this.#gutter - 20), 10, this.#y(lane) + BOX / 2);
    }
    pen.fillStyle = colours.line;
    pen.fillRect(this.#gutter - 1, 0, 1, height);
  }

  #drawSteps(pen: CanvasRenderingContext2D, colours: Palette, width: number, height: number): void {
    const box = this.#boxWidth();
    const first = Math.max(0, Math.floor((this.#left - this.#column) / this.#column));
    const last = Math.min(this.#lanes.columns, Math.ceil((this.#left + width) / this.#column) + 1);
    pen.font = `500 12.5px ${getComputedStyle(this.element).fontFamily}`;
    const visible: number[] = [];
    for (let column = first; column < last; column += 1) visible.push(...(this.#inColumn.get(column) ?? []));
    for (const index of visible) {
      const step = this.#lanes.steps[index] as Step;
      const [x, y] = [this.#x(step.column), this.#y(step.lane)];
      if (y + BOX < 0 || y > height) continue;
      const selected = index === this.#selected;
      const hit = this.#hits.has(index);
      pen.beginPath();
      pen.roundRect(x, y, box, BOX, Math.min(6, box / 3));
      pen.fillStyle = selected ? colours.accent : step.stuck ? colours.badGround : hit ? colours.care : colours.accentGround;
      pen.fill();
      pen.lineWidth = hit && !selected ? 2 : 1;
      pen.strokeStyle = step.stuck ? colours.bad : selected ? colours.accent : hit ? colours.care : colours.line;
      pen.setLineDash(step.stuck ? [4, 3] : []);
      pen.stroke();
      pen.setLineDash([]);
      if (box >= LABEL_FROM) {
        pen.fillStyle = selected ? colours.accentText : hit && !step.stuck ? colours.card : step.stuck ? colours.bad : colours.text;
        pen.fillText(fitText(pen, step.version ?? String(step.column + 1), box - 12), x + 6, y + BOX / 2 + 0.5);
      }
    }
  }

  #drawWaits(pen: CanvasRenderingContext2D, colours: Palette, selected: number): void {
    pen.lineWidth = 1.8;
    pen.strokeStyle = colours.accent;
    for (const need of this.#waits.needs(selected)) this.#arrow(pen, need, selected);
    pen.strokeStyle = colours.soft;
    pen.globalAlpha = 0.65;
    for (const user of this.#waits.neededBy(selected)) this.#arrow(pen, selected, user);
    pen.globalAlpha = 1;
  }

  // From what has to be there to what waits for it.
  #arrow(pen: CanvasRenderingContext2D, from: number, to: number): void {
    const [a, b] = [this.#lanes.steps[from] as Step, this.#lanes.steps[to] as Step];
    const [x1, y1] = [this.#x(a.column) + this.#boxWidth(), this.#y(a.lane) + BOX / 2];
    const [x2, y2] = [this.#x(b.column), this.#y(b.lane) + BOX / 2];
    const bend = Math.max(14, Math.min(60, Math.abs(x2 - x1) / 2));
    pen.beginPath();
    pen.moveTo(x1, y1);
    pen.bezierCurveTo(x1 + bend, y1, x2 - bend, y2, x2 - 2, y2);
    pen.moveTo(x2 - 8, y2 - 4);
    pen.lineTo(x2 - 2, y2);
    pen.lineTo(x2 - 8, y2 + 4);
    pen.stroke();
  }

  #stepAt(x: number, y: number): number | null {
    if (x < this.#gutter) return null;
    const column = Math.floor((x - this.#gutter - 6 + this.#left) / this.#column);
    const near = (index: number) => Math.abs(y - (this.#y((this.#lanes.steps[index] as Step).lane) + BOX / 2)) <= LANE / 2;
    return this.#inColumn.get(column)?.find(near) ?? null;
  }

  #listen(): void {
    const canvas = this.element;
    let drag: { x: number; y: number; left: number; top: number; moved: boolean } | null = null;
    canvas.addEventListener("pointerdown", (event) => {
      drag = { x: event.clientX, y: event.clientY, left: this.#left, top: this.#top, moved: false };
      canvas.setPointerCapture(event.pointerId);
    });
    canvas.addEventListener("pointermove", (event) => {
      if (!drag) {
        canvas.style.cursor = this.#stepAt(event.offsetX, event.offsetY) === null ? "grab" : "pointer";
        return;
      }
      const [x, y] = [event.clientX - drag.x, event.clientY - drag.y];
      if (Math.hypot(x, y) > 4) drag.moved = true;
      if (!drag.moved) return;
      this.#left = drag.left - x;
      this.#top = drag.top - y;
      this.#keepInside();
      this.#later();
    });
    canvas.addEventListener("pointerup", (event) => {
      const clicked = drag && !drag.moved;
      drag = null;
      if (clicked) this.#choose(this.#stepAt(event.offsetX, event.offsetY));
    });
    canvas.addEventListener("pointercancel", () => (drag = null));
    canvas.addEventListener("wheel", (event) => {
      // Without a modifier the page scrolls on, unless the picture was chosen before.
      if (!event.ctrlKey && !event.metaKey && document.activeElement !== canvas) return;
      event.preventDefault();
      if (event.shiftKey) {
        this.#left += event.deltaY;
        this.#keepInside();
        this.#later();
      } else this.zoom(Math.exp(-event.deltaY / 400), event.offsetX);
    }, { passive: false });
    canvas.addEventListener("keydown", (event) => this.#keys(event));
  }

  #choose(index: number | null): void {
    this.select(index);
    this.onSelect(index);
  }

  // Left and right follow the order, up and down go to the nearest step of the lane above or below.
  #keys(event: KeyboardEvent): void {
    const { steps } = this.#lanes;
    const at = this.#selected;
    if (event.ctrlKey || event.metaKey || event.altKey || steps.length === 0) return;
    const actions: Record<string, () => void> = {
      ArrowRight: () => this.#choose(at === null ? 0 : Math.min(steps.length - 1, at + 1)),
      ArrowLeft: () => this.#choose(at === null ? 0 : Math.max(0, at - 1)),
      ArrowDown: () => this.#choose(this.#inLane(1)),
      ArrowUp: () => this.#choose(this.#inLane(-1)),
      Home: () => this.#choose(0),
      End: () => this.#choose(steps.length - 1),
      "+": () => this.zoom(1.3), "=": () => this.zoom(1.3), "-": () => this.zoom(1 / 1.3), "0": () => this.fit(),
      Escape: () => this.#choose(null),
    };
    const action = actions[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  }

  #inLane(move: number): number {
    const { steps } = this.#lanes;
    if (this.#selected === null) return 0;
    const from = steps[this.#selected] as Step;
    let best = this.#selected;
    let distance = Infinity;
    steps.forEach((step, index) => {
      if (step.lane !== from.lane + move) return;
      const away = Math.abs(step.column - from.column);
      if (away < distance) [best, distance] = [index, away];
    });
    return best;
  }
}

function fitText(pen: CanvasRenderingContext2D, text: string, width: number): string {
  if (pen.measureText(text).width <= width) return text;
  let end = Math.min(text.length, 60);
  while (end > 1 && pen.measureText(`${text.slice(0, end)}…`).width > width) end -= 1;
  return `${text.slice(0, end)}…`;
}
