/** What was dropped, pasted or picked, as a list of files. */

export interface Found {
  readonly file: File;
  /** with its folders */
  readonly name: string;
}

export interface Collected {
  readonly found: readonly Found[];
  /** files of folders that are no images by their name */
  readonly passedOver: number;
}

const imageName = /\.(jpe?g|jpe|jfif|pjp|pjpeg|png|tiff?|webp)$/i;

/** In a folder lie other things too; a file that was chosen by itself is the service's to judge. */
export function looksLikeImage(name: string): boolean {
  const own = name.slice(name.lastIndexOf('/') + 1);
  return imageName.test(own) && !own.startsWith('.');
}

/** Files of an input, whose folders stand in a property of their own. */
export function collectPicked(files: Iterable<File>): Collected {
  const found: Found[] = [];
  let passedOver = 0;
  for (const file of files) {
    const folder = file.webkitRelativePath;
    if (folder !== '' && !looksLikeImage(folder)) passedOver += 1;
    else found.push({ file, name: folder === '' ? file.name : folder });
  }
  return { found, passedOver };
}

/** Must be called while the event is being handled: what was dropped is gone afterwards. */
export function collectTransfer(transfer: DataTransfer): Promise<Collected> {
  const entries = [...transfer.items].filter(({ kind }) => kind === 'file').map((item) => item.webkitGetAsEntry());
  if (entries.every((entry) => entry?.isDirectory !== true)) {
    return Promise.resolve(collectPicked([...transfer.files]));
  }
  return walkEntries(entries.filter((entry) => entry !== null));
}

async function walkEntries(entries: readonly FileSystemEntry[]): Promise<Collected> {
  const found: Found[] = [];
  let passedOver = 0;
  const walk = async (entry: FileSystemEntry, isInFolder: boolean): Promise<void> => {
    if (isDirectory(entry)) {
      for (const child of await readDirectory(entry)) await walk(child, true);
    } else if (isInFolder && !looksLikeImage(entry.name)) {
      passedOver += 1;
    } else if (isFile(entry)) {
      const file = await new Promise<File>((resolve, reject) => {
        entry.file(resolve, reject);
      });
      found.push({ file, name: entry.fullPath.replace(/^\//, '') });
    }
  };
  for (const entry of entries) await walk(entry, false);
  return { found, passedOver };
}

const isDirectory = (entry: FileSystemEntry): entry is FileSystemDirectoryEntry => entry.isDirectory;
const isFile = (entry: FileSystemEntry): entry is FileSystemFileEntry => entry.isFile;

/** Browsers hand out a hundred at a time. */
async function readDirectory(directory: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = directory.createReader();
  const entries: FileSystemEntry[] = [];
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => {
      reader.readEntries(resolve, reject);
    });
    if (some.length === 0) return entries;
    entries.push(...some);
  }
}
