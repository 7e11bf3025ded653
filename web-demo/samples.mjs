// Copies the shipped samples (samples.json, from tests/data) into the page, with a list of their files:
// the browser cannot list a folder of a static host.
import { readFileSync, readdirSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";

const data = fileURLToPath(new URL("../tests/data/", import.meta.url));
const list = fileURLToPath(new URL("./samples.json", import.meta.url));

function filesBelow(folder, prefix = "") {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? filesBelow(join(folder, entry.name), `${prefix}${entry.name}/`) : [prefix + entry.name],
  );
}

// [{ id, title, about, name, folder, files: [path] }]: `files` are below samples/<id>/.
export function readSamples() {
  return JSON.parse(readFileSync(list, "utf8")).map(({ path, ...sample }) => {
    const source = join(data, path);
    const folder = statSync(source).isDirectory();
    const name = basename(path);
    return { ...sample, name, folder, source, files: folder ? filesBelow(source).sort() : [name] };
  });
}

function bytesOf(sample, file) {
  return readFileSync(sample.folder ? join(sample.source, file) : sample.source);
}

function manifest(samples) {
  return JSON.stringify(samples.map(({ source, ...sample }) => sample));
}

export function samplesPlugin() {
  return {
    name: "backstay-samples",
    generateBundle() {
      const samples = readSamples();
      this.emitFile({ type: "asset", fileName: "samples/list.json", source: manifest(samples) });
      for (const sample of samples) {
        for (const file of sample.files) {
          this.emitFile({ type: "asset", fileName: `samples/${sample.id}/${file}`, source: bytesOf(sample, file) });
        }
      }
    },
    configureServer(server) {
      server.middlewares.use("/samples/", (request, response, next) => {
        const samples = readSamples();
        const path = decodeURIComponent(new URL(request.url, "http://page").pathname).slice(1);
        const sample = samples.find(({ id }) => path.startsWith(`${id}/`));
        if (path === "list.json") response.end(manifest(samples));
        else if (sample?.files.includes(path.slice(sample.id.length + 1))) {
          response.end(bytesOf(sample, path.slice(sample.id.length + 1)));
        } else next();
      });
    },
  };
}
