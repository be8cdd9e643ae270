/** The names of a zip archive's entries: which encoding they are in, and whether they could do harm. */
import { getFileNameLowLevel, type Entry } from 'yauzl';
import { openDecoder, tryDecode } from '../../base/files/decode-text.ts';
import { refuse } from './archive-refusal.ts';

export interface NamedArchiveEntry {
  readonly entry: Entry;
  /** with '/' between parts, harmless on every system; folders end in '/' */
  readonly name: string;
}

export interface ArchiveNames {
  readonly entries: readonly NamedArchiveEntry[];
  /** a sentence; undefined where the archive says how its names are to be read, or anybody reads them the same */
  readonly warning: string | undefined;
}

/** What an entry's flags say of its name and comment. */
const utf8Flag = 0x800;

/**
 * Names that are said to be UTF-8 are that. The others are in an encoding that the archive does not name: `encoding` where it is given, else
 * UTF-8 where all of them are valid in it, else code page 437, as the standard has it, and with a warning.
 *
 * @param file the archive's name, for error sentences
 * @throws PneumoscopeError E_USAGE: an unknown encoding; E_ARCHIVE: a name that could do harm, or is not of that encoding
 */
export function readNames(entries: readonly Entry[], file: string, encoding: string | undefined): ArchiveNames {
  const utf8 = openDecoder('utf-8');
  const decoder = encoding === undefined ? utf8 : openDecoder(encoding);
  const legacy = entries.filter((entry) => !saysItsEncoding(entry) && entry.fileNameRaw.some((byte) => byte > 127));
  const strange = legacy.filter((entry) => tryDecode(decoder, entry.fileNameRaw) === undefined);
  const [first] = strange;
  if (first !== undefined && encoding !== undefined) {
    refuse(file, `has names that are not in the encoding ${encoding}, such as ${show(first)}; name another`);
  }
  const isLegacy = new Set(legacy);
  const read = (entry: Entry): string => {
    const decoded = isLegacy.has(entry) && first === undefined ? tryDecode(decoder, entry.fileNameRaw) : undefined;
    return decoded ?? getFileNameLowLevel(entry.generalPurposeBitFlag, entry.fileNameRaw, entry.extraFields, true);
  };
  return {
    entries: entries.map((entry) => ({ entry, name: clean(entry, read(entry), file) })),
    warning:
      first === undefined
        ? undefined
        : `${strange.length} names in ${file} are not in UTF-8, and the archive does not say in what else. They were read as code page 437: ${show(first)}. If that is wrong, remove the folder and give the right --encoding, such as gbk or shift_jis`,
  };
}

function saysItsEncoding({ generalPurposeBitFlag, extraFields, fileNameRaw }: Entry): boolean {
  const unicodePath = 0x7075;
  if (extraFields.some(({ id }) => id === unicodePath)) return true;
  // Some writers set the flag on names of another encoding.
  return (generalPurposeBitFlag & utf8Flag) !== 0 && tryDecode(openDecoder('utf-8'), fileNameRaw) !== undefined;
}

function show({ fileNameRaw, extraFields }: Entry): string {
  return JSON.stringify(getFileNameLowLevel(0, fileNameRaw, extraFields, true));
}

function clean(entry: Entry, written: string, file: string): string {
  const shown = JSON.stringify(written);
  // Archives of some Windows programs separate folders so.
  const name = written.replaceAll('\\', '/');
  const parts = name.split('/');
  const harm = (why: string): never => refuse(file, `is unsafe: the entry ${shown} ${why}; nothing was unpacked`);
  if (name.startsWith('/')) harm('has an absolute path');
  if (/^[a-z]:/i.test(name)) harm('names a drive');
  if (parts.includes('..')) harm('leads out of the folder with ..');
  // A colon opens a second stream of the file on Windows.
  if (/[\p{Cc}:]/u.test(name)) harm('has a control character or colon in its name');
  if (parts.some((part) => Buffer.byteLength(part) > 255)) harm('has a name of more than 255 bytes');
  // The upper half of the attributes is the Unix mode, whoever wrote the archive; 0: none was recorded.
  const type = (entry.externalFileAttributes >>> 16) & 0o170000;
  if (type === 0o120000) harm('is a symbolic link');
  if (type !== 0 && type !== 0o100000 && type !== 0o040000) harm('is a device, pipe or socket');
  const path = parts.filter((part) => part !== '' && part !== '.').join('/');
  return name.endsWith('/') || type === 0o040000 ? `${path}/` : path;
}
