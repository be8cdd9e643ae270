import { expect, it } from 'vitest';
import { describeSopClass } from './sop-classes.ts';

it.each([
  ['1.2.840.10008.5.1.4.1.1.1.1', '1.2.840.10008.5.1.4.1.1.1.1', 'Digital X-Ray, for presentation'],
  ['1.2.840.10008.5.1.4.1.1.999', '1.2.840.10008.5.1.4.1.1.999', 'another'],
  [null, null, 'missing'],
])('%s', (given, uid, name) => {
  expect(describeSopClass(given)).toEqual({ uid, name });
});

it.each(['2.25.123456789', '1.2.840.10008.5.1.4.1.1.2 DOE^JANE', '', '1.2.276.0.7230010.3.1.4.1'])(
  'does not show what is no UID of the standard, such as that of an image: %o',
  (given) => {
    expect(describeSopClass(given)).toEqual({ uid: null, name: 'not of the standard' });
  },
);
