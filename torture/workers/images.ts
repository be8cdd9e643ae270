/** A child process of the trial: damaged image files. */
import path from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { renderPhantom } from '../../src/data/phantoms/phantom-render.ts';
import { saveModel } from '../../src/model/file/model-file.ts';
import { loadClassifier } from '../../src/model/use/classifier.ts';
import { smallModel } from '../../test/small-model.ts';
import { answerCases, judgeSentence, ownFolder } from '../lib/answer-cases.ts';
import { mutate } from '../lib/mutate.ts';

/** One drawn chest in every container and coding that the program reads. */
async function drawSound(): Promise<readonly Buffer[]> {
  const { width, height, data } = renderPhantom({ seed: 3, patient: 1, image: 0, pathogen: 'virus' }, 96);
  const draw = (): Sharp => sharp(data, { raw: { width, height, channels: 1 } });
  const grey = (): Sharp => draw().toColourspace('b-w');
  return await Promise.all([
    grey().jpeg({ quality: 90 }).toBuffer(),
    grey().jpeg({ quality: 80, progressive: true }).toBuffer(),
    draw().toColourspace('srgb').jpeg({ quality: 85 }).toBuffer(),
    draw().toColourspace('srgb').withMetadata({ orientation: 6 }).jpeg().toBuffer(),
    grey().png().toBuffer(),
    grey().toColourspace('grey16').png().toBuffer(),
    draw().toColourspace('srgb').png({ palette: true }).toBuffer(),
    draw().toColourspace('srgb').webp().toBuffer(),
    draw().toColourspace('srgb').webp({ lossless: true }).toBuffer(),
    ...(['none', 'lzw', 'deflate', 'jpeg', 'packbits'] as const).map((compression) =>
      grey().tiff({ compression }).toBuffer(),
    ),
    grey().tiff({ tile: true, tileWidth: 32, tileHeight: 32 }).toBuffer(),
  ]);
}

const sound = await drawSound();
const model = path.join(ownFolder(), 'model.onnx');
await saveModel(model, smallModel());
const classifier = await loadClassifier(model, { threads: 1 });

answerCases(0x1a, async (random) => {
  const [one, other] = [sound[random.integer(sound.length)], sound[random.integer(sound.length)]] as [Buffer, Buffer];
  const answer = await classifier.classify(mutate(one, other, random), { ignoreGuard: true });
  if (answer.status === 'answered') {
    const isNumber = Number.isFinite(answer.probability);
    return isNumber ? { kind: 'answer', words: '' } : { kind: 'defect', words: `probability ${answer.probability}` };
  }
  return judgeSentence(answer.reason.code, answer.reason.sentence);
});
