/** Who the images of a split show, as its manifest says. */
import path from 'node:path';
import { manifestName, readManifestImages } from './manifest.ts';
import { knownPatientId } from '../kermany/patients.ts';

export interface ManifestPatient {
  /** relative to the manifest's folder, with '/' */
  readonly file: string;
  readonly patient: string;
}

/**
 * The patients that the manifest in a folder knows; none where there is no manifest, or another program's file of the same name. A file that the
 * manifest gives a patient of its own, because its name told none, is not among them.
 *
 * @throws PneumoscopeError E_DATASET: the manifest is damaged
 */
export async function* readManifestPatients(folder: string): AsyncGenerator<ManifestPatient> {
  for await (const { file, source, patient, label } of readManifestImages(path.join(folder, manifestName))) {
    const isOwn = knownPatientId(source) === undefined && patient.startsWith(`${label}/`);
    if (!isOwn) yield { file, patient };
  }
}
