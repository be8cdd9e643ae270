/** The trial's own judgement: what it calls broken, and that a case can be seen again. */
import { describe, expect, it } from 'vitest';
import { RandomGenerator } from '../src/base/random.ts';
import { judgeSentence } from '../torture/lib/answer-cases.ts';
import { LoadRecord } from '../torture/lib/load-record.ts';
import { mutate } from '../torture/lib/mutate.ts';
import { findDefect, type Ended } from '../torture/lib/run-program.ts';
import { renderSummary } from '../torture/summary.ts';

const sound = Buffer.from(Array.from({ length: 5000 }, (_, index) => index % 251));
const other = sound.toReversed();

describe('a damaged input', () => {
  it('is the same for the same seed and case, and another for each case', () => {
    const draw = (index: number): string => mutate(sound, other, new RandomGenerator(1, 2, index)).toString('base64');
    const cases = Array.from({ length: 200 }, (_, index) => draw(index));
    expect(cases.map((_, index) => draw(index))).toEqual(cases);
    expect(new Set(cases).size).toBeGreaterThan(190);
    expect(sound[7]).toBe(7);
  });

  it('may have nothing left to damage', () => {
    for (let index = 0; index < 200; index++) mutate(Buffer.alloc(1), sound, new RandomGenerator(3, index));
    expect(mutate(Buffer.alloc(0), Buffer.alloc(0), new RandomGenerator(1)).length).toBeLessThan(1000);
  });
});

describe('how the program ended', () => {
  const ended: Ended = {
    code: 1,
    signal: null,
    stdout: '',
    stderr: 'error E_DISK: It is full.\n',
    seconds: 1,
    hung: false,
  };

  it('is well with one sentence, and by a kill of our own', () => {
    expect(findDefect(ended)).toBeUndefined();
    expect(findDefect({ ...ended, code: 0, stderr: '' })).toBeUndefined();
    expect(findDefect({ ...ended, stderr: '' }, 1)).toBeUndefined();
    expect(findDefect({ ...ended, code: null, signal: 'SIGKILL', stderr: '' })).toBeUndefined();
  });

  it.each<[string, Partial<Ended>]>([
    ['a stack', { code: 70, stderr: 'error E_INTERNAL: x\n    at y (z.ts:1)\n' }],
    ['no sentence', { stderr: '' }],
    ['two sentences', { stderr: 'error E_DISK: a\nerror E_DISK: b\n' }],
    ['a crash', { code: null, signal: 'SIGSEGV' }],
    ['a hang', { hung: true, signal: 'SIGKILL', code: null }],
  ])('is a defect with %s', (_, change) => expect(findDefect({ ...ended, ...change })).toBeDefined());
});

it('takes one sentence with a code, and no stack', () => {
  expect(judgeSentence('damaged', 'x is damaged')).toEqual({ kind: 'refusal', words: 'damaged' });
  expect(judgeSentence('damaged', '')).toMatchObject({ kind: 'defect' });
  expect(judgeSentence('damaged', 'x\n    at y (z.ts:1:2)')).toMatchObject({ kind: 'defect' });
});

describe('a load', () => {
  it('holds with right answers, refusals, and clients that are turned away', () => {
    const record = new LoadRecord(1);
    record.addGood(200, 1e-9);
    record.addGood(429, NaN);
    record.addHostile('a bomb', 422, undefined);
    record.addHostile('a half one', undefined, undefined);
    record.addProbe({ address: '/healthz', seconds: 0.5, status: 200 });
    record.addThreads(2, 2);
    record.addDeaths(1, '{"event":"thread-died","cause":"Error: x"}\n');
    expect(record.report('{}')).toMatchObject({ cases: 4, broke: [] });
  });

  it('breaks with a wrong answer, a defect, a slow probe, memory, a missing thread, a stack in the log', () => {
    const record = new LoadRecord(1);
    record.addGood(200, 0.01);
    record.addGood(500, 0);
    record.addHostile('a bomb', 500, undefined);
    record.addHostile('a bomb', 500, undefined);
    record.addProbe({ address: '/readyz', seconds: 1.5, status: 503 });
    record.addMemory(900e6);
    record.addThreads(1, 2);
    record.addDeaths(2, '{"event":"thread-died","cause":"Error: x"}\n');
    expect(record.report('x\n    at y\n').broke).toEqual([
      'a good image gets another probability',
      'a good image is answered with 500',
      'a bomb is answered with 500 (2 times)',
      '/readyz takes more than 1 s',
      '1 threads are alive at the end, not 2',
      '2 threads died, but the log names the cause of 1',
      '900 MB of memory',
      'the log of the service holds a stack',
    ]);
  });
});

it('sums up with a row a part, what was skipped, and what broke', () => {
  const text = renderSummary(7, [
    { part: 'kills', cases: 3, broke: ['other bits'], worst: 'w', seconds: 2 },
    { part: 'power', cases: 0, broke: [], worst: '', skipped: 'it needs root', seconds: 0 },
  ]);
  expect(text.split('\n')[0]).toBe('Trial with seed 7');
  expect(text).toMatch(/\| kills +\| +3 \| +2 \| +1 \|/);
  expect(text).toContain('skipped: it needs root');
  expect(text.endsWith('What broke:\n- kills: other bits')).toBe(true);
});
