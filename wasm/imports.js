// Tells the linker which functions the host supplies, so that anything else undefined is an error.
// The bodies are never used: module.mjs has the real ones.
mergeInto(LibraryManager.library, {
  host_now: () => {},
  host_progress: () => {},
  host_read: () => {},
  host_text: () => {},
});
