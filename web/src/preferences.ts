/** What the browser remembers for good: language, colours, keys, whether lists are kept. Never anything of images or tokens. */
import { computed, effect, signal, type Signal } from '@preact/signals';
import { keepChoices, type KeepChoice } from './keep-choices.ts';
import { english, type Words } from './words-en.ts';
import { chinese } from './words-zh.ts';

export const languages = { en: english, zh: chinese } as const satisfies Record<string, Words>;
export type Language = keyof typeof languages;
export const languageCodes = Object.keys(languages) as Language[];

export const themes = ['system', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];

const keyOf = (key: string): string => `pneumoscope-${key}`;

/** A page that may not store anything works all the same. */
function remember<Value extends string>(key: string, allowed: readonly Value[], fallback: Value): Signal<Value> {
  const name = keyOf(key);
  let stored: string | null = null;
  try {
    stored = localStorage.getItem(name);
  } catch {
    // Storage is switched off.
  }
  const value = signal(allowed.find((each) => each === stored) ?? fallback);
  effect(() => {
    try {
      localStorage.setItem(name, value.value);
    } catch {
      // As above.
    }
  });
  return value;
}

/** The first language of the reader's that the page speaks. */
export function pickLanguage(wished: readonly string[]): Language {
  const known = wished.map((each) => each.toLowerCase().split('-')[0]);
  return languageCodes.find((code) => code === known.find((each) => languageCodes.some((one) => one === each))) ?? 'en';
}

export const language = remember<Language>('language', languageCodes, pickLanguage(navigator.languages));
export const theme = remember<Theme>('theme', themes, 'system');
/** Speech input types single letters, so they can be switched off (WCAG 2.1.4). */
export const singleKeys = remember<'on' | 'off'>('keys', ['on', 'off'], 'on');

/** Whether a reader says what an image shows before the answer is shown. */
export const blindMode = remember<'on' | 'off'>('blind', ['on', 'off'], 'off');

/** in `localStorage` */
export const keepKey = keyOf('keep');
/** What is kept of lists, and for whom; see keeping.ts. Others may use the same computer, so that a new tab finds nothing by default. */
export const keepChoice = remember<KeepChoice>('keep', keepChoices, 'tab');

export const words = computed<Words>(() => languages[language.value]);

/** Keeps the document in step. */
export function applyPreferences(): void {
  effect(() => {
    document.documentElement.lang = words.value.code;
  });
  effect(() => {
    const root = document.documentElement;
    if (theme.value === 'system') delete root.dataset['theme'];
    else root.dataset['theme'] = theme.value;
  });
}
