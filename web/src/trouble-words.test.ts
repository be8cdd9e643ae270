import { describe, expect, it } from 'vitest';
import { describeTrouble } from './trouble-words.ts';
import { english } from './words-en.ts';
import { chinese } from './words-zh.ts';

const deep = {
  code: 'wrong-type',
  reason: 'unsupported',
  detail: 'The file has 16 bits a channel, where 8 bits are needed.',
};

describe('describeTrouble', () => {
  it("has the service's own reason where the code could mean several things", () => {
    expect(describeTrouble(english, deep, 1)).toBe(deep.detail);
    expect(describeTrouble(chinese, deep, 1)).toBe(`无法读取。服务的说明：${deep.detail}`);
  });

  it('has words of its own where the reason is known', () => {
    const cut = { code: 'unreadable-image', reason: 'truncated', detail: 'The file ends too early.' };
    expect(describeTrouble(chinese, cut, 1)).toBe('图像文件不完整，末尾缺失。');
    expect(describeTrouble(chinese, { code: 'queue-full', detail: 'Too much.' }, 1)).toBe(
      chinese.problems['queue-full'],
    );
  });

  it("has the service's sentence for what it does not know, and the code where there is no sentence", () => {
    expect(describeTrouble(chinese, { code: 'new', detail: 'Something new.' }, 1)).toBe('Something new.');
    expect(describeTrouble(chinese, { code: 'new', detail: null }, 1)).toBe('new');
    expect(describeTrouble(chinese, { code: 'wrong-type', reason: 'new', detail: null }, 1)).toBe(
      chinese.problems['wrong-type'],
    );
  });
});
