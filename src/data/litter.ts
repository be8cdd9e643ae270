/** What stands among the images of a user without being one of them. */

/** Hidden files, `._*` of AppleDouble and `.DS_Store` among them, the folder macOS adds to archives, and {@link isSystemFolder}. */
export function isLitter(name: string): boolean {
  return name.startsWith('.') || name === '__MACOSX' || isSystemFolder(name);
}

const systemFolders = new Set([
  '@eadir',
  '@recycle',
  '@recently-snapshot',
  '#recycle',
  '#snapshot',
  '$recycle.bin',
  'lost+found',
  'recycler',
  'system volume information',
]);

/**
 * Whether a name is that of a folder which systems and storage devices keep among the files of their users: thumbnails, snapshots, what was
 * deleted. Images in it are copies of others, or not wanted.
 */
export function isSystemFolder(name: string): boolean {
  return systemFolders.has(name.toLowerCase());
}
