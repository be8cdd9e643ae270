import { describe, expect, it } from 'vitest';
import { knownPatientId, pathogen, patientId } from './patients.ts';

describe('patientId', () => {
  it.each([
    ['person10_bacteria_43.jpeg', 'person10'],
    ['person10_virus_35.jpeg', 'person10'],
    ['person1_bacteria_2.jpeg', 'person1'],
    ['person1571_bacteria_4108_2.jpeg', 'person1571'],
    ['IM-0100-0001.jpeg', 'IM-0100'],
    ['NORMAL2-IM-0100-0001.jpeg', 'IM-0100'],
    ['IM-0001-0001-0002.jpeg', 'IM-0001'],
    ['NORMAL2-IM-1346-0001-0002.jpeg', 'IM-1346'],
    ['IM-10000-0001.jpeg', 'IM-10000'],
    ['train/PNEUMONIA/person23_bacteria_100.jpeg', 'person23'],
    ['PERSON23_Bacteria_100.JPEG', 'person23'],
    ['person23_bacteria_100-2.jpeg', 'person23'],
  ])('%s belongs to %s', (file, patient) => {
    expect(patientId(file)).toBe(patient);
    expect(patientId(file, 'ANY')).toBe(patient);
  });

  it.each(['person10.jpeg', 'person_bacteria_1.jpeg', 'xperson10_bacteria_1.jpeg', 'IM-1-1.jpeg', 'scan.png', ''])(
    'the name %j tells no patient, so the file is its own',
    (file) => {
      expect(knownPatientId(file)).toBeUndefined();
      expect(patientId(file)).toBe(file);
      expect(patientId(file, 'A')).not.toBe(patientId(file, 'B'));
    },
  );
});

describe('pathogen', () => {
  it('reads the germ of pneumonia names only', () => {
    expect(pathogen('PNEUMONIA/person10_bacteria_43.jpeg')).toBe('bacteria');
    expect(pathogen('person1610_virus_2793_1.jpeg')).toBe('virus');
    expect(pathogen('IM-0100-0001.jpeg')).toBeUndefined();
    expect(pathogen('person10_fungus_43.jpeg')).toBeUndefined();
  });
});
