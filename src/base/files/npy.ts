/** Arrays as `.npy` files, version 1.0, which numpy reads and everything that knows numpy (NEP 1). */

const magic = [0x93, ...new TextEncoder().encode('NUMPY'), 1, 0];

/** @param shape rows first; its product is the number of values */
export function encodeNpy(values: Float32Array, shape: readonly number[]): Uint8Array {
  const sizes = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const description = `{'descr': '<f4', 'fortran_order': False, 'shape': (${sizes}), }`;
  // Magic, the header's length in two bytes, the header, its newline: together a multiple of 64.
  const length = Math.ceil((magic.length + 2 + description.length + 1) / 64) * 64;
  const header = new TextEncoder().encode(`${description.padEnd(length - magic.length - 3)}\n`);
  const bytes = new Uint8Array(length + values.length * 4);
  bytes.set(magic);
  const view = new DataView(bytes.buffer);
  view.setUint16(magic.length, header.length, true);
  bytes.set(header, magic.length + 2);
  values.forEach((value, index) => view.setFloat32(length + index * 4, value, true));
  return bytes;
}
