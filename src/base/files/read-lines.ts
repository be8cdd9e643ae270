/** A text file, a line at a time: files of a line per image may be longer than a string can be. */
import { createReadStream } from 'node:fs';

export interface TextLine {
  /** without its line feed */
  readonly text: string;
  /** of the file, up to and with this line's end */
  readonly end: number;
  /** false: the file's last line, which no line feed ends */
  readonly whole: boolean;
}

/** UTF-8. Errors of the file system are passed on as they are. */
export async function* readLines(file: string): AsyncGenerator<TextLine> {
  let pieces: Buffer[] = [];
  let end = 0;
  const take = (last: Buffer, whole: boolean): TextLine => {
    const line = Buffer.concat([...pieces, last]);
    pieces = [];
    end += line.length + Number(whole);
    return { text: line.toString('utf8'), end, whole };
  };
  for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) {
    let start = 0;
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, start)) {
      yield take(chunk.subarray(start, at), true);
      start = at + 1;
    }
    if (start < chunk.length) pieces.push(chunk.subarray(start));
  }
  if (pieces.length > 0) yield take(Buffer.alloc(0), false);
}
