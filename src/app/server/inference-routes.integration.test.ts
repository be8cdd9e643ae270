import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { drawChest } from '../../../test/service-images.ts';
import { loadClassifier, type Classifier } from '../../model/use/classifier.ts';
import { preprocess, writeNetworkInput } from '../../imaging/prepare/preprocess.ts';
import { startService, type RunningService } from './serve.ts';

let service: RunningService;
let classifier: Classifier;
/** Two images as the network takes them, and what it says of them. */
let input: Float32Array;
let logits: readonly number[];
let shape: readonly number[];

beforeAll(async () => {
  classifier = await loadClassifier();
  service = await startService({ port: 0, workers: 1 });
  const { preprocessing } = classifier.metadata;
  const pixels = await Promise.all([0, 1].map(async (one) => preprocess(await drawChest(one), 'x', preprocessing)));
  const size = preprocessing.width * preprocessing.height;
  input = new Float32Array(2 * size);
  pixels.forEach((own, index) => writeNetworkInput(own, preprocessing, input, index * size));
  logits = (await classifier.classifyPixels(pixels)).flatMap((answer) => answer.logits);
  shape = [2, preprocessing.channels, preprocessing.height, preprocessing.width];
});

afterAll(async () => {
  await service.close();
  await classifier.close();
});

const model = '/v2/models/pneumoscope';

interface InferAnswer {
  readonly model_name: string;
  readonly model_version: string;
  readonly id?: string;
  readonly outputs: readonly {
    readonly name: string;
    readonly datatype: string;
    readonly shape: readonly number[];
    readonly data?: readonly number[];
    readonly parameters?: { readonly binary_data_size: number };
  }[];
}

async function getJson(to: string): Promise<unknown> {
  const response = await fetch(service.url + to);
  expect(response.status).toBe(200);
  return response.json();
}

function infer(
  body: string | Uint8Array,
  headers: Readonly<Record<string, string>> = {},
  to = model,
): Promise<Response> {
  const content = typeof body === 'string' ? body : new Uint8Array(body);
  return fetch(`${service.url}${to}/infer`, { method: 'POST', body: content, headers });
}

function expectLogits(values: ArrayLike<number> | undefined): void {
  expect(values).toHaveLength(logits.length);
  logits.forEach((logit, index) => expect(values?.[index]).toBeCloseTo(logit, 4));
}

describe('the Open Inference Protocol', () => {
  it('describes the server, the model and its tensors', async () => {
    expect(await getJson('/v2')).toMatchObject({ name: 'pneumoscope', extensions: ['binary_tensor_data'] });
    expect(await getJson('/v2/health/live')).toEqual({ live: true });
    expect(await getJson('/v2/health/ready')).toEqual({ ready: true });
    expect(await getJson(`${model}/ready`)).toEqual({ name: 'pneumoscope', ready: true });
    const described = (await getJson(model)) as { readonly versions: readonly string[] };
    expect(described).toMatchObject({
      name: 'pneumoscope',
      platform: 'onnx_onnxv1',
      inputs: [{ name: 'images', datatype: 'FP32', shape: [-1, ...shape.slice(1)] }],
      outputs: [
        { name: 'logits', datatype: 'FP32', shape: [-1, 1] },
        { name: 'probability', datatype: 'FP32', shape: [-1, 1] },
      ],
    });
    expect(await getJson(`${model}/versions/${described.versions[0]}`)).toEqual(described);
  });

  it('infers from JSON, flat or nested, and gives the outputs that are wanted', async () => {
    const tensor = { name: 'images', shape, datatype: 'FP32', data: [...input] };
    const answer = (await (await infer(JSON.stringify({ id: '42', inputs: [tensor] }))).json()) as InferAnswer;
    expect(answer).toMatchObject({ model_name: 'pneumoscope', id: '42' });
    expect(answer.outputs.map(({ name }) => name)).toEqual(['logits', 'probability']);
    expectLogits(answer.outputs[0]?.data);
    expect(answer.outputs[0]).toMatchObject({ datatype: 'FP32', shape: [2, 1] });
    const half = input.length / 2;
    const nested = { ...tensor, data: [[...input.subarray(0, half)], [...input.subarray(half)]] };
    const body = JSON.stringify({ inputs: [nested], outputs: [{ name: 'logits' }] });
    const second = (await (await infer(body)).json()) as InferAnswer;
    expect(second.id).toBeUndefined();
    expect(second.outputs).toHaveLength(1);
    expectLogits(second.outputs[0]?.data);
  });

  it('takes null for what is left out, as clients of MLServer send it', async () => {
    const absent = { parameters: { content_type: null, binary_data: null }, id: null };
    const tensor = { name: 'images', shape, datatype: 'FP32', parameters: absent.parameters, data: [...input] };
    for (const outputs of [null, [{ name: 'logits', parameters: null }]]) {
      const response = await infer(JSON.stringify({ ...absent, inputs: [tensor], outputs }));
      expect(response.status).toBe(200);
      const answer = (await response.json()) as InferAnswer;
      expect(Object.keys(answer)).toEqual(['model_name', 'model_version', 'outputs']);
      expect(answer.outputs).toHaveLength(outputs === null ? 2 : 1);
      expectLogits(answer.outputs[0]?.data);
    }
    const plain = JSON.stringify({ id: null, parameters: null, inputs: [{ ...tensor, parameters: null }] });
    expect((await infer(plain)).status).toBe(200);
  });

  it('takes and gives binary tensors as the clients of Triton do by default', async () => {
    const bytes = new Uint8Array(input.buffer);
    const header = Buffer.from(
      JSON.stringify({
        inputs: [{ name: 'images', shape, datatype: 'FP32', parameters: { binary_data_size: bytes.length } }],
        outputs: [{ name: 'logits', parameters: { binary_data: true } }],
      }),
    );
    const response = await infer(Buffer.concat([header, bytes]), {
      'content-type': 'application/octet-stream',
      'inference-header-content-length': String(header.length),
    });
    expect(response.status).toBe(200);
    const length = Number(response.headers.get('inference-header-content-length'));
    const whole = Buffer.from(await response.arrayBuffer());
    const answer = JSON.parse(whole.toString('utf8', 0, length)) as InferAnswer;
    expect(answer.outputs[0]?.parameters).toEqual({ binary_data_size: 8 });
    expectLogits(new Float32Array(new Uint8Array(whole.subarray(length)).buffer));
  });

  it.each([
    ['no JSON', 'hello', 400],
    ['no input', '{"inputs":[]}', 400],
    ['another input', '{"inputs":[{"name":"x","shape":[1],"datatype":"FP32","data":[1]}]}', 400],
    ['another type', '{"inputs":[{"name":"images","shape":[1,1,160,160],"datatype":"INT64","data":[1]}]}', 400],
    ['another shape', '{"inputs":[{"name":"images","shape":[1,3,160,160],"datatype":"FP32","data":[1]}]}', 400],
    ['too little data', '{"inputs":[{"name":"images","shape":[1,1,160,160],"datatype":"FP32","data":[1]}]}', 400],
    ['too many images', '{"inputs":[{"name":"images","shape":[100000,1,160,160],"datatype":"FP32","data":[1]}]}', 400],
    ['nothing', '', 400],
  ])('refuses %s in the words of the protocol', async (_, body, status) => {
    const response = await infer(body);
    expect(response.status).toBe(status);
    const answer = (await response.json()) as Readonly<Record<string, unknown>>;
    expect(Object.keys(answer)).toEqual(['error']);
    expect(answer['error']).toMatch(/\w+.*\.$/);
  });

  it('refuses unknown models and versions, lengths beyond the body, and numbers that are none', async () => {
    expect((await infer('{}', {}, '/v2/models/other')).status).toBe(404);
    expect((await infer('{}', {}, `${model}/versions/none`)).status).toBe(404);
    expect((await infer('{}', { 'inference-header-content-length': '99' })).status).toBe(400);
    const words = {
      name: 'images',
      shape: [1, ...shape.slice(1)],
      datatype: 'FP32',
      data: Array(input.length / 2).fill('a'),
    };
    expect((await infer(JSON.stringify({ inputs: [words] }))).status).toBe(400);
  });
});
