/** Requests of the Open Inference Protocol, sound and damaged: right tensors, or one sentence; never a defect. */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { RandomGenerator } from '../src/base/random.ts';
import { loadNetwork } from '../src/engine/runtime/loaded-network.ts';
import { saveModel } from '../src/model/file/model-file.ts';
import { smallModel } from '../test/small-model.ts';
import { damageJson, makeInferRequest } from './lib/infer-requests.ts';
import { inLanes } from './lib/lanes.ts';
import { startService } from './lib/service.ts';
import type { PartReport, TrialSettings } from './settings.ts';

const limitSeconds = 10;

export async function tryProtocol({ requests, seed, scratch, note }: TrialSettings): Promise<PartReport> {
  await mkdir(scratch, { recursive: true });
  const model = path.join(scratch, 'small.onnx');
  await saveModel(model, smallModel());
  const service = await startService(['--model', model, '--workers', '2']);
  const broke: string[] = [];
  const counts = { answers: 0, refusals: 0 };
  let slowest = 0;
  try {
    await using network = await loadNetwork(model, { threads: 1 });
    await inLanes(
      Array.from({ length: requests }, (_, index) => index),
      async (index) => {
        const random = new RandomGenerator(seed, 0x02, index);
        const sound = makeInferRequest(random);
        const isDamaged = index % 2 === 1;
        const body = isDamaged ? damageJson(sound, random) : JSON.stringify(sound);
        const began = performance.now();
        const outcome = await ask(`${service.url}/v2/models/small/infer`, body);
        slowest = Math.max(slowest, (performance.now() - began) / 1000);
        const expected = isDamaged ? undefined : await network.predict(Float32Array.from(sound.inputs[0].data.flat(2)));
        const fault = judge(outcome, expected);
        counts[outcome.status === 200 ? 'answers' : 'refusals'] += 1;
        if (fault !== undefined) broke.push(`seed ${seed}, request ${index}: ${fault}; it was ${body.slice(0, 200)}`);
        if ((index + 1) % 500 === 0) note(`  ${index + 1} of ${requests}`);
      },
    );
  } finally {
    await service.stop();
  }
  return {
    cases: requests,
    broke,
    worst: `${counts.answers} answers, ${counts.refusals} refusals; the slowest took ${slowest.toFixed(2)} s`,
  };
}

interface Outcome {
  /** 0: no answer in time */
  readonly status: number;
  readonly body: unknown;
}

async function ask(url: string, body: string): Promise<Outcome> {
  try {
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(url, {
      method: 'POST',
      body,
      headers,
      signal: AbortSignal.timeout(limitSeconds * 1000),
    });
    return { status: response.status, body: await response.json().catch(() => undefined) };
  } catch (error) {
    return { status: 0, body: { error: String(error) } };
  }
}

/** @param expected logits; undefined: the request was damaged, and either is right */
function judge({ status, body }: Outcome, expected: Float32Array | undefined): string | undefined {
  if (status === 0 || status >= 500) return `answered with ${status}: ${JSON.stringify(body)?.slice(0, 200)}`;
  const { error, outputs } = (body ?? {}) as {
    readonly error?: unknown;
    readonly outputs?: readonly { name: string; data?: number[] }[];
  };
  if (status !== 200) {
    if (expected !== undefined) return `a sound request is refused with ${status}: ${String(error)}`;
    return typeof error === 'string' && error !== '' && !error.includes('\n')
      ? undefined
      : `${status} without a sentence`;
  }
  const logits = outputs?.find(({ name }) => name === 'logits')?.data;
  if (logits !== undefined && !logits.every((logit) => Number.isFinite(logit))) return 'a logit is no number';
  if (expected === undefined) return undefined;
  const isRight =
    logits?.length === expected.length &&
    logits.every((logit, index) => Math.abs(logit - (expected[index] as number)) < 1e-4);
  return isRight ? undefined : `logits ${logits?.join(', ')} instead of ${expected.join(', ')}`;
}
