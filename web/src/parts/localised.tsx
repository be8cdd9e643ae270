/** A text of a model's file, in the reader's language where the file has it, else in English and marked as such. */
import type { JSX } from 'preact';
import { words } from '../preferences.ts';

export function Localised({ texts }: { readonly texts: Readonly<Record<string, string | undefined>> }): JSX.Element {
  const { code } = words.value;
  const own = texts[code];
  return own === undefined ? <span lang="en">{texts['en']}</span> : <span>{own}</span>;
}
