/** Reading protobuf messages field by field, with every length checked before anything is believed. */
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';

/** One field of a message. The readers throw where the field is not of the kind that is asked for. */
export interface Field {
  readonly number: number;
  /** A length-delimited field's content, a view of the message. */
  readonly bytes: () => Uint8Array;
  readonly text: () => string;
  readonly integer: () => number;
  /** Repeated integers: one varint, or several packed into a length-delimited field. */
  readonly integers: () => bigint[];
  readonly float: () => number;
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** The fields of a message in order. @throws Error where the bytes are not a protobuf message */
export function* readFields(message: Uint8Array): Generator<Field, void, undefined> {
  const reader = new BinaryReader(message);
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag();
    yield readField(reader, number, wireType);
  }
}

function readField(reader: BinaryReader, number: number, wireType: WireType): Field {
  const wrong = (wanted: string) => (): never => {
    throw new Error(`field ${number} has wire type ${wireType} where ${wanted} is expected`);
  };
  const refused = {
    bytes: wrong('bytes'),
    text: wrong('text'),
    integer: wrong('an integer'),
    integers: wrong('integers'),
    float: wrong('a fraction'),
  };
  switch (wireType) {
    case WireType.Varint: {
      const value = BigInt(reader.int64());
      return { ...refused, number, integer: () => safeInteger(value), integers: () => [value] };
    }
    case WireType.LengthDelimited: {
      const value = reader.bytes();
      return {
        ...refused,
        number,
        bytes: () => value,
        text: () => utf8.decode(value),
        integers: () => unpackIntegers(value),
      };
    }
    case WireType.Bit32: {
      const value = reader.float();
      return { ...refused, number, float: () => value };
    }
    default:
      reader.skip(wireType, number);
      return { ...refused, number };
  }
}

function unpackIntegers(packed: Uint8Array): bigint[] {
  const reader = new BinaryReader(packed);
  const values: bigint[] = [];
  while (reader.pos < reader.len) values.push(BigInt(reader.int64()));
  return values;
}

export function safeInteger(value: bigint): number {
  const result = Number(value);
  if (!Number.isSafeInteger(result)) throw new Error(`the integer ${value} is out of range`);
  return result;
}

/** A StringStringEntryProto. */
export function readEntry(bytes: Uint8Array): [key: string, value: string] {
  const entry: [string, string] = ['', ''];
  for (const field of readFields(bytes)) {
    if (field.number === 1) entry[0] = field.text();
    else if (field.number === 2) entry[1] = field.text();
  }
  return entry;
}
