// The browser's worker: owns the module, so that a large upload never freezes the page. Bytes of a
// File are read when the core asks for them and only those.
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

const handle = makeHandler({
  compile: () => WebAssembly.compileStreaming(fetch(new URL("./backstay.wasm", import.meta.url))).catch(compileWhole),
  open,
  post: (message) => self.postMessage(message),
});

// A static host that serves .wasm under another type than application/wasm.
async function compileWhole() {
  const response = await fetch(new URL("./backstay.wasm", import.meta.url));
  return WebAssembly.compile(await response.arrayBuffer());
}

self.onmessage = (event) => handle(event.data);
