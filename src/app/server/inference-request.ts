/** A request of the Open Inference Protocol, checked: what it holds is counted before it is parsed, and what it asks for is bounded. */
import { budgets } from '../../base/budgets.ts';
import { refuse } from '../../base/errors.ts';
import { findJsonExcess, type JsonLimits } from '../../base/json-size.ts';
import { joinWords } from '../../base/text.ts';
import type { ClassifierMetadata } from '../../model/file/metadata.ts';
import { inferRequestSchema, outputsOf, type InferRequest, type OutputName } from './inference-schema.ts';

export interface RequestedOutput {
  readonly name: OutputName;
  /** as bytes behind the JSON */
  readonly binary: boolean;
}

const excesses: Readonly<Record<keyof JsonLimits, string>> = {
  depth: `lists within lists more than ${budgets.inferDepth.limit} deep`,
  lists: `more than ${budgets.inferLists.limit} lists`,
  names: `more than ${budgets.inferNames.limit} names`,
  values: `more values than ${budgets.inferImages.limit} images have`,
};

/** @param bytes the JSON @throws PneumoscopeError E_USAGE */
export function parseInferRequest(bytes: Uint8Array, { preprocessing }: ClassifierMetadata): InferRequest {
  const { channels, height, width } = preprocessing;
  const excess = findJsonExcess(bytes, {
    depth: budgets.inferDepth.limit,
    lists: budgets.inferLists.limit,
    names: budgets.inferNames.limit,
    values: budgets.inferImages.limit * channels * height * width + budgets.inferNames.limit,
  });
  if (excess !== undefined) refuse('E_USAGE', `The request has ${excesses[excess]}; send fewer images at once`);
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    refuse('E_USAGE', 'The request is not JSON (or its Inference-Header-Content-Length is wrong)', error);
  }
  const result = inferRequestSchema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const where = issue?.path.join('.').slice(0, budgets.inferTextLength.limit) ?? '';
  refuse('E_USAGE', `The request does not follow the protocol (${where}: ${issue?.message ?? ''})`);
}

/** In the order in which they were asked for; all unless any are named. @throws PneumoscopeError E_USAGE */
export function findOutputs(
  { outputs, parameters: whole }: InferRequest,
  metadata: ClassifierMetadata,
): readonly RequestedOutput[] {
  const known = outputsOf(metadata);
  const otherwise = whole?.['binary_data_output'] === true;
  if (outputs === undefined || outputs.length === 0) return known.map((name) => ({ name, binary: otherwise }));
  const asked = outputs.map(({ name: given, parameters: own }) => {
    const name = known.find((output) => output === given);
    if (name === undefined) {
      refuse('E_USAGE', `The model has the outputs ${joinWords(known, 'and')}, not ${given.slice(0, 100)}`);
    }
    if (own?.['classification'] !== undefined) refuse('E_USAGE', 'The extension for classification is not known here');
    const binary = own?.['binary_data'];
    return { name, binary: binary === undefined ? otherwise : binary === true };
  });
  const twice = asked.find(({ name }, index) => asked.findIndex((other) => other.name === name) < index);
  if (twice !== undefined) refuse('E_USAGE', `The output ${twice.name} is asked for twice; ask for it once`);
  return asked;
}
