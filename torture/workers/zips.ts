/** A child process of the trial: damaged archives. */
import { readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { getDataset } from '../../src/data/kermany/archive.ts';
import { writeZip } from '../../test/fixtures/data/zip-writer.ts';
import { answerCases, describeRefusal, ownFolder } from '../lib/answer-cases.ts';
import { mutate } from '../lib/mutate.ts';

const at = (name: string): string => path.join(ownFolder(), name);
const image = (name: string): { readonly name: string; readonly data: string } => ({
  name,
  data: `bytes of ${name} `.repeat(40),
});
const sound = [
  writeZip(
    ['train/NORMAL/a.jpeg', 'train/PNEUMONIA/b.jpeg', 'test/NORMAL/c.png', '__MACOSX/x.jpeg'].map((name) =>
      image(`set/${name}`),
    ),
  ),
  writeZip([
    { name: 'NORMAL/', mode: 0o040755 },
    image('NORMAL/IM-1.jpeg'),
    image('ILL/person1_virus_2.jpeg'),
    image('é/正常.png'),
  ]),
];

answerCases(0x2b, async (random) => {
  const [one, other] = [sound[random.integer(sound.length)], sound[random.integer(sound.length)]] as [
    Uint8Array,
    Uint8Array,
  ];
  await writeFile(at('set.zip'), mutate(one, other, random));
  const outcome = await getDataset({ from: at('set.zip'), out: at('out') }).then(
    () => ({ kind: 'answer', words: '' }) as const,
    (error: unknown) => describeRefusal(error),
  );
  const strays = (await readdir(ownFolder())).filter((name) => name !== 'set.zip' && name !== 'out');
  await rm(at('out'), { recursive: true, force: true });
  return strays.length === 0 ? outcome : { kind: 'defect', words: `outside of the folder: ${strays.join(', ')}` };
});
