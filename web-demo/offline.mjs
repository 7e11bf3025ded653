// Writes sw.js, the service worker that keeps every file of the built page, so that it opens without a network.
// Its name of the cache is a digest of all files: a new build is fetched as a whole and replaces the old one.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

// Large parts that are fetched only when they are asked for, and kept from then on.
const ON_REQUEST = /^pglite\//;

function filesBelow(folder, prefix = "") {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? filesBelow(join(folder, entry.name), `${prefix}${entry.name}/`) : [prefix + entry.name]);
}

function worker(version, files) {
  return `// Written by offline.mjs from the files of this build.
const CACHE = ${JSON.stringify(`backstay-${version}`)};
const FILES = ${JSON.stringify(files)};

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(FILES)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(caches.keys()
    .then((names) => Promise.all(names.filter((name) => name.startsWith("backstay-") && name !== CACHE).map((name) => caches.delete(name))))
    .then(() => self.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const inside = request.url.startsWith(self.registration.scope);
  if (request.method !== "GET" || !inside) return;
  event.respondWith(caches.open(CACHE).then(async (cache) => {
    const kept = await cache.match(request.mode === "navigate" ? "./" : request, { ignoreSearch: request.mode === "navigate" });
    if (kept) return kept;
    const answer = await fetch(request);
    if (answer.ok && ${ON_REQUEST}.test(request.url.slice(self.registration.scope.length))) await cache.put(request, answer.clone());
    return answer;
  }));
});
`;
}

export function offlinePlugin() {
  let folder;
  return {
    name: "backstay-offline",
    apply: "build",
    configResolved: (config) => (folder = resolve(config.root, config.build.outDir)),
    closeBundle: {
      order: "post",
      handler() {
        const files = filesBelow(folder).filter((file) => file !== "sw.js" && !ON_REQUEST.test(file)).sort();
        const digest = createHash("sha256");
        for (const file of files) digest.update(file).update("\0").update(readFileSync(join(folder, file)));
        const urls = files.map((file) => (file === "index.html" ? "./" : `./${file.split("/").map(encodeURIComponent).join("/")}`));
        writeFileSync(join(folder, "sw.js"), worker(digest.digest("hex").slice(0, 16), urls));
      },
    },
  };
}
