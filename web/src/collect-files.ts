/** What was dropped, pasted or picked, as a list of files. */
import { isDicom, mayBeDicom } from './dicom.ts';

export interface Found {
  readonly file: File;
  /** with its folders */
  readonly name: string;
}

export interface Collected {
  readonly found: readonly Found[];
  /** files of folders that are no images */
  readonly passedOver: number;
}

const imageName = /\.(jpe?g|jpe|jfif|pjp|pjpeg|png|tiff?|webp)$/i;

/** In a folder lie other things too; a file that was chosen by itself is the service's to judge. */
export function looksLikeImage(name: string): boolean {
  const own = name.slice(name.lastIndexOf('/') + 1);
  return imageName.test(own) && !own.startsWith('.');
}

/** A file, and whether it came with a folder. */
interface Candidate extends Found {
  readonly isInFolder: boolean;
}

async function sortOut(candidates: readonly Candidate[]): Promise<Collected> {
  const found: Found[] = [];
  for (const { file, name, isInFolder } of candidates) {
    // Archives give their files no ending, or any.
    const isTaken = !isInFolder || looksLikeImage(name) || (mayBeDicom(name) && (await isDicom(file)));
    if (isTaken) found.push({ file, name });
  }
  return { found, passedOver: candidates.length - found.length };
}

/** Files of an input, whose folders stand in a property of their own. */
export function collectPicked(files: Iterable<File>): Promise<Collected> {
  return sortOut(
    Array.from(files, (file) => {
      const folder = file.webkitRelativePath;
      return { file, name: folder === '' ? file.name : folder, isInFolder: folder !== '' };
    }),
  );
}

/** Browsers call every picture of the clipboard alike; the time tells them apart. @param now of the paste */
export function collectPasted(files: Iterable<File>, now: Date): Promise<Collected> {
  const two = (value: number): string => String(value).padStart(2, '0');
  const time = [now.getHours(), now.getMinutes(), now.getSeconds()].map(two).join('.');
  const named = Array.from(files, (file, index) => {
    const ending = /^image(\.\w+)$/i.exec(file.name)?.[1];
    if (ending === undefined) return { file, name: file.name, isInFolder: false };
    const name = `pasted-${time}${index === 0 ? '' : `-${index + 1}`}${ending}`;
    const own = new File([file], name, { type: file.type, lastModified: now.getTime() });
    return { file: own, name, isInFolder: false };
  });
  return sortOut(named);
}

/** Must be called while the event is being handled: what was dropped is gone afterwards. */
export function collectTransfer(transfer: DataTransfer): Promise<Collected> {
  const entries = [...transfer.items].filter(({ kind }) => kind === 'file').map((item) => item.webkitGetAsEntry());
  if (entries.every((entry) => entry?.isDirectory !== true)) return collectPicked([...transfer.files]);
  return walkEntries(entries.filter((entry) => entry !== null));
}

async function walkEntries(entries: readonly FileSystemEntry[]): Promise<Collected> {
  const candidates: Candidate[] = [];
  const walk = async (entry: FileSystemEntry, isInFolder: boolean): Promise<void> => {
    if (isDirectory(entry)) {
      for (const child of await readDirectory(entry)) await walk(child, true);
    } else if (isFile(entry)) {
      const file = await new Promise<File>((resolve, reject) => {
        entry.file(resolve, reject);
      });
      candidates.push({ file, name: entry.fullPath.replace(/^\//, ''), isInFolder });
    }
  };
  for (const entry of entries) await walk(entry, false);
  return sortOut(candidates);
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
