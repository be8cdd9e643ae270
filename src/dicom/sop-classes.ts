/** What kind of object a DICOM file is, by name (PS3.6 annex A): those of X-rays, and what lies beside them in an archive. */
const names = new Map([
  ['1.2.840.10008.1.3.10', 'DICOMDIR'],
  ['1.2.840.10008.5.1.4.1.1.1', 'Computed Radiography'],
  ['1.2.840.10008.5.1.4.1.1.1.1', 'Digital X-Ray, for presentation'],
  ['1.2.840.10008.5.1.4.1.1.1.1.1', 'Digital X-Ray, for processing'],
  ['1.2.840.10008.5.1.4.1.1.1.2', 'Digital Mammography, for presentation'],
  ['1.2.840.10008.5.1.4.1.1.1.2.1', 'Digital Mammography, for processing'],
  ['1.2.840.10008.5.1.4.1.1.2', 'CT'],
  ['1.2.840.10008.5.1.4.1.1.2.1', 'Enhanced CT'],
  ['1.2.840.10008.5.1.4.1.1.4', 'MR'],
  ['1.2.840.10008.5.1.4.1.1.4.1', 'Enhanced MR'],
  ['1.2.840.10008.5.1.4.1.1.6.1', 'Ultrasound'],
  ['1.2.840.10008.5.1.4.1.1.7', 'Secondary Capture'],
  ['1.2.840.10008.5.1.4.1.1.7.2', 'Multi-frame Grayscale Byte Secondary Capture'],
  ['1.2.840.10008.5.1.4.1.1.7.3', 'Multi-frame Grayscale Word Secondary Capture'],
  ['1.2.840.10008.5.1.4.1.1.7.4', 'Multi-frame True Color Secondary Capture'],
  ['1.2.840.10008.5.1.4.1.1.11.1', 'Grayscale Softcopy Presentation State'],
  ['1.2.840.10008.5.1.4.1.1.12.1', 'X-Ray Angiography'],
  ['1.2.840.10008.5.1.4.1.1.12.2', 'X-Ray Radiofluoroscopy'],
  ['1.2.840.10008.5.1.4.1.1.20', 'Nuclear Medicine'],
  ['1.2.840.10008.5.1.4.1.1.66.4', 'Segmentation'],
  ['1.2.840.10008.5.1.4.1.1.88.11', 'Basic Text SR'],
  ['1.2.840.10008.5.1.4.1.1.88.22', 'Enhanced SR'],
  ['1.2.840.10008.5.1.4.1.1.88.33', 'Comprehensive SR'],
  ['1.2.840.10008.5.1.4.1.1.88.34', 'Comprehensive 3D SR'],
  ['1.2.840.10008.5.1.4.1.1.88.59', 'Key Object Selection'],
  ['1.2.840.10008.5.1.4.1.1.104.1', 'Encapsulated PDF'],
  ['1.2.840.10008.5.1.4.1.1.128', 'PET'],
]);
/** Of the storage classes of the standard. A UID from elsewhere may be that of an image, which is never shown. */
const standard = /^1\.2\.840\.10008\.[\d.]{1,40}$/;

/** @param uid of (0008,0016); null: the header does not say it */
export function describeSopClass(uid: string | null): { readonly uid: string | null; readonly name: string } {
  if (uid === null) return { uid, name: 'missing' };
  if (!standard.test(uid)) return { uid: null, name: 'not of the standard' };
  return { uid, name: names.get(uid) ?? 'another' };
}
