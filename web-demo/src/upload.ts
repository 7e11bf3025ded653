// What was dropped or chosen, as items for preflight(): folders keep the paths of their files.
import type { Folder, Item, NamedFile } from "backstay";

export async function itemsFromDrop(transfer: DataTransfer): Promise<Item[]> {
  // The entries have to be taken before the first await: the list is emptied when the event ends.
  const entries = [...transfer.items].map((item) => ({ entry: item.webkitGetAsEntry?.() ?? null, file: item.getAsFile() }));
  const items: Item[] = [];
  for (const { entry, file } of entries) {
    if (entry?.isDirectory) items.push(await readFolder(entry as FileSystemDirectoryEntry));
    else if (file) items.push(file);
  }
  return items;
}

async function readFolder(root: FileSystemDirectoryEntry): Promise<Folder> {
  const files: NamedFile[] = [];
  const pending = [root];
  while (pending.length > 0) {
    const folder = pending.pop() as FileSystemDirectoryEntry;
    for (const entry of await entriesOf(folder)) {
      if (entry.isDirectory) pending.push(entry as FileSystemDirectoryEntry);
      else files.push({ path: entry.fullPath.slice(root.fullPath.length + 1), data: await fileOf(entry as FileSystemFileEntry) });
    }
  }
  return { path: root.name, files };
}

// readEntries() hands out at most 100 at a time and an empty list at the end.
async function entriesOf(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader();
  const all: FileSystemEntry[] = [];
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) return all;
    all.push(...some);
  }
}

function fileOf(entry: FileSystemFileEntry): Promise<File> {
  return new Promise((resolve, reject) => entry.file(resolve, reject));
}

export function namesOf(items: readonly Item[]): string[] {
  const names = items.map((item) => {
    if ("webkitRelativePath" in item && item.webkitRelativePath) return String(item.webkitRelativePath).split("/")[0] ?? "";
    if ("name" in item) return String(item.name);
    return "path" in item ? item.path : "input";
  });
  return [...new Set(names)];
}
