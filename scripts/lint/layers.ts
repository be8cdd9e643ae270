/**
 * The rooms of src/ and the order in which they may see each other; `pneumoscope/layers` enforces it, and docs/architecture.md draws it.
 *
 * A room imports only rooms that stand before it in this list. Inside a room its folders have the same order. Files that lie directly in a
 * room come before its folders, except index.ts, which is the room's public face: it may see the whole room.
 */
export const rooms = {
  base: ['files', 'threads'],
  statistics: ['prediction', 'figures', 'intervals', 'calibration', 'regression', 'study'],
  engine: ['graph', 'onnx', 'autodiff', 'nn', 'runtime', 'fit'],
  dicom: [],
  imaging: ['decode', 'prepare', 'augment'],
  data: ['kermany', 'folder', 'phantoms', 'split', 'cache', 'batches'],
  model: ['gate', 'guard', 'file', 'use', 'edit', 'explain'],
  study: ['charts', 'pages', 'records', 'check', 'audit', 'explore', 'evaluate', 'calibrate', 'train', 'report'],
  app: ['client', 'keras', 'server', 'cli'],
} as const;

/** Packages and modules of Node that only the named place may import, by pattern: the rest of the code must not know they exist. */
export const packageOwners: readonly { readonly pattern: RegExp; readonly owner: string }[] = [
  { pattern: /^node:worker_threads$/, owner: 'base/threads' },
  { pattern: /^onnxruntime-/, owner: 'engine/runtime' },
  { pattern: /^dicom-parser$/, owner: 'dicom' },
  { pattern: /^dcmjs-codecs$/, owner: 'imaging/decode' },
  { pattern: /^@bufbuild\/protobuf(\/|$)/, owner: 'engine/onnx' },
  { pattern: /^(hono|@hono\/.+|fastify|@fastify\/.+|express|koa|helmet|prom-client)(\/|$)/, owner: 'app/server' },
  { pattern: /^(vega|vega-lite|@resvg\/.+)(\/|$)/, owner: 'study' },
  { pattern: /^commander(\/|$)/, owner: 'app/cli' },
];

/** What the page in web/ may import from src/. */
export const pageMayImport = 'app/client';

const face = 'index.ts';
const roomNames: readonly string[] = Object.keys(rooms);

interface Place {
  readonly area: 'src' | 'web' | 'outside';
  /** undefined: a file beside the rooms */
  readonly room: string | undefined;
  /** undefined: a file that lies directly in its room */
  readonly folder: string | undefined;
  readonly file: string;
}

function placeOf(path: string): Place {
  const [area, ...parts] = path.split('/');
  const file = parts.at(-1) ?? path;
  if (area === 'web') return { area, room: undefined, folder: undefined, file };
  if (area !== 'src') return { area: 'outside', room: undefined, folder: undefined, file };
  return {
    area,
    room: parts.length > 1 ? parts[0] : undefined,
    folder: parts.length > 2 ? parts[1] : undefined,
    file,
  };
}

/** Resolves a relative import to a path from the project's root, with `/`. */
function resolveImport(from: string, specifier: string): string {
  const parts = from.split('/').slice(0, -1);
  for (const part of specifier.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '.') parts.push(part);
  }
  return parts.join('/');
}

/**
 * Says what is wrong with one import, or undefined where it is allowed.
 *
 * @param file the importing file, from the project's root, with `/`
 * @param specifier what it imports, as written
 */
export function checkImport(file: string, specifier: string): string | undefined {
  const from = placeOf(file);
  if (from.area === 'outside') return undefined;
  if (!specifier.startsWith('.')) return checkPackage(file, specifier);
  const target = resolveImport(file, specifier);
  const to = placeOf(target);
  if (from.area === 'web') {
    if (to.area === 'web' || target.startsWith(`src/${pageMayImport}/`)) return undefined;
    return `web/ imports nothing of the rest but src/${pageMayImport}/`;
  }
  // A test stands beside its file but sees the whole house: a gradient is checked by running it.
  if (file.endsWith('.test.ts')) return undefined;
  if (to.area !== 'src') {
    // The package's own description is the one thing outside src/ that is published with it.
    return target === 'package.json' ? undefined : `src/ imports nothing outside src/, but this is ${target}`;
  }
  return checkRooms(from, to);
}

function checkPackage(file: string, specifier: string): string | undefined {
  const owned = packageOwners.find(({ pattern }) => pattern.test(specifier));
  if (owned === undefined || file.startsWith(`src/${owned.owner}/`)) return undefined;
  return `'${specifier}' is imported in src/${owned.owner}/ alone`;
}

function checkRooms(from: Place, to: Place): string | undefined {
  if (from.room === undefined) return undefined;
  if (to.room === undefined) return `src/${to.file} is an entry point: import the file that has what you need`;
  for (const room of [from.room, to.room]) {
    if (!roomNames.includes(room)) return `src/${room}/ is not in the list of rooms (scripts/lint/layers.ts)`;
  }
  if (to.room !== from.room) {
    const own = roomNames.indexOf(from.room);
    if (roomNames.indexOf(to.room) < own) return undefined;
    const above = roomNames.slice(0, own).join(', ');
    return `src/${from.room}/ imports only the rooms above it (${above}), not src/${to.room}/`;
  }
  return checkFolders(from.room, from, to);
}

/** Both in one room. */
function checkFolders(room: string, from: Place, to: Place): string | undefined {
  const order: readonly string[] = rooms[room as keyof typeof rooms];
  for (const { folder } of [from, to]) {
    if (folder !== undefined && !order.includes(folder)) {
      return `src/${room}/${folder}/ is not in the list of folders of src/${room}/ (scripts/lint/layers.ts)`;
    }
  }
  if (from.folder === to.folder || to.folder === undefined) return undefined;
  if (from.folder === undefined) {
    if (from.file === face) return undefined;
    return `src/${room}/${from.file} stands before the folders of its room, so it imports none of them`;
  }
  if (order.indexOf(to.folder) < order.indexOf(from.folder)) return undefined;
  const above = order.slice(0, order.indexOf(from.folder)).join(', ');
  return `src/${room}/${from.folder}/ imports only the folders above it in its room (${above}), not src/${room}/${to.folder}/`;
}
