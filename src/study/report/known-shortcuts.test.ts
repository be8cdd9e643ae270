import { expect, it } from 'vitest';
import { isKermany } from './known-shortcuts.ts';

it('knows the data set of Kermany et al. by the names of its files, and takes no other for it', () => {
  const own = ['NORMAL/IM-0115-0001.jpeg', 'NORMAL/NORMAL2-IM-0927-0001.jpeg', 'PNEUMONIA/person1_virus_7.jpeg'];
  expect(isKermany(own)).toBe(true);
  expect(isKermany([...own, 'PNEUMONIA/scan.png'])).toBe(false);
  expect(isKermany([])).toBe(false);
});
