import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { drawBomb, drawChest, drawInverted } from '../../../test/service-images.ts';
import { requireAnswered } from '../../model/use/answer.ts';
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
    readonly data?: readonly (number | string | boolean)[];
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

function expectLogits(values: ArrayLike<unknown> | undefined): void {
  expect(values).toHaveLength(logits.length);
  logits.forEach((logit, index) => expect(values?.[index]).toBeCloseTo(logit, 4));
}

describe('the Open Inference Protocol', () => {
  it('describes the server, the model and its tensors', async () => {
    expect(await getJson('/v2')).toMatchObject({ name: 'pneumoscope', extensions: ['binary_tensor_data'] });
    expect(await getJson('/v2/health/live')).toEqual({ live: true });
    expect(await getJson('/v2/health/ready')).toEqual({ ready: true });
    expect(await getJson(`${model}/ready`)).toEqual({ name: 'pneumoscope', ready: true });
    const described = (await getJson(model)) as {
      readonly versions: readonly string[];
      readonly parameters: object;
    };
    expect(described).toMatchObject({
      name: 'pneumoscope',
      platform: 'onnx_onnxv1',
      inputs: [
        { name: 'images', datatype: 'FP32', shape: [-1, ...shape.slice(1)] },
        { name: 'image_files', datatype: 'BYTES', shape: [-1] },
      ],
      outputs: [
        { name: 'logits', datatype: 'FP32', shape: [-1, 1] },
        { name: 'probability', datatype: 'FP32', shape: [-1, 1] },
        { name: 'raw_probability', datatype: 'FP32', shape: [-1, 1] },
        { name: 'label', datatype: 'BYTES', shape: [-1] },
        { name: 'uncertain', datatype: 'BOOL', shape: [-1] },
        { name: 'guard_score', datatype: 'FP32', shape: [-1] },
        { name: 'guard_verdict', datatype: 'BYTES', shape: [-1] },
      ],
    });
    const { classes, preprocessing, operation } = classifier.metadata;
    expect(described.parameters).toMatchObject({
      classes: JSON.stringify(classes.names),
      positive: classes.positive,
      threshold: classes.threshold,
      calibrated: true,
      temperature: operation?.temperature,
      guarded: true,
      preprocessing: JSON.stringify(preprocessing),
    });
    expect(await getJson(`${model}/versions/${described.versions[0]}`)).toEqual(described);
  });

  it('infers from JSON, flat or nested, and gives the outputs that are wanted', async () => {
    const tensor = { name: 'images', shape, datatype: 'FP32', data: [...input] };
    const answer = (await (await infer(JSON.stringify({ id: '42', inputs: [tensor] }))).json()) as InferAnswer;
    expect(answer).toMatchObject({ model_name: 'pneumoscope', id: '42' });
    expect(answer.outputs.map(({ name }) => name)).toEqual([
      'logits',
      'probability',
      'raw_probability',
      'label',
      'uncertain',
      'guard_score',
      'guard_verdict',
    ]);
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
      expect(answer.outputs).toHaveLength(outputs === null ? 7 : 1);
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

/** By the name of the output. */
async function readOutputs(response: Response): Promise<Readonly<Record<string, readonly unknown[]>>> {
  expect(response.status).toBe(200);
  const { outputs } = (await response.json()) as InferAnswer;
  return Object.fromEntries(outputs.map(({ name, data = [] }) => [name, data]));
}

async function readError(response: Response): Promise<readonly [number, string]> {
  return [response.status, ((await response.json()) as { readonly error: string }).error];
}

function filesInput(files: readonly Uint8Array[], fields: object = {}): string {
  const data = files.map((file) => Buffer.from(file).toString('base64'));
  return JSON.stringify({
    ...fields,
    inputs: [{ name: 'image_files', shape: [files.length], datatype: 'BYTES', data }],
  });
}

describe('answers of the Open Inference Protocol', () => {
  it('are those of every other way: calibrated, with the raw number under its own name', async () => {
    const files = await Promise.all([0, 1].map((patient) => drawChest(patient, 'jpeg')));
    const own = await Promise.all(files.map(async (file) => requireAnswered(await classifier.classify(file))));
    const raw = own.map(({ logits: [logit = NaN] }) => 1 / (1 + Math.exp(-logit)));
    const prepared = await Promise.all(files.map((file) => preprocess(file, 'x', classifier.metadata.preprocessing)));
    const tensor = new Float32Array(input.length);
    prepared.forEach((pixels, index) =>
      writeNetworkInput(pixels, classifier.metadata.preprocessing, tensor, (index * tensor.length) / 2),
    );
    const bodies = [
      filesInput(files),
      JSON.stringify({ inputs: [{ name: 'images', shape, datatype: 'FP32', data: [...tensor] }] }),
    ];
    for (const body of bodies) {
      const outputs = await readOutputs(await infer(body));
      own.forEach((answer, index) => {
        expect(outputs['probability']?.[index]).toBeCloseTo(answer.probability, 5);
        expect(outputs['raw_probability']?.[index]).toBeCloseTo(raw[index] as number, 5);
        expect(outputs['logits']?.[index]).toBeCloseTo(answer.logits[0] as number, 4);
        expect(outputs['guard_score']?.[index]).toBeCloseTo(answer.guard?.score ?? NaN, 5);
      });
      expect(outputs['label']).toEqual(own.map(({ label }) => label));
      expect(outputs['uncertain']).toEqual(own.map(({ uncertain }) => uncertain));
      expect(outputs['guard_verdict']).toEqual(own.map(({ guard }) => guard?.verdict));
    }
    // Otherwise the test says nothing.
    expect(raw[0]).not.toBeCloseTo(own[0]?.probability as number, 3);
  });

  it('are given for files as bytes, in the form of Triton, and can be such bytes', async () => {
    const files = await Promise.all([0, 1].map((patient) => drawChest(patient, 'jpeg')));
    const elements = files.flatMap((file) => {
      const length = Buffer.alloc(4);
      length.writeUInt32LE(file.length);
      return [length, file];
    });
    const bytes = Buffer.concat(elements);
    const tensor = { name: 'image_files', shape: [2, 1], datatype: 'BYTES' };
    const send = async (binary: Buffer, shape = tensor.shape): Promise<Response> => {
      const header = Buffer.from(
        JSON.stringify({
          inputs: [{ ...tensor, shape, parameters: { binary_data_size: binary.length } }],
          outputs: ['label', 'uncertain'].map((name) => ({ name, parameters: { binary_data: true } })),
        }),
      );
      return infer(Buffer.concat([header, binary]), { 'inference-header-content-length': String(header.length) });
    };
    const response = await send(bytes);
    expect(response.status).toBe(200);
    const length = Number(response.headers.get('inference-header-content-length'));
    const whole = Buffer.from(await response.arrayBuffer());
    const labels = await readOutputs(await infer(filesInput(files)));
    const expected = (labels['label'] as string[]).map((label) => `${String.fromCharCode(label.length)}\0\0\0${label}`);
    const flags = (labels['uncertain'] as boolean[]).map((flag) => String.fromCharCode(Number(flag)));
    expect(whole.toString('latin1', length)).toBe([...expected, ...flags].join(''));
    for (const [broken, count] of [
      [bytes.subarray(0, -1), 2],
      [bytes, 1],
      [bytes, 3],
      [Buffer.alloc(3), 1],
    ] as const) {
      expect((await send(Buffer.from(broken), [count])).status).toBe(400);
    }
  });

  it('are refused where the guard refuses an image, unless it is ignored', async () => {
    const [chest, inverted] = [await drawChest(0), await drawInverted()];
    const [status, error] = await readError(await infer(filesInput([chest, inverted])));
    expect([status, error]).toEqual([422, expect.stringMatching(/^Image 2 of 2 does not look like the frontal/)]);
    const ignored = await readOutputs(
      await infer(filesInput([chest, inverted], { parameters: { ignore_guard: true } })),
    );
    expect(ignored['guard_verdict']).toEqual(['accepted', 'refused']);
    const { preprocessing } = classifier.metadata;
    const pixels = await preprocess(inverted, 'x', preprocessing);
    const tensor = new Float32Array(pixels.length);
    writeNetworkInput(pixels, preprocessing, tensor, 0);
    const one = { name: 'images', shape: [1, ...shape.slice(1)], datatype: 'FP32', data: [...tensor] };
    expect(await readError(await infer(JSON.stringify({ inputs: [one] })))).toEqual([
      422,
      expect.stringMatching(
        /^The image does not look like .* its light and dark parts lie as in an inverted or cropped one\.$/,
      ),
    ]);
  });

  it('are refused for numbers that are no grey levels', async () => {
    for (const factor of [255, -1, NaN]) {
      const data = Array.from(input, (value) => value * factor);
      const [status, error] = await readError(
        await infer(JSON.stringify({ inputs: [{ name: 'images', shape, datatype: 'FP32', data }] })),
      );
      expect(status).toBe(400);
      expect(error).toMatch(
        Number.isNaN(factor) ? /something else than numbers/ : /lie between 0 \(black\) and 1 \(white\)/,
      );
    }
  });

  it('name the image that cannot be read, and how many pixels are too many', async () => {
    const chest = await drawChest(0);
    expect(await readError(await infer(filesInput([chest, Buffer.from('hello')])))).toEqual([
      415,
      expect.stringMatching(/^Image 2 of 2 is not an image/),
    ]);
    expect((await infer(filesInput([chest.subarray(0, 900)]))).status).toBe(422);
    const bombs = Array.from({ length: 3 }, () => drawBomb(4000));
    expect(await readError(await infer(filesInput(bombs)))).toEqual([
      413,
      expect.stringContaining('48.0 million pixels'),
    ]);
    expect((await infer(filesInput([]))).status).toBe(400);
    const text = { name: 'image_files', shape: [1], datatype: 'BYTES', data: ['!!!! no base64 !!!!'] };
    expect((await infer(JSON.stringify({ inputs: [text] }))).status).toBe(400);
  });
});

describe('a request of the Open Inference Protocol with too much in it', () => {
  const image = { name: 'images', shape: [1, 1, 160, 160], datatype: 'FP32' };
  const many = (text: string, count: number): string => `[${Array(count).fill(text).join()}]`;

  it.each([
    ['zeros for inputs', `{"inputs":${many('0', 1_000_000)}}`, /inputs: expected a list of at most 2/],
    ['ten million zeros for inputs', `{"inputs":${many('0', 10_000_000)}}`, /more values than 64 images have/],
    ['empty lists', `{"inputs":${many('[]', 1_000_000)}}`, /more than 300000 lists/],
    ['very deep data', `{"inputs":[{"data":${'['.repeat(100_000)}${']'.repeat(100_000)}}]}`, /more than 16 deep/],
    ['repeated outputs', `{"inputs":[],"outputs":${many('{"name":"logits"}', 100_000)}}`, /more than 1000 names/],
    [
      'a few repeated outputs',
      JSON.stringify({ inputs: [image], outputs: Array.from({ length: 3 }, () => ({ name: 'logits' })) }),
      /twice/,
    ],
    ['a very long id', JSON.stringify({ id: 'x'.repeat(1000), inputs: [image] }), /id: /],
    ['a shape of many numbers', JSON.stringify({ inputs: [{ ...image, shape: Array(1000).fill(1) }] }), /at most 4/],
    [
      'many parameters',
      `{"parameters":{${Array.from({ length: 2000 }, (_, i) => `"${i}":1`).join()}},"inputs":[]}`,
      /names/,
    ],
    ['two inputs', JSON.stringify({ inputs: [image, image] }), /one input/],
  ])('is refused at once: %s', async (_, body, reason) => {
    const start = performance.now();
    const [status, error] = await readError(await infer(body));
    expect([status, error]).toEqual([400, expect.stringMatching(reason)]);
    expect(error.length).toBeLessThan(600);
    expect(performance.now() - start).toBeLessThan(2000);
  });
});
