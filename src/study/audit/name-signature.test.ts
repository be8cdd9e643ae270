import { describe, expect, it } from 'vitest';
import { nameSignatures } from './name-signature.ts';

describe('nameSignatures', () => {
  it('keeps words that many names hold, and the shape of all others', () => {
    const names = ['person1_virus_6.jpeg', 'person22_virus_1.jpeg', 'person3_bacteria_2.jpeg', 'IM-0115-0001.jpeg'];
    expect(nameSignatures(names)).toEqual(['person#_a_#.jpeg', 'person#_a_#.jpeg', 'person#_a_#.jpeg', 'A-#-#.jpeg']);
  });

  it('needs a word in 1 % of many names', () => {
    const names = Array.from({ length: 1000 }, (_, i) =>
      i < 9 ? `rare${i}.png` : i < 30 ? `known${i}.png` : `${i}.png`,
    );
    const signatures = nameSignatures(names);
    expect([signatures[0], signatures[9], signatures[30]]).toEqual(['a#.png', 'known#.png', '#.png']);
  });

  it('tells shapes apart', () => {
    expect(nameSignatures(['Scan.png', 'scan.PNG', 'émile.png', '.x', ''])).toEqual(
      ['Aa.png', 'a.A', 'a.png', '.a', ''].map((s) => s.replace('png', 'a')),
    );
  });
});
