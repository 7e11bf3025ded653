// The order as lanes: one row per package, one column per place in the order. Who waits for whom is worked
// out for single steps only, when one is looked at.
import type { Package, Report } from "backstay";

export interface Step {
  lane: number;
  column: number;
  package: string;
  version: string | null;
  stuck: boolean; // a candidate that cannot be placed
}

export interface Lanes {
  names: string[];
  steps: Step[];      // by column
  columns: number;
  waits: [from: number, to: number][] | null; // between steps, when the core gave them
}

// What the core says about a picture of the order (order.layout of the report); absent in older reports.
interface Layout {
  lanes: { package: string; id: string | null }[];
  columns: number;
  nodes: { lane: number; column: number; version: string | null; state: "ordered" | "candidate" | "waiting" }[];
  edges: { from: number; to: number }[];
}

export function lanesOf(report: Report): Lanes {
  const { layout } = report.order as Report["order"] & { layout?: Layout | null };
  return layout ? lanesOfLayout(layout) : lanesOfSteps(report);
}

function lanesOfLayout({ lanes, columns, nodes, edges }: Layout): Lanes {
  const order = nodes.map((_, index) => index).sort((a, b) => nodes[a]!.column - nodes[b]!.column || nodes[a]!.lane - nodes[b]!.lane);
  const place = new Map(order.map((index, at) => [index, at]));
  return {
    names: lanes.map((lane) => lane.package), columns,
    steps: order.map((index) => {
      const { lane, column, version, state } = nodes[index]!;
      return { lane, column, package: lanes[lane]?.package ?? "", version, stuck: state !== "ordered" };
    }),
    waits: edges.map(({ from, to }) => [place.get(from) ?? 0, place.get(to) ?? 0]),
  };
}

function lanesOfSteps(report: Report): Lanes {
  const names: string[] = [];
  const laneOf = new Map<string, number>();
  const lane = (name: string) => {
    let found = laneOf.get(name);
    if (found === undefined) {
      found = names.length;
      names.push(name);
      laneOf.set(name, found);
    }
    return found;
  };
  const steps: Step[] = report.order.steps.map((step, column) => ({ lane: lane(step.package), column, package: step.package, version: step.version, stuck: false }));
  for (const candidate of report.order.candidates) {
    steps.push({ lane: lane(candidate.package), column: steps.length, package: candidate.package, version: candidate.version, stuck: true });
  }
  return { names, steps, columns: steps.length, waits: null };
}

// Which steps a step needs and which need it, as indices.
export class Waits {
  #lanes: Lanes;
  #at = new Map<string, number>();      // "package version"
  #ofPackage = new Map<string, number[]>();
  #needs = new Map<number, number[]>();
  #neededBy: number[][] | null = null;
  #report: Report;
  #packages = new Map<string, Package>();

  constructor(report: Report, lanes: Lanes) {
    this.#report = report;
    this.#lanes = lanes;
    for (const one of report.packages) if (one.name) this.#packages.set(one.name, one);
    lanes.steps.forEach((step, index) => {
      this.#at.set(`${step.package} ${step.version ?? ""}`.trim(), index);
      const list = this.#ofPackage.get(step.package) ?? [];
      list.push(index);
      this.#ofPackage.set(step.package, list);
    });
    if (!lanes.waits) return;
    lanes.steps.forEach((_, index) => this.#needs.set(index, []));
    for (const [from, to] of lanes.waits) if (from !== to && !this.#needs.get(from)?.includes(to)) this.#needs.get(from)?.push(to);
  }

  needs(index: number): number[] {
    let known = this.#needs.get(index);
    if (!known) {
      known = [...new Set(this.#find(index))].filter((one) => one !== index).sort((a, b) => a - b);
      this.#needs.set(index, known);
    }
    return known;
  }

  neededBy(index: number): number[] {
    if (!this.#neededBy) {
      this.#neededBy = this.#lanes.steps.map(() => []);
      this.#lanes.steps.forEach((_, at) => this.needs(at).forEach((need) => this.#neededBy![need]!.push(at)));
    }
    return this.#neededBy[index] ?? [];
  }

  #find(index: number): number[] {
    const step = this.#lanes.steps[index] as Step;
    const own = this.#packages.get(step.package);
    if (!own) return [];
    const found: number[] = [];
    const take = (at: number | undefined) => { if (at !== undefined) found.push(at); };
    const version = own.deployment_versions?.find((one) => one.version.trim() === step.version?.trim());
    if (version) {
      for (const need of version.dependencies) take(this.#at.get(`${need.name ?? need.id} ${(need.version ?? "").trim()}`));
      const mine = this.#ofPackage.get(step.package) ?? [];
      take(mine[mine.indexOf(index) - 1]); // versions of one package follow each other
    } else {
      for (const need of own.dependencies) take(this.#ofPackage.get(need.name ?? "")?.[0] ?? this.#byId(need.id));
    }
    return found;
  }

  #byId(id: string | null): number | undefined {
    const name = id && this.#report.packages.find((one) => one.id === id)?.name;
    return name ? this.#ofPackage.get(name)?.[0] : undefined;
  }
}
