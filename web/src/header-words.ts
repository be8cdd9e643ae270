/** What the DICOM header of an image says, as the page says it. It names no person. */
import type { Header, ImageAnswer } from '../../src/app/client/service-client.ts';
import { readDisplay } from './display-words.ts';
import { model } from './service-state.ts';
import type { Words } from './words-en.ts';

/** Words of a stranger: enough of them to know what they mean. */
const longest = 40;

const shorten = (text: string): string => (text.length > longest ? `${text.slice(0, longest)}…` : text);

/** Why the header keeps the image from the model, by the reason's code; null where it does not. */
export function describeHeaderRefusal(words: Words, header: Header | null | undefined): string | null {
  const code = header?.reason?.code;
  if (!header || code === undefined) return null;
  const { age, modality, bodyPart, view } = header;
  const about = {
    age: age === null ? null : words.ageOf(age),
    ages: model.value?.statement?.ages ?? null,
    modality: modality === null ? null : shorten(modality),
    bodyPart: bodyPart === null ? null : shorten(bodyPart),
    view: view === null ? null : shorten(view),
  };
  return words.headerReasons[code]?.(about) ?? header.reason?.sentence ?? code;
}

export function describeFlags(words: Words, header: Header | null | undefined): readonly string[] {
  return (header?.flags ?? []).map(({ code, sentence }) => words.headerFlags[code] ?? sentence);
}

/** What a reader of a result wants to know of the image: terms, and what stands behind each. */
export function headerFacts(
  words: Words,
  answer: ImageAnswer | null,
): readonly (readonly [term: string, value: string])[] {
  const header = answer?.header ?? null;
  const display = answer?.display ?? null;
  const named = (names: Readonly<Record<string, string>>, code: string | null): string =>
    code === null ? words.notKnown : (names[code.toUpperCase()] ?? shorten(code));
  return [
    ...(header === null
      ? []
      : ([
          [words.modality, named(words.modalities, header.modality)],
          [words.age, header.age === null ? words.notKnown : words.ageOf(header.age)],
          [words.viewPosition, named(words.views, header.view)],
          [words.bodyPart, named(words.bodyParts, header.bodyPart)],
        ] as const)),
    ...(display === null ? [] : [[words.windowUsed, words.displayOf(readDisplay(display))] as const]),
  ];
}
