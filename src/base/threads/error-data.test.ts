import { describe, expect, it } from 'vitest';
import { PneumoscopeError } from '../errors.ts';
import { packError, reviveError, type ErrorData } from './error-data.ts';

/** As it comes out of another thread. */
const send = (thrown: unknown): Error => reviveError(structuredClone(packError(thrown)));

describe('an error as data', () => {
  it('keeps the class, the fields and the stack of an error raised on purpose', () => {
    const error = Object.assign(new PneumoscopeError('E_DISK', 'the disk is full'), { free: 7n, files: ['a', 'b'] });
    const revived = send(error);
    expect(revived).toBeInstanceOf(PneumoscopeError);
    expect(revived).toEqual(error);
    expect(revived).toMatchObject({ code: 'E_DISK', free: 7n, files: ['a', 'b'] });
    expect(revived.stack).toBe(error.stack);
  });

  it('keeps the standard classes, and the name of any other', () => {
    for (const error of [new RangeError('one'), new TypeError('two'), new SyntaxError('three'), new Error('four')]) {
      const revived = send(error);
      expect(revived.constructor).toBe(error.constructor);
      expect(revived.message).toBe(error.message);
      expect(Object.keys(revived)).toEqual([]);
    }
    const named = send(new DOMException('it was stopped', 'AbortError'));
    expect([named.constructor, named.name, named.message]).toEqual([Error, 'AbortError', 'it was stopped']);
  });

  it('is no error raised on purpose only because of its code', () => {
    const revived = send(Object.assign(new Error('from elsewhere'), { code: 'E_USAGE' }));
    expect(revived).not.toBeInstanceOf(PneumoscopeError);
    expect(revived).toMatchObject({ code: 'E_USAGE' });
  });

  it('leaves out what cannot be cloned', () => {
    const error = Object.assign(new Error('odd'), {
      work: () => 1,
      held: { work: () => 1 },
      tag: Symbol('x'),
      size: 3,
    });
    Object.defineProperty(error, 'trap', { enumerable: true, get: () => expect.unreachable() });
    expect(packError(error).fields).toEqual({ size: 3 });
    expect(send(error)).toMatchObject({ message: 'odd', size: 3 });
  });

  it('keeps the causes, even where they run in a circle', () => {
    const system = Object.assign(new Error('ENOENT: no such file'), { code: 'ENOENT', syscall: 'open' });
    const error = new PneumoscopeError('E_NOT_FOUND', 'a.png does not exist', { cause: system });
    expect(send(error).cause).toMatchObject({ code: 'ENOENT', syscall: 'open', stack: system.stack });
    system.cause = error;
    let depth = 0;
    for (let data: ErrorData | undefined = packError(error); data !== undefined; data = data.cause) depth += 1;
    expect(depth).toBe(9);
  });

  it('keeps the words of what is no error', () => {
    expect(send('just words')).toMatchObject({ name: 'Error', message: 'just words' });
    expect(send(undefined).message).toBe('undefined');
    expect(send(new Error('late', { cause: 'a word' })).cause).toBe('a word');
  });
});
