/** The bytes of a model file with other metadata: all else, above all the weights, is copied as it stands, a piece at a time. */
import { BinaryWriter } from '@bufbuild/protobuf/wire';
import { budgets } from '../../base/budgets.ts';
import { PneumoscopeError } from '../../base/errors.ts';
import { writeMetadata } from './encode.ts';
import { fillAt, modelFields, openModel, toModelError, walkFields, type FieldSpan } from './model-fields.ts';

const pieceBytes = 2 ** 20;

/**
 * @param metadata takes the place of all that the file has; what should stay is among it
 * @returns pieces to be written one after the other; the memory of each is used again for the next
 * @throws PneumoscopeError E_NOT_FOUND; E_MODEL_FILE when the file is damaged or changes meanwhile, or the metadata are more than a
 * model file may have here
 */
export async function* replaceMetadata(
  path: string,
  metadata: Readonly<Record<string, string>>,
): AsyncGenerator<Uint8Array, void, undefined> {
  const writer = new BinaryWriter();
  writeMetadata(writer, metadata);
  const tail = writer.finish();
  if (tail.length > budgets.modelMetadataBytes.limit / 2) {
    throw new PneumoscopeError(
      'E_MODEL_FILE',
      `The metadata for ${path} need ${tail.length} bytes, more than a model file may have; fit it on fewer images`,
    );
  }
  const handle = await openModel(path);
  try {
    const { size } = await handle.stat();
    const kept: FieldSpan[] = [];
    for await (const field of walkFields(handle, size)) if (field.number !== modelFields.metadata) kept.push(field);
    const buffer = new Uint8Array(pieceBytes);
    for (const { start, end } of kept) {
      for (let position = start; position < end; position += pieceBytes) {
        const piece = buffer.subarray(0, Math.min(pieceBytes, end - position));
        await fillAt(handle, position, piece);
        yield piece;
      }
    }
  } catch (error) {
    throw toModelError(error, path);
  } finally {
    await handle.close();
  }
  yield tail;
}
