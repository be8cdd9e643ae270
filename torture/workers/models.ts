/** A child process of the trial: damaged model files. */
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fitGuard } from '../../src/model/guard/fit-guard.ts';
import { compressModel } from '../../src/model/edit/compress.ts';
import { classifyKnownImage } from '../../src/model/edit/self-test.ts';
import { saveModel } from '../../src/model/file/model-file.ts';
import { loadClassifier } from '../../src/model/use/classifier.ts';
import { drawPhantoms, joinImages } from '../../test/guard-fixtures.ts';
import { smallModel } from '../../test/small-model.ts';
import { answerCases, ownFolder } from '../lib/answer-cases.ts';
import { mutate } from '../lib/mutate.ts';

const at = (name: string): string => path.join(ownFolder(), name);
const guard = fitGuard(joinImages(drawPhantoms(50, 1)), { validation: joinImages(drawPhantoms(20, 2)) });
await saveModel(at('plain.onnx'), smallModel());
await saveModel(at('guarded.onnx'), { ...smallModel(undefined, 2), guard });
await compressModel(at('plain.onnx'), at('half.onnx'), { threads: 1 });
const sound = await Promise.all(['plain.onnx', 'guarded.onnx', 'half.onnx'].map((name) => readFile(at(name))));

answerCases(0x3d, async (random) => {
  const [one, other] = [sound[random.integer(sound.length)], sound[random.integer(sound.length)]] as [Buffer, Buffer];
  await writeFile(at('damaged.onnx'), mutate(one, other, random));
  const classifier = await loadClassifier(at('damaged.onnx'), { threads: 1 });
  try {
    const logits = await classifyKnownImage(classifier);
    return logits.every((logit) => Number.isFinite(logit))
      ? { kind: 'answer', words: '' }
      : { kind: 'defect', words: `logits ${logits.join(', ')}` };
  } finally {
    await classifier.close();
  }
});
