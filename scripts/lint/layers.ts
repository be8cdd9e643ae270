/**
 * The layers of src/, lowest first: a folder imports only folders that stand before it.
 * This is the one table of that order; the lint rule `pneumoscope/layers` enforces it.
 */
export const layers = [
  'client',
  'graph',
  'onnx',
  'autodiff',
  'nn',
  'models',
  'runtime',
  'imaging',
  'data',
  'evaluation',
  'guard',
  'inspection',
  'classifier',
  'training',
  'explain',
  'report',
  'keras',
  'server',
  'cli',
] as const;

/** Files at the root of src/ that every folder may import; every other file there is an entry point. */
export const foundations: readonly string[] = ['errors.ts', 'random.ts'];

/** Packages that only the named folder may import, by pattern: the rest of the code must not know they exist. */
export const packageOwners: readonly { readonly pattern: RegExp; readonly owner: string }[] = [
  { pattern: /^onnxruntime-/, owner: 'runtime' },
  { pattern: /^@bufbuild\/protobuf(\/|$)/, owner: 'onnx' },
  { pattern: /^(hono|@hono\/.+|fastify|@fastify\/.+|express|koa|prom-client)(\/|$)/, owner: 'server' },
];

/** What the page in web/ may import from src/. */
const webMayImport = 'browser.ts';

interface Place {
  readonly area: 'folder' | 'root' | 'web' | 'outside';
  /** the layer for `folder`, the file's name for `root`, the path otherwise */
  readonly name: string;
}

function placeOf(path: string): Place {
  const parts = path.split('/');
  if (parts[0] === 'web') return { area: 'web', name: path };
  if (parts[0] !== 'src') return { area: 'outside', name: path };
  const second = parts[1] ?? '';
  return parts.length > 2 ? { area: 'folder', name: second } : { area: 'root', name: second };
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
  // A test stands beside its file but sees the whole house: a gradient is checked by running it.
  const isTest = file.endsWith('.test.ts');
  if (!specifier.startsWith('.')) {
    if (from.area === 'outside') return undefined;
    const owned = packageOwners.find(({ pattern }) => pattern.test(specifier));
    if (owned === undefined || (from.area === 'folder' && from.name === owned.owner)) return undefined;
    return `'${specifier}' is imported in src/${owned.owner}/ alone`;
  }
  const target = resolveImport(file, specifier);
  const to = placeOf(target);
  if (from.area === 'outside') return undefined;
  if (from.area === 'web') {
    if (to.area === 'web' || (to.area === 'root' && to.name === webMayImport)) return undefined;
    return `web/ imports nothing of the rest but src/${webMayImport}`;
  }
  if (isTest) return undefined;
  if (to.area === 'web' || to.area === 'outside') {
    // The package's own description is the one thing outside src/ that is published with it.
    return target === 'package.json' ? undefined : `src/ imports nothing outside src/, but this is ${target}`;
  }
  return from.area === 'folder' ? checkFromFolder(from.name, to) : checkFromRoot(from.name, to);
}

function checkFromFolder(folder: string, to: Place): string | undefined {
  const order: readonly string[] = layers;
  const own = order.indexOf(folder);
  if (own < 0) return `src/${folder}/ is not in the list of layers (scripts/lint/layers.ts)`;
  if (to.area === 'root') {
    if (foundations.includes(to.name) || folder === 'cli') return undefined;
    return `src/${to.name} is an entry point: import the file that has what you need`;
  }
  const other = order.indexOf(to.name);
  if (other < 0) return `src/${to.name}/ is not in the list of layers (scripts/lint/layers.ts)`;
  if (other <= own) return undefined;
  return `src/${folder}/ imports only the folders above it (${['errors', 'random', ...order.slice(0, own)].join(', ')}), not src/${to.name}/`;
}

function checkFromRoot(file: string, to: Place): string | undefined {
  if (!foundations.includes(file)) return undefined;
  if (to.area === 'root' && foundations.includes(to.name)) return undefined;
  return `src/${file} is a foundation of every folder, so it imports none of them`;
}
