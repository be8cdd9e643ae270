import { describe, expect, it, vi } from 'vitest';
import { colorsFor, Output, renderJson } from './output.ts';

describe('renderJson', () => {
  it('never turns a number that is not finite into null', () => {
    expect(JSON.parse(renderJson({ auc: null, loss: 0.5 }))).toEqual({ auc: null, loss: 0.5 });
    expect(() => renderJson({ metrics: { loss: NaN } })).toThrow(/field 'loss' is NaN/);
  });
});

describe('a name that a terminal would obey', () => {
  it('is escaped in JSON, and parsed from it as it was', () => {
    const names = ['a\u001b[2J', 'b\u009b31m', 'c\u202egnp', 'd\u007f\n'];
    const text = renderJson({ names });
    // oxlint-disable-next-line no-control-regex
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
    expect(JSON.parse(text)).toEqual({ names });
  });

  it('is shown, not obeyed, in results, notes and warnings', () => {
    const written: string[] = [];
    const spies = [process.stdout, process.stderr].map((stream) =>
      vi.spyOn(stream, 'write').mockImplementation((text) => written.push(String(text)) > 0),
    );
    const output = new Output({});
    output.result(null, () => 'name \u001b[2J');
    output.note('line\nname \u009b');
    output.warn('name \u0007');
    spies.forEach((spy) => spy.mockRestore());
    expect(written).toEqual([
      `${String.raw`name \x1b[2J`}\n`,
      `line\n${String.raw`name \x9b`}\n`,
      expect.stringContaining(`${String.raw`name \x07`}.\n`),
    ]);
  });
});

describe('colorsFor', () => {
  const withEnvironment = (values: Record<string, string>, work: () => void): void => {
    const before = { ...process.env };
    delete process.env['NO_COLOR'];
    Object.assign(process.env, { TERM: 'xterm' }, values);
    try {
      work();
    } finally {
      process.env = before;
    }
  };

  it('colours a terminal only, and respects NO_COLOR', () => {
    withEnvironment({}, () => {
      expect(colorsFor({ isTTY: true }).red('x')).toBe('\u001B[31mx\u001B[39m');
      expect(colorsFor({ isTTY: false }).red('x')).toBe('x');
    });
    withEnvironment({ NO_COLOR: '1' }, () => expect(colorsFor({ isTTY: true }).red('x')).toBe('x'));
    withEnvironment({ TERM: 'dumb' }, () => expect(colorsFor({ isTTY: true }).red('x')).toBe('x'));
  });
});
