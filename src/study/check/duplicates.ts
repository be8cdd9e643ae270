/** Images that are the same, or look the same: groups of them, those that spoil an evaluation first. */
import type { WorkDatabase } from '../records/work-database.ts';

export interface GroupMember {
  readonly file: string;
  readonly label: string;
  /** null where the data set has no splits */
  readonly split: string | null;
  readonly patient: string;
}

export interface DuplicateGroup {
  /** 'bytes': the files are equal; 'pixels': their grey pixels are; 'near': they look alike, see `hashDistance` */
  readonly kind: 'bytes' | 'pixels' | 'near';
  /** how many there are, two or more */
  readonly count: number;
  /** the first {@link imagesPerGroup} of them, in the order of the list */
  readonly images: readonly GroupMember[];
  readonly crossesSplits: boolean;
  readonly severalLabels: boolean;
  /** of known patients */
  readonly severalPatients: boolean;
}

/** Identical: equal width, height and grey pixels. Similar: near-duplicates that are not, joined as in `findSimilar`. */
export type GroupSort = 'identical' | 'similar';

/** Images of a group that stand in a result; files of findings have all. */
export const imagesPerGroup = 50;

/** A group is known by its first image. `remaining`: that no quarantine moved. */
const schema = `
  CREATE TABLE members (sort TEXT, first INTEGER, id INTEGER, PRIMARY KEY (sort, first, id)) WITHOUT ROWID;
  INSERT INTO members
    SELECT 'identical', first, id
    FROM (SELECT pixels, MIN(id) AS first FROM scans GROUP BY pixels HAVING COUNT(*) > 1) JOIN scans USING (pixels);
  INSERT INTO members
    SELECT 'similar', roots.id, scans.id FROM near
    JOIN originals AS roots ON roots.place = near.root
    JOIN originals ON originals.place = near.place
    JOIN scans AS own ON own.id = originals.id
    JOIN scans ON scans.pixels = own.pixels;
  CREATE TABLE groups (
    sort TEXT, first INTEGER, kind TEXT, size INTEGER, remaining INTEGER,
    severalLabels INTEGER, crossesSplits INTEGER, severalPatients INTEGER, PRIMARY KEY (sort, first)
  ) WITHOUT ROWID;
  INSERT INTO groups
    SELECT sort, first,
      CASE WHEN sort = 'similar' THEN 'near' WHEN MIN(bytes) = MAX(bytes) THEN 'bytes' ELSE 'pixels' END,
      COUNT(*), COUNT(*), MIN(label) < MAX(label), MIN(split) < MAX(split),
      COALESCE(MIN(CASE WHEN known THEN patient END) < MAX(CASE WHEN known THEN patient END), 0)
    FROM members JOIN images USING (id) JOIN scans USING (id)
    GROUP BY sort, first;
`;

/** Two labels, then two splits, then two patients; what a quarantine left to decide about before what it did not; large groups first. */
export const bySeverity = `
  severalLabels DESC, crossesSplits DESC, remaining > 1 DESC, severalPatients DESC, size DESC,
  (SELECT file FROM images WHERE id = first)
`;

/** Puts the images that `scanImages` and `findSimilar` noted into the tables `members` and `groups`. */
export function groupDuplicates(database: WorkDatabase): void {
  database.define(schema);
}

/** Counts again what is left of the groups when the images in the table `moved` are gone. */
export function markMovedMembers(database: WorkDatabase): void {
  const gone = `
    SELECT COUNT(*) FROM members JOIN moved USING (id)
    WHERE members.sort = groups.sort AND members.first = groups.first
  `;
  database.run(`UPDATE groups SET remaining = size - (${gone})`);
}

/** Those that spoil an evaluation first. */
export function* listGroups(database: WorkDatabase, sort: GroupSort): Generator<DuplicateGroup> {
  for (const row of listGroupRows(database, sort)) {
    const { kind, ...marks } = describeGroup(row);
    const images = [...listMembers(database, sort, row.first, imagesPerGroup)];
    yield { kind, count: row.size, images, ...marks };
  }
}

function listGroupRows(database: WorkDatabase, sort: GroupSort): Generator<GroupRow> {
  return database.rows<GroupRow>(`SELECT * FROM groups WHERE sort = ? ORDER BY ${bySeverity}`, sort);
}

function describeGroup(row: GroupRow): Omit<DuplicateGroup, 'images' | 'count'> {
  return {
    kind: row.kind,
    crossesSplits: row.crossesSplits === 1,
    severalLabels: row.severalLabels === 1,
    severalPatients: row.severalPatients === 1,
  };
}

interface GroupRow {
  readonly first: number;
  readonly kind: DuplicateGroup['kind'];
  readonly size: number;
  readonly severalLabels: number;
  readonly crossesSplits: number;
  readonly severalPatients: number;
}

function* listMembers(database: WorkDatabase, sort: GroupSort, first: number, most: number): Generator<GroupMember> {
  const sql = `
    SELECT file, label, NULLIF(split, '') AS split, patient FROM members JOIN images USING (id)
    WHERE sort = ? AND first = ? ORDER BY id LIMIT ?
  `;
  for (const member of database.rows<GroupMember>(sql, sort, first, most)) yield { ...member };
}

/** A group and one of its images. */
export interface GroupedImage extends GroupMember, Omit<DuplicateGroup, 'images' | 'count'> {
  /** numbers the groups, the worst first, from 1 */
  readonly group: number;
}

/** All images of all groups, group by group. */
export function* listGroupedImages(database: WorkDatabase, sort: GroupSort): Generator<GroupedImage> {
  let group = 0;
  for (const row of listGroupRows(database, sort)) {
    const shared = { group: ++group, ...describeGroup(row) };
    for (const member of listMembers(database, sort, row.first, -1)) yield { ...shared, ...member };
  }
}
