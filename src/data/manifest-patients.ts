/** Who the images of a split show, as its manifest says. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { manifestName, parseManifest } from './manifest.ts';
import { knownPatientId } from './patients.ts';

/**
 * The patients that the manifest in a folder knows, by file (relative to the folder, with '/'); none where there is no manifest, or another program's
 * file of the same name. A file that the manifest gives a patient of its own, because its name told none, is not among them.
 *
 * @throws PneumoscopeError E_DATASET: the manifest is damaged
 */
export async function readManifestPatients(folder: string): Promise<ReadonlyMap<string, string>> {
  const file = path.join(folder, manifestName);
  const text = await readFile(file, 'utf8').catch(() => '');
  const patients = new Map<string, string>();
  if (!/"createdBy":\s*"pneumoscope"/.test(text)) return patients;
  for (const image of parseManifest(text, file).images) {
    const isOwn = knownPatientId(image.source) === undefined && image.patient.startsWith(`${image.label}/`);
    if (!isOwn) patients.set(image.file, image.patient);
  }
  return patients;
}
