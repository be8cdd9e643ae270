/**
 * What is wrong with a JSON value, from its schema alone: each fault with its path, what is allowed there, and the known name that was
 * probably meant. For every JSON file that people write or keep.
 */
import { z } from 'zod';
import { findNearest, suggest } from './nearest.ts';
import { choicesOf, hasMember, memberOf, nodesAt, propertyNames, type SchemaNode } from './schema-node.ts';
import { describeAllowed } from './schema-words.ts';
import { showControls } from './text.ts';

/** What the sentences call the value. */
export interface FaultWords {
  /** All of it, such as 'the recipe'. */
  readonly whole: string;
  /** Each part of it, such as 'setting'. */
  readonly part: string;
}

type Path = readonly PropertyKey[];
type Issue = z.core.$ZodIssue;

interface Subject extends FaultWords {
  readonly root: SchemaNode;
  readonly value: unknown;
}

/** A name that no part has. */
interface UnknownName {
  readonly path: Path;
  readonly name: string;
  readonly known: readonly string[];
  /** The part that was probably meant. */
  readonly nearest: string | undefined;
}

/** More faults than these are counted, not listed. */
const mostListed = 10;

/** A table of many lines may have a fault in each: no more of them are looked at. */
const mostRead = 100;

/** Characters of a value that are shown. */
const mostShown = 80;

/**
 * @param value that the schema refused
 * @param issues of that refusal
 * @returns a clause for each fault, joined by semicolons, without a final stop
 */
export function describeFaults(
  schema: z.ZodType,
  value: unknown,
  issues: readonly Issue[],
  words: FaultWords = { whole: 'the content', part: 'field' },
): string {
  const subject = { ...words, root: toSchemaNode(schema), value };
  const faults = issues
    .slice(0, mostRead)
    .flatMap((issue) => openUnion(issue))
    .map((issue) => ({ issue, unknown: findUnknownNames(subject, issue) }));
  // A part under a wrong name is one fault: it is not missing as well.
  const renamed = new Set(
    faults.flatMap(({ unknown }) => unknown.map(({ path, nearest }) => renderPath([...path, nearest ?? '']))),
  );
  const clauses = faults.flatMap(({ issue, unknown }) => {
    const isRenamed = isMissing(value, issue.path) && renamed.has(renderPath(issue.path));
    const isTold = isRenamed || issue.code === 'unrecognized_keys';
    return [...(isTold ? [] : [describeIssue(subject, issue)]), ...unknown.map((name) => describeName(subject, name))];
  });
  const more = clauses.length - mostListed + Math.max(0, issues.length - mostRead);
  const listed = clauses.slice(0, mostListed);
  return showControls([...listed, ...(more > 0 ? [`and ${more} more`] : [])].join('; '));
}

/** The schema as data, which words can be made of. */
export function toSchemaNode(schema: z.ZodType): SchemaNode {
  return z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
}

/** Of a union what is wrong with the alternative that the value comes nearest to; where that is none or several, the union itself. */
function openUnion(issue: Issue): readonly Issue[] {
  if (issue.code !== 'invalid_union') return [issue];
  const [nearest, second] = issue.errors
    .filter((errors) => errors.every(({ code, path }) => path.length > 0 || !isOtherKind(code)))
    .toSorted((a, b) => a.length - b.length);
  if (nearest === undefined || nearest.length === second?.length) return [issue];
  return nearest.flatMap((inner) => openUnion({ ...inner, path: [...issue.path, ...inner.path] }));
}

/** Whether such an issue says that the value is of another kind altogether. */
function isOtherKind(code: Issue['code']): boolean {
  return code === 'invalid_type' || code === 'invalid_value' || code === 'invalid_union';
}

function findUnknownNames({ root, value }: Subject, issue: Issue): readonly UnknownName[] {
  const isKind = issue.code === 'invalid_union' && issue.discriminator !== undefined;
  if (issue.code !== 'unrecognized_keys' && !isKind) return [];
  const path = isKind ? issue.path.slice(0, -1) : issue.path;
  const object = valueAt(value, path);
  const known = propertyNames(nodesAt(root, path, value), object);
  // Of an object of an unknown kind zod looks at nothing but the kind; some of its names may be those of no kind at all.
  const names =
    issue.code === 'unrecognized_keys' ? issue.keys : Object.keys(object ?? {}).filter((name) => !known.includes(name));
  const absent = known.filter((name) => !hasMember(object, name));
  return names.map((name) => {
    const nearest = findNearest(name, absent) ?? findNearest(name, known);
    return { path, name, known, nearest };
  });
}

function describeName({ whole, part }: Subject, { path, name, known, nearest }: UnknownName): string {
  const clause = `${renderPath([...path, name])} is not a ${part}`;
  if (nearest !== undefined) return `${clause} (did you mean ${renderPath([...path, nearest])}?)`;
  const place = path.length === 0 ? whole : renderPath(path);
  return known.length === 0 ? `${clause}: ${place} has none` : `${clause}: known are ${known.join(', ')}`;
}

function describeIssue({ root, value, whole, part }: Subject, issue: Issue): string {
  const { code, path, message } = issue;
  const name = path.length === 0 ? whole : renderPath(path);
  const nodes = nodesAt(root, path, value);
  const allowed = describeAllowed({ anyOf: [...nodes] });
  if (isMissing(value, path)) return `the ${part} ${name} is missing: it must be ${allowed}`;
  const received = valueAt(value, path);
  if (nodes.length === 0 || code === 'custom' || code === 'invalid_key' || code === 'invalid_element') {
    return path.length === 0 ? message : `${name} cannot be ${renderValue(received)}: ${message}`;
  }
  const hint = typeof received === 'string' ? suggest(received, choicesOf(nodes)) : '';
  return `${name} must be ${allowed}, but ${renderValue(received)} was given${hint}`;
}

function isMissing(value: unknown, path: Path): boolean {
  const last = path.at(-1);
  return last !== undefined && !hasMember(valueAt(value, path.slice(0, -1)), last);
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce((part, key) => memberOf(part, key), value);
}

/** As a program would write it: `augmentation.zoom[0]`. */
function renderPath(path: Path): string {
  return z.core.toDotPath([...path]);
}

function renderValue(value: unknown): string {
  // JSON has no word for the numbers that are none.
  const text = typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? String(value));
  return text.length > mostShown ? `${text.slice(0, mostShown)}...` : text;
}
