// What was dropped or chosen, as items for preflight(): folders keep the paths of their files.
import type { Dialect, Folder, NamedFile } from "backstay";

export type UploadItem = NamedFile | Folder;

// Everything one check is about. Files stay where they are: the worker reads ranges of them.
export interface Upload {
  items: UploadItem[];
  sample?: string;          // id of a shipped sample
  dialect?: Dialect;        // chosen for a pasted script
  environment?: NamedFile;  // what the target has
  previous?: UploadItem[];  // what is installed before
}

export async function itemsFromDrop(transfer: DataTransfer): Promise<UploadItem[]> {
  // The entries have to be taken before the first await: the list is emptied when the event ends.
  const entries = [...transfer.items].map((item) => ({ entry: item.webkitGetAsEntry?.() ?? null, file: item.getAsFile() }));
  const items: UploadItem[] = [];
  for (const { entry, file } of entries) {
    if (entry?.isDirectory) items.push(await readFolder(entry as FileSystemDirectoryEntry));
    else if (file) items.push({ path: file.name, data: file });
  }
  return items;
}

// Files of <input type=file>; those of <input webkitdirectory> carry their folder's name in front of their path.
export function itemsFromFiles(files: Iterable<File>): UploadItem[] {
  const items: UploadItem[] = [];
  const folders = new Map<string, Folder>();
  for (const file of files) {
    const slash = file.webkitRelativePath.indexOf("/");
    if (slash <= 0) {
      items.push({ path: file.name, data: file });
      continue;
    }
    const name = file.webkitRelativePath.slice(0, slash);
    let folder = folders.get(name);
    if (!folder) {
      folder = { path: name, files: [] };
      folders.set(name, folder);
      items.push(folder);
    }
    folder.files.push({ path: file.webkitRelativePath.slice(slash + 1), data: file });
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

export function namesOf(upload: Upload): string[] {
  return upload.items.map((item) => item.path);
}

// The upload with files of one item replaced, as repair() gives them.
export function withChanges(upload: Upload, input: number, changes: { path: string; text: string }[]): Upload {
  const items = upload.items.map((item, index) => {
    if (index !== input) return item;
    const kept = (item.changes ?? []).filter((old) => !changes.some((one) => one.path === old.path));
    return { ...item, changes: [...kept, ...changes] };
  });
  return { ...upload, items };
}
