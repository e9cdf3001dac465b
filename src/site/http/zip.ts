import { crc32 } from 'node:zlib';

/** A file in an archive, generated while it is sent. */
export interface ZipEntry {
  /** The file name, in ASCII. */
  readonly name: string;
  readonly chunks: AsyncIterable<string>;
}

interface Written {
  readonly name: Buffer;
  readonly crc: number;
  readonly size: number;
  readonly offset: number;
}

// Version 2.0. The sizes of each file follow its data, because they are not known in advance.
const version = 20;
const sizesFollow = 0x08;
// January 1, 1980, the earliest date in the format. The time of the export is in the activity log instead.
const date = 0x21;

/** @returns the given values as little-endian fields, each with a length of 2 or 4 bytes */
function fields(...values: readonly (readonly [value: number, length: 2 | 4])[]): Buffer {
  const buffer = Buffer.alloc(values.reduce((sum, [, length]) => sum + length, 0));
  let at = 0;
  for (const [value, length] of values) at = buffer.writeUIntLE(value, at, length);
  return buffer;
}

const common = (size: number, crc: number, name: Buffer) =>
  [
    [sizesFollow, 2],
    [0, 2],
    [0, 2],
    [date, 2],
    [crc, 4],
    [size, 4],
    [size, 4],
    [name.length, 2],
    [0, 2],
  ] as const;

/** Generates a ZIP archive without compression, of files that total less than 4 GiB (PKWARE APPNOTE 4.3). */
export async function* zipChunks(entries: AsyncIterable<ZipEntry>): AsyncGenerator<Buffer> {
  const written: Written[] = [];
  let offset = 0;
  for await (const { name: text, chunks } of entries) {
    const name = Buffer.from(text, 'ascii');
    const header = Buffer.concat([fields([0x04034b50, 4], [version, 2], ...common(0, 0, name)), name]);
    yield header;
    let [crc, size] = [0, 0];
    for await (const chunk of chunks) {
      const bytes = Buffer.from(chunk);
      crc = crc32(bytes, crc);
      size += bytes.length;
      yield bytes;
    }
    const descriptor = fields([0x08074b50, 4], [crc, 4], [size, 4], [size, 4]);
    yield descriptor;
    written.push({ name, crc, size, offset });
    offset += header.length + size + descriptor.length;
  }
  const directory = Buffer.concat(written.flatMap(directoryEntry));
  const count = written.length;
  yield directory;
  yield fields([0x06054b50, 4], [0, 4], [count, 2], [count, 2], [directory.length, 4], [offset, 4], [0, 2]);
}

const directoryEntry = ({ name, crc, size, offset }: Written): Buffer[] => [
  fields(
    [0x02014b50, 4],
    [version, 2],
    [version, 2],
    ...common(size, crc, name),
    [0, 2],
    [0, 2],
    [0, 2],
    [0, 4],
    [offset, 4],
  ),
  name,
];
