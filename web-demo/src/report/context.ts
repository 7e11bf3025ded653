// What the parts of one report share: the report, where its texts come from, and how to go from one part to another.
import type { Finding, Report } from "backstay";
import type { Upload } from "../upload";
import type { Sources } from "./source_view";

export interface Context {
  upload: Upload;
  report: Report;
  sources: Sources;
  before: Report | null;         // the report to compare with
  go: (part: string, item?: string, step?: boolean) => void; // `step`: the back button returns; default true
  address: (part: string, item?: string) => string;
  repair: (input: number, repair: number) => Promise<void>;
  compareWith: () => void;
}

// Names a finding in an address, the same after another check of the same upload.
export function keyOf(finding: Finding): string {
  return `${finding.rule} ${finding.file ?? ""}:${finding.line ?? ""}:${finding.column ?? ""}`;
}
