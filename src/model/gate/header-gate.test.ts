import { describe, expect, it } from 'vitest';
import type { HeaderFacts } from '../../dicom/header-facts.ts';
import { askHeader } from './header-gate.ts';

/** A frontal chest X-ray of a child of three. */
const child: HeaderFacts = {
  transferSyntax: 'explicit little endian',
  sopClass: '1.2.840.10008.5.1.4.1.1.1.1',
  modality: 'DX',
  presentationIntent: 'FOR PRESENTATION',
  age: { years: 3, from: 'age' },
  bodyPart: 'CHEST',
  view: 'AP',
  orientation: ['L', 'F'],
  species: null,
  imageType: ['ORIGINAL', 'PRIMARY'],
  isQualityControl: false,
  hasBurnedInWords: false,
  hasOverlays: false,
  isLossy: false,
  compressionRatio: null,
  isOurs: false,
};
const ages = { low: 1, high: 5 };
const ask = (facts: Partial<HeaderFacts>, options = {}): ReturnType<typeof askHeader> =>
  askHeader({ ...child, ...facts }, { ages, ...options });
const years = (value: number): Partial<HeaderFacts> => ({ age: { years: value, from: 'age' } });

describe('a header', () => {
  it('lets a frontal chest X-ray of a child pass, with nothing to say', () => {
    expect(ask({})).toEqual({ refusal: null, flags: [] });
  });

  it.each<[string, Partial<HeaderFacts>]>([
    ['header-own-result', { isOurs: true }],
    ['header-modality', { modality: null }],
    ['header-modality', { modality: 'CT' }],
    ['header-modality', { modality: 'OT', sopClass: '1.2.840.10008.5.1.4.1.1.7' }],
    ['header-modality', { sopClass: '1.2.840.10008.5.1.4.1.1.2' }],
    ['header-modality', { sopClass: null }],
    ['header-intent', { presentationIntent: 'FOR PROCESSING' }],
    ['header-intent', { sopClass: '1.2.840.10008.5.1.4.1.1.1.1.1', presentationIntent: null }],
    ['header-quality-control', { isQualityControl: true }],
    ['header-derived', { imageType: ['DERIVED', 'SECONDARY'] }],
    ['header-species', { species: 'CANIS LUPUS FAMILIARIS' }],
    ['header-age', years(81)],
    ['header-age', years(6)],
    ['header-age', years(0.9)],
    ['header-age-unknown', { age: 'missing' }],
    ['header-age-unknown', { age: 'unreadable' }],
    ['header-age-unknown', { age: 'contradictory' }],
    ['header-body-part', { bodyPart: 'HIP' }],
    ['header-body-part', { bodyPart: 'CSPINE' }],
    ['header-body-part', { bodyPart: 'THORACIC SPINE' }],
    ['header-view', { view: 'LL' }],
    ['header-view', { view: 'LEFT LATERAL' }],
    ['header-view', { view: 'RAO' }],
    ['header-view', { view: null, orientation: ['A', 'F'] }],
    ['header-view', { view: null, orientation: ['PR', 'F'] }],
  ])('refuses with %s: %o', (code, facts) => {
    const { refusal } = ask(facts);
    expect(refusal?.code).toBe(code);
    expect(refusal?.sentence).toMatch(/^The image .+[^.]$/);
  });

  it.each<[string, Partial<HeaderFacts>]>([
    ['five years old, until the sixth birthday', years(5.99)],
    ['one year old', years(1)],
    ['CR, which states no intent', { sopClass: '1.2.840.10008.5.1.4.1.1.1', modality: 'CR', presentationIntent: null }],
    ['processed for the reader', { imageType: ['DERIVED', 'PRIMARY'] }],
    ['a chest in other words', { bodyPart: 'THORAX' }],
    ['a chest in Spanish', { bodyPart: 'TÓRAX' }],
    ['from the back', { view: 'PA' }],
    ['a view in full', { view: 'POSTERO-ANTERIOR' }],
    ['lying', { view: 'AP SUPINE' }],
  ])('lets pass and does not flag: %s', (_, facts) => {
    expect(ask(facts)).toEqual({ refusal: null, flags: [] });
  });

  it.each<[string, Partial<HeaderFacts>]>([
    ['body-part-unknown', { bodyPart: null }],
    ['view-unknown', { view: null }],
    ['view-unknown', { view: 'LLD' }],
    ['secondary-capture', { sopClass: '1.2.840.10008.5.1.4.1.1.7', imageType: ['DERIVED', 'SECONDARY'] }],
    ['burned-in-words', { hasBurnedInWords: true }],
    ['overlays', { hasOverlays: true }],
    ['lossy', { isLossy: true, compressionRatio: 34 }],
  ])('lets pass and flags %s: %o', (code, facts) => {
    const { refusal, flags } = ask(facts);
    expect(refusal).toBeNull();
    expect(flags.map((flag) => flag.code)).toEqual([code]);
  });

  it('says nothing of loss that can hardly be seen', () => {
    expect(ask({ isLossy: true, compressionRatio: 8 }).flags).toEqual([]);
  });

  it('lets an unknown age pass where that is allowed, and flags it; not one that contradicts itself', () => {
    for (const age of ['missing', 'unreadable'] as const) {
      const { refusal, flags } = ask({ age }, { allowUnknownAge: true });
      expect([refusal, flags.map(({ code }) => code)]).toEqual([null, ['age-unknown']]);
    }
    expect(ask({ age: 'contradictory' }, { allowUnknownAge: true }).refusal?.code).toBe('header-age-unknown');
  });

  it('refuses no age where the model file does not say whom the model knows', () => {
    expect(ask(years(81), { ages: null })).toEqual({ refusal: null, flags: [] });
    expect(ask({ age: 'missing' }, { ages: null }).refusal).toBeNull();
  });

  it('says ages as people do', () => {
    expect(ask(years(81)).refusal?.sentence).toBe(
      'The image is of a patient of 81 years; this model knows patients of 1 to 5 years',
    );
    expect(ask(years(0.5)).refusal?.sentence).toContain('of 6 months;');
    expect(ask(years(0.1)).refusal?.sentence).toContain('of 1 month;');
    expect(ask(years(0.01)).refusal?.sentence).toContain('of 0 months;');
  });

  it('shows words of a stranger shortly, and none that a terminal would obey', () => {
    const { refusal } = ask({ bodyPart: `\u001B[31mHIP${'P'.repeat(500)}` });
    expect(refusal?.sentence.length).toBeLessThan(120);
    expect(refusal?.sentence).not.toContain('\u001B');
  });
});
