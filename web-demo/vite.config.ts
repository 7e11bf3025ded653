import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { defineConfig, type Plugin } from "vite";
import { databasePlugin } from "./database.mjs";
import { offlinePlugin } from "./offline.mjs";
import { samplesPlugin } from "./samples.mjs";

// The npm package as the wasm preset stages it, or the folder BACKSTAY_PACKAGE names.
const backstay = process.env.BACKSTAY_PACKAGE
  ? `${resolve(process.env.BACKSTAY_PACKAGE)}/`
  : fileURLToPath(new URL("../build/wasm/wasm/package/", import.meta.url));

// The development server injects styles and a web socket, which the page's own policy forbids.
function looseInDevelopment(): Plugin {
  return {
    name: "loose-in-development",
    apply: "serve",
    transformIndexHtml: (html) => html.replace(/<meta\s+http-equiv="Content-Security-Policy"[^>]*>/, ""),
  };
}

// The database has a folder of its own: it is loaded, and kept for offline use, only when a rehearsal is asked for.
const assetFileNames = (asset: { names: string[] }) => (/^(pglite|initdb)/.test(asset.names[0] ?? "") ? "pglite/[name]-[hash][extname]" : "assets/[name]-[hash][extname]");
const entryFileName = (chunk: { name: string }) => (chunk.name.startsWith("database_worker") ? "pglite/[name]-[hash].js" : "assets/[name]-[hash].js");

export default defineConfig({
  base: "./", // works from any folder of a static host
  resolve: { alias: { backstay: `${backstay}backstay.mjs` } },
  server: { fs: { allow: [".", backstay] } },
  worker: { format: "es", rollupOptions: { output: { assetFileNames, chunkFileNames: "pglite/[name]-[hash].js", entryFileNames: entryFileName } } },
  optimizeDeps: { exclude: ["@electric-sql/pglite"] },
  build: { target: "es2022", assetsInlineLimit: 0, modulePreload: { polyfill: false }, chunkSizeWarningLimit: 1000, rollupOptions: { output: { assetFileNames } } },
  plugins: [looseInDevelopment(), samplesPlugin(), databasePlugin(), offlinePlugin()],
});
