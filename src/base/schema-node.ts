/** A JSON Schema as a tree: which of its nodes speak about a place in a value. */
import type { z } from 'zod';

export type SchemaNode = z.core.JSONSchema.JSONSchema;

/**
 * The alternatives of a union, each without a union of its own; of any other node itself.
 *
 * @param root what references start from; without it they lead nowhere
 */
export function alternativesOf(node: SchemaNode, root: SchemaNode = node): readonly SchemaNode[] {
  if (node.$ref !== undefined) return alternativesOf(resolve(node.$ref, root), root);
  const options = node.anyOf ?? node.oneOf;
  if (options !== undefined) return options.flatMap((option) => alternativesOf(option, root));
  const { type } = node;
  return Array.isArray(type) ? type.map((one) => ({ ...node, type: one })) : [node];
}

/**
 * The alternatives for the part of a value that a path leads to. Where a union lies on the way, the value decides which of its alternatives
 * is meant, by its type and by what is fixed in them; where it fits none, all count.
 */
export function nodesAt(root: SchemaNode, path: readonly PropertyKey[], value: unknown): readonly SchemaNode[] {
  let nodes = alternativesOf(root);
  let part = value;
  for (const key of path) {
    nodes = fittingNodes(nodes, part).flatMap((node) => childrenOf(node, key, root));
    part = memberOf(part, key);
  }
  return nodes;
}

/** The names that an object may have; where it is of no kind that is known, those of all kinds. */
export function propertyNames(nodes: readonly SchemaNode[], value: unknown): readonly string[] {
  return [...new Set(fittingNodes(nodes, value).flatMap(({ properties = {} }) => Object.keys(properties)))];
}

/** The texts among the values that are allowed one by one. */
export function choicesOf(nodes: readonly SchemaNode[]): readonly string[] {
  return nodes.flatMap((node) => fixedValues(node)).filter((value) => typeof value === 'string');
}

/** The values that a node allows one by one; none where it allows a range. */
export function fixedValues(node: SchemaNode): readonly (string | number | boolean | null)[] {
  return node.const === undefined ? (node.enum ?? []) : [node.const];
}

/** What an object or array has under a key; undefined where it has nothing of its own there. */
export function memberOf(value: unknown, key: PropertyKey): unknown {
  return hasMember(value, key) ? (value as Readonly<Record<PropertyKey, unknown>>)[key] : undefined;
}

export function hasMember(value: unknown, key: PropertyKey): boolean {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key);
}

function fittingNodes(nodes: readonly SchemaNode[], value: unknown): readonly SchemaNode[] {
  const fitting = nodes.filter((node) => fits(node, value));
  return fitting.length > 0 ? fitting : nodes;
}

/** Whether an object or array is of the node's kind, going by what the node fixes, such as the name in a union of named kinds. */
function fits(node: SchemaNode, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(value)) return node.type === 'array';
  if (node.type !== 'object') return false;
  return Object.entries(node.properties ?? {}).every(([name, property]) => {
    if (typeof property === 'boolean' || property.const === undefined) return true;
    return memberOf(value, name) === property.const;
  });
}

function childrenOf(node: SchemaNode, key: PropertyKey, root: SchemaNode): readonly SchemaNode[] {
  const { properties = {}, additionalProperties, prefixItems = [], items } = node;
  const child =
    typeof key === 'number'
      ? (prefixItems[key] ?? items)
      : typeof key === 'string' && Object.hasOwn(properties, key)
        ? properties[key]
        : additionalProperties;
  return typeof child !== 'object' || Array.isArray(child) ? [] : alternativesOf(child, root);
}

/** Only references of the form that zod writes. */
function resolve(reference: string, root: SchemaNode): SchemaNode {
  return reference === '#' ? root : (root.$defs?.[reference.replace('#/$defs/', '')] ?? {});
}
