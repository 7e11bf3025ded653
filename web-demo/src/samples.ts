// The samples that are shipped with the page.
import { t } from "./text";
import type { UploadItem } from "./upload";

export interface Sample {
  id: string;
  name: string;
  folder: boolean;
  files: string[];
}

export async function listSamples(): Promise<Sample[]> {
  const response = await fetch("./samples/list.json");
  return response.ok ? response.json() : [];
}

export async function loadSample(sample: Sample): Promise<UploadItem> {
  const files = await Promise.all(
    sample.files.map(async (path) => {
      const response = await fetch(`./samples/${sample.id}/${path.split("/").map(encodeURIComponent).join("/")}`);
      if (!response.ok) throw new Error(t.samples.missing(path));
      return { path, data: new Uint8Array(await response.arrayBuffer()) };
    }),
  );
  if (sample.folder) return { path: sample.name, files };
  return { path: sample.name, data: files[0]!.data };
}
