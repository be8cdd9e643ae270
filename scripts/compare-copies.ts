#!/usr/bin/env node
/**
 * How far a model's probability for an image moves between two files of it: an original and its small copy, found by their names.
 *
 *   node scripts/compare-copies.ts MODEL ORIGINALS COPIES
 */
import path from 'node:path';
import { findImages } from '../src/data/folder/find-images.ts';
import { loadClassifier } from '../src/model/use/classifier.ts';

const [model, originals, copies] = process.argv.slice(2);
if (model === undefined || originals === undefined || copies === undefined) {
  process.stderr.write('Usage: node scripts/compare-copies.ts MODEL ORIGINALS COPIES\n');
  process.exitCode = 2;
} else {
  const files = await findImages([originals]);
  const byName = new Map((await findImages([copies])).map((file) => [path.basename(file), file]));
  const pairs = files.flatMap((file) => {
    const copy = byName.get(path.basename(file));
    return copy === undefined ? [] : [{ file, copy }];
  });
  await using classifier = await loadClassifier(model);
  const [left, right] = [
    await classifier.classifyFiles(pairs.map(({ file }) => file)),
    await classifier.classifyFiles(pairs.map(({ copy }) => copy)),
  ];
  const moved = left.map(({ probability }, index) =>
    Math.abs((probability ?? NaN) - (right[index]?.probability ?? NaN)),
  );
  const changed = left.filter(({ label }, index) => label !== right[index]?.label).length;
  const mean = moved.reduce((sum, value) => sum + value, 0) / moved.length;
  process.stdout.write(
    `${pairs.length} pairs: mean |difference| ${mean.toFixed(4)}, largest ${Math.max(...moved).toFixed(4)}, ${changed} other answers\n`,
  );
}
