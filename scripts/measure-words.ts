/**
 * How long the sentences of the documents and of the command line's help are, and which words could be plainer: `npm run words`.
 * With names of files only these are measured.
 */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildProgram } from '../src/app/cli/program.ts';
import { findHelpSentences } from './documents/help-sentences.ts';
import { plainWords } from './documents/plain-words.ts';
import { findSentences, type Sentence } from './documents/sentences.ts';

const root = join(import.meta.dirname, '..');
/** A mean above this is hard to read. */
export const meanLimit = 18;
/** Sentences above this are listed. */
export const longSentence = 30;

export interface WordMeasure {
  readonly name: string;
  readonly sentences: number;
  readonly words: number;
  /** words a sentence, 0 where there is none */
  readonly mean: number;
  readonly long: readonly Sentence[];
  readonly notPlain: readonly { readonly line: number; readonly found: string; readonly say: string }[];
}

/** Recorded runs are left out: the program wrote what stands in their folders. */
export function findDocuments(): readonly string[] {
  return ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'docs/*.md', 'docs/results/README.md']
    .flatMap((pattern) => globSync(pattern, { cwd: root }))
    .map((file) => file.replaceAll('\\', '/'))
    .toSorted();
}

export function measureDocument(file: string): WordMeasure {
  return measureSentences(file, findSentences(readFileSync(join(root, file), 'utf8')));
}

/** One measure a command. */
export function measureHelp(): readonly WordMeasure[] {
  return findHelpSentences(buildProgram()).map(({ name, sentences }) => measureSentences(name, sentences));
}

export function measureSentences(name: string, sentences: readonly Sentence[]): WordMeasure {
  const words = sentences.reduce((sum, sentence) => sum + sentence.words, 0);
  return {
    name,
    sentences: sentences.length,
    words,
    mean: sentences.length === 0 ? 0 : words / sentences.length,
    long: sentences.filter((sentence) => sentence.words > longSentence),
    notPlain: sentences.flatMap(({ line, text }) =>
      plainWords.flatMap(({ pattern, say }) => Array.from(text.matchAll(pattern), ([found]) => ({ line, found, say }))),
    ),
  };
}

function print(measures: readonly WordMeasure[]): void {
  for (const { name, long, notPlain } of measures) {
    for (const { line, words, text } of long) console.log(`${name}:${line}: ${words} words: ${text}`);
    for (const { line, found, say } of notPlain) console.log(`${name}:${line}: «${found}»: ${say}`);
  }
  const sum = (pick: (measure: WordMeasure) => number): number =>
    measures.reduce((total, each) => total + pick(each), 0);
  const all = { name: 'all', sentences: sum((each) => each.sentences), words: sum((each) => each.words) };
  console.log('\n  mean  sentences  long  not plain');
  for (const each of measures) printRow(each.name, each.mean, each.sentences, each.long.length, each.notPlain.length);
  const long = sum((each) => each.long.length);
  printRow(
    all.name,
    all.words / all.sentences,
    all.sentences,
    long,
    sum((each) => each.notPlain.length),
  );
}

function printRow(name: string, mean: number, sentences: number, long: number, notPlain: number): void {
  const columns = [
    mean.toFixed(1).padStart(6),
    `${sentences}`.padStart(11),
    `${long}`.padStart(6),
    `${notPlain}`.padStart(11),
  ];
  console.log(`${columns.join('')}  ${name}${mean > meanLimit ? `  (above ${meanLimit})` : ''}`);
}

if (process.argv[1] === import.meta.filename) {
  const files = process.argv.slice(2);
  const documents = (files.length === 0 ? findDocuments() : files).map(measureDocument);
  print(files.length === 0 ? [...documents, ...measureHelp()] : documents);
}
