// The browser's worker: owns the module, so that a large upload never freezes the page. Bytes of a
// File are read when the core asks for them and only those.
import { keepRest } from "./module.mjs";
import { makeHandler } from "./requests.mjs";

function open(data) {
  if (data instanceof Uint8Array) {
    return { size: data.length, read: (offset, length) => data.subarray(offset, offset + length) };
  }
  const reader = new FileReaderSync();
  return {
    size: data.size,
    read: (offset, length) => {
      try {
        return new Uint8Array(reader.readAsArrayBuffer(data.slice(offset, offset + length)));
      } catch {
        return null; // the file changed or went away since it was chosen
      }
    },
  };
}

// Written out, so that a bundler finds the files.
const addresses = {
  "backstay-rest.wasm": new URL("./backstay-rest.wasm", import.meta.url),
  "rule-pages.txt": new URL("./rule-pages.txt", import.meta.url),
  "messages.txt": new URL("./messages.txt", import.meta.url),
  "reverse-sql.txt": new URL("./reverse-sql.txt", import.meta.url),
};

// The module waits for the answer in the middle of a call, so this is one of the requests that a worker makes synchronously.
function file(name) {
  const request = new XMLHttpRequest();
  request.open("GET", addresses[name], false);
  request.responseType = "arraybuffer";
  request.send();
  if (request.status !== 200) throw new Error(`${name} cannot be loaded`);
  return new Uint8Array(request.response);
}

const handle = makeHandler({
  compile: async () => {
    const compiled = await WebAssembly.compileStreaming(fetch(new URL("./backstay.wasm", import.meta.url))).catch(compileWhole);
    // A check then asks for nothing any more. Without an answer the first call that needs the second module asks again.
    void fetch(addresses["backstay-rest.wasm"]).then((answer) => answer.arrayBuffer()).then((bytes) => WebAssembly.compile(bytes))
      .then((rest) => keepRest(compiled, rest), () => {});
    return compiled;
  },
  open,
  file,
  post: (message) => self.postMessage(message),
});

// A static host that serves .wasm under another type than application/wasm.
async function compileWhole() {
  const response = await fetch(new URL("./backstay.wasm", import.meta.url));
  return WebAssembly.compile(await response.arrayBuffer());
}

self.onmessage = (event) => handle(event.data);
