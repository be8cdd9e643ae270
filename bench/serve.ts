#!/usr/bin/env node
/**
 * `npm run bench:serve`: the service against the bare loop that it wraps, its latency at half of its load, and how it bears ten minutes of
 * mixed and hostile requests. The service runs in a process of its own; whoever sends the requests shares the machine with it.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import autocannon from 'autocannon';
import sharp from 'sharp';
import { requireAnswered } from '../src/model/use/answer.ts';
import { loadClassifier } from '../src/model/use/classifier.ts';
import { findImages } from '../src/data/folder/find-images.ts';
import { renderPhantom } from '../src/data/phantoms/phantom-render.ts';
import { RandomGenerator } from '../src/base/random.ts';
import type { ClassifyAnswer } from '../src/app/server/contract.ts';
import { describeMachine, renderMachine } from './lib/machine.ts';
import { sendAtRandom } from './lib/random-sending.ts';
import { medianRatio, median } from './lib/statistics.ts';
import { renderTable } from './lib/table.ts';

const usage = `Usage: npm run bench:serve -- [options]

  --images FOLDER  JPEG files to send (default: 200 phantoms of 224 pixels)
  --rounds N       of bare loop, service, its latency and one image alone (default 5)
  --seconds N      of each measurement over HTTP (default 15)
  --minutes N      of mixed load (default 10; 0: none)
  --json           JSON instead of a table
  --smoke          one second of each, no mixed load to speak of: shows that the benchmark runs, its figures mean nothing
`;

const { values } = parseArgs({
  options: {
    images: { type: 'string' },
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '15' },
    minutes: { type: 'string', default: '10' },
    json: { type: 'boolean', default: false },
    smoke: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

const connections = 32;
const bareBatch = 32;
const mostImages = 200;

interface ServeRow {
  readonly what: string;
  readonly value: string;
  readonly ratio: string;
  readonly goal: string;
}

interface Served {
  readonly url: string;
  readonly process: ChildProcess;
}

if (values.help) process.stdout.write(usage);
else await main();

async function main(): Promise<void> {
  const rounds = values.smoke ? 1 : Number(values.rounds);
  const seconds = values.smoke ? 1 : Number(values.seconds);
  const minutes = values.smoke ? 0.05 : Number(values.minutes);
  const folder = await mkdtemp(path.join(tmpdir(), 'pneumoscope-bench-serve-'));
  try {
    const files = (await listFiles(folder)).slice(0, mostImages);
    const bodies = await Promise.all(files.map((file) => readFile(file)));
    const rows = [
      ...(await measureSpeed(files, bodies, { rounds, seconds })),
      ...(minutes > 0 ? await measureMixed(bodies, minutes) : []),
    ];
    const machine = describeMachine();
    const columns = [
      { title: 'what' },
      { title: 'value' },
      { title: 'ratio', align: 'right' },
      { title: 'goal' },
    ] as const;
    const cells = rows.map(({ what, value, ratio, goal }) => [what, value, ratio, goal]);
    process.stdout.write(
      values.json
        ? `${JSON.stringify({ machine, rows }, null, 2)}\n`
        : `${renderMachine(machine)}\n\n${renderTable(columns, cells)}\n`,
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function listFiles(folder: string): Promise<readonly string[]> {
  if (values.images !== undefined) return findImages([values.images]);
  for (let patient = 0; patient < (values.smoke ? 16 : mostImages); patient++) {
    const { width, height, data } = renderPhantom({ seed: 1, patient, image: 0, pathogen: undefined }, 224);
    const jpeg = await sharp(data, { raw: { width, height, channels: 1 } })
      .jpeg({ quality: 90 })
      .toBuffer();
    await writeFile(path.join(folder, `${patient}.jpeg`), jpeg);
  }
  return findImages([folder]);
}

/** Starts the service as a user does. */
async function serve(): Promise<Served> {
  const main = path.join(import.meta.dirname, '../src/app/cli/main.ts');
  const child = spawn(process.execPath, [main, 'serve', '--port', '0', '--json'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout.on('data', (piece: Buffer) => {
      text += piece.toString();
      const found = /"url": "([^"]+)"/.exec(text)?.[1];
      if (found !== undefined) resolve(found);
    });
    child.once('exit', (code) => reject(new Error(`the service ended with code ${code}`)));
  });
  return { url, process: child };
}

async function end({ process: child }: Served): Promise<void> {
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await ended;
}

function shoot(url: string, bodies: readonly Buffer[], seconds: number): Promise<autocannon.Result> {
  return autocannon({
    url: `${url}/api/v1/classify`,
    connections,
    duration: seconds,
    method: 'POST',
    headers: { 'content-type': 'image/jpeg' },
    requests: bodies.map((body) => ({ body })),
  });
}

/**
 * Throughput, then latency at half of it, each beside its bare counterpart, round by round: a shared machine is slower in one minute than in
 * the next, and half of another minute's throughput would be no half load.
 */
async function measureSpeed(
  files: readonly string[],
  bodies: readonly Buffer[],
  { rounds, seconds }: { readonly rounds: number; readonly seconds: number },
): Promise<readonly ServeRow[]> {
  const [bare, over, alone, latency]: [number[], number[], number[], number[]] = [[], [], [], []];
  const served = await serve();
  const url = `${served.url}/api/v1/classify`;
  const send = (rate: number, duration: number, seed: number): Promise<readonly number[]> =>
    sendAtRandom({ url, contentType: 'image/jpeg', bodies, rate, seconds: duration, seed });
  try {
    // Alone and in batches images go through different code, and V8 translates what is hot in either.
    await shoot(served.url, bodies, Math.min(10, seconds));
    await send(100, Math.min(30, 2 * seconds), rounds);
    for (let round = 0; round < rounds; round++) {
      bare.push(await measureBare(files, seconds / 2));
      const result = await shoot(served.url, bodies, seconds);
      if (result.non2xx > 0 || result.errors > 0) throw new Error(`${result.non2xx + result.errors} requests failed`);
      const throughput = result.requests.total / result.duration;
      over.push(throughput);
      const times = await send(throughput / 2, seconds, round);
      const p99 = times[Math.ceil(0.99 * times.length) - 1] ?? NaN;
      latency.push(p99);
      alone.push(await measureAlone(files));
      note(
        `round ${round + 1}: bare ${bare.at(-1)?.toFixed(0)}/s, over HTTP ${throughput.toFixed(0)}/s; at half of it median ${median(times).toFixed(1)} ms, p99 ${p99.toFixed(1)} ms; one image alone ${alone.at(-1)?.toFixed(1)} ms`,
      );
    }
  } finally {
    await end(served);
  }
  return [
    {
      what: `throughput over HTTP, ${connections} connections, against the bare loop, batches of ${bareBatch}`,
      value: `${median(over).toFixed(0)} of ${median(bare).toFixed(0)} images/s`,
      ratio: medianRatio(over, bare).toFixed(2),
      goal: '0.80, then 0.95',
    },
    {
      what: 'p99 latency at half of that load, against one image alone on one core',
      value: `${median(latency).toFixed(0)} of ${median(alone).toFixed(1)} ms`,
      ratio: medianRatio(latency, alone).toFixed(1),
      goal: 'at most 5, then 3',
    },
  ];
}

/** Images per second of files through one classifier, as a program would write it. */
async function measureBare(files: readonly string[], seconds: number): Promise<number> {
  await using classifier = await loadClassifier();
  await classifier.classifyFiles(files, { batchSize: bareBatch });
  const start = performance.now();
  let done = 0;
  while (performance.now() - start < seconds * 1000) {
    await classifier.classifyFiles(files, { batchSize: bareBatch });
    done += files.length;
  }
  return (1000 * done) / (performance.now() - start);
}

/** Median milliseconds from a file to its answer, on one core. */
async function measureAlone(files: readonly string[]): Promise<number> {
  await using classifier = await loadClassifier(undefined, { threads: 1 });
  const times: number[] = [];
  for (const file of files) {
    const start = performance.now();
    await classifier.classify(file);
    times.push(performance.now() - start);
  }
  return median(times);
}

/** One request in five is hostile or broken; every answer is held against what it must be. */
async function measureMixed(bodies: readonly Buffer[], minutes: number): Promise<readonly ServeRow[]> {
  const expected = await expectAnswers(bodies);
  const served = await serve();
  const counts = { answers: 0, refusals: 0, wrong: 0 };
  const memory: number[] = [];
  const until = performance.now() + minutes * 60_000;
  const sampler = setInterval(() => memory.push(readMemory(served)), Math.min(5000, (minutes * 60_000) / 20));
  const client = async (seed: number): Promise<void> => {
    const random = new RandomGenerator(seed, 0x5e);
    while (performance.now() < until) {
      const index = random.integer(bodies.length);
      const body = bodies[index] as Buffer;
      const hostile = random.integer(5) === 0;
      const ok = hostile
        ? await sendHostile(served.url, body, random)
        : await sendGood(served.url, body, expected[index] ?? NaN);
      if (!ok) counts.wrong += 1;
      counts[hostile ? 'refusals' : 'answers'] += 1;
    }
  };
  await Promise.all(Array.from({ length: 16 }, (_, index) => client(index)));
  clearInterval(sampler);
  const alive = served.process.exitCode === null && (await fetch(`${served.url}/readyz`)).ok;
  await end(served);
  const warm = memory.slice(Math.floor(memory.length / 4));
  const [first, last] = [mean(warm.slice(0, warm.length / 3)), mean(warm.slice(-warm.length / 3))];
  return [
    {
      what: `${minutes} minutes of mixed load, one request in five hostile or broken`,
      value: `${counts.answers} answers, ${counts.refusals} hostile requests, ${counts.wrong} wrong; ${alive ? 'alive and ready' : 'DEAD'}`,
      ratio: '',
      goal: 'no crash, no wrong answer',
    },
    {
      what: 'its memory, the last quarter against the second',
      value: `${last.toFixed(0)} of ${first.toFixed(0)} MB, peak ${Math.max(...memory).toFixed(0)}`,
      ratio: (last / first).toFixed(2),
      goal: 'flat',
    },
  ];
}

async function expectAnswers(bodies: readonly Buffer[]): Promise<readonly number[]> {
  await using classifier = await loadClassifier();
  const expected: number[] = [];
  for (const body of bodies) expected.push(requireAnswered(await classifier.classify(body)).probability);
  return expected;
}

async function sendGood(url: string, body: Buffer, probability: number): Promise<boolean> {
  const response = await post(url, body, 'image/jpeg');
  if (response.status === 429) return true;
  if (response.status !== 200) return false;
  const { results } = (await response.json()) as ClassifyAnswer;
  const [result] = results;
  if (result?.status === 'refused') return true;
  return Math.abs((result?.probability ?? NaN) - probability) < 1e-3;
}

/** What a hostile or broken client sends, each of which must be refused as the client's fault. */
async function sendHostile(url: string, body: Buffer, random: RandomGenerator): Promise<boolean> {
  const cut = body.subarray(0, 1 + random.integer(body.length - 2));
  const noise = Buffer.from(Uint8Array.from({ length: 2000 }, () => random.integer(256)));
  const damaged = Buffer.from(body);
  damaged.fill(0xff, 20, 200);
  const kinds: readonly (readonly [Buffer, string])[] = [
    [cut, 'image/jpeg'],
    [noise, 'application/octet-stream'],
    [damaged, 'image/jpeg'],
    [Buffer.concat([body, Buffer.from('PK\u0003\u0004 and more')]), 'image/jpeg'],
    [body, 'image/png'],
    [body, 'text/html'],
    [Buffer.alloc(0), 'image/jpeg'],
    [
      Buffer.from('--b\r\nContent-Disposition: form-data; name="a"; filename="a"\r\n\r\nhalf'),
      'multipart/form-data; boundary=b',
    ],
  ];
  const [bytes, type] = kinds[random.integer(kinds.length)] as (typeof kinds)[number];
  const response = await post(url, bytes, type);
  await response.arrayBuffer();
  return response.status >= 400 && response.status < 500;
}

function post(url: string, body: Uint8Array, type: string): Promise<Response> {
  return fetch(`${url}/api/v1/classify`, {
    method: 'POST',
    body: new Uint8Array(body),
    headers: { 'content-type': type },
  });
}

/** Megabytes of resident memory; NaN where the system does not tell. */
function readMemory({ process: child }: Served): number {
  try {
    const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
    return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024;
  } catch {
    return NaN;
  }
}

function mean(samples: readonly number[]): number {
  return samples.reduce((sum, sample) => sum + sample, 0) / samples.length;
}

function note(words: string): void {
  process.stderr.write(`${words}\n`);
}
