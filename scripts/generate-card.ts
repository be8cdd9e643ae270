/**
 * Writes weights/model-card.md, the card of the shipped model, from what its file says: `npm run generate:card`. A test compares the two, so that
 * the card cannot fall behind.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readModelMetadata } from '../src/model/use/classifier.ts';
import { renderModelCard } from '../src/study/pages/model-card.ts';
import { formatText } from './format-text.ts';

const root = join(import.meta.dirname, '..');
const model = 'weights/pneumoscope.onnx';
export const cardFile = join(root, 'weights/model-card.md');

export async function renderShippedCard(): Promise<string> {
  return formatText(renderModelCard(await readModelMetadata(join(root, model)), model), 'model-card.md');
}

if (process.argv[1] === import.meta.filename) writeFileSync(cardFile, await renderShippedCard());
