import assert from 'node:assert/strict';
import { findCommand } from '../../tools/demo/cluster/commands.ts';
import { skipWithout } from '../support/services.ts';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { crc32 } from 'node:zlib';
import { describe, it } from 'node:test';
import { zipChunks } from '../../src/site/http/zip.ts';
import { partsOf } from '../../src/site/users/users-file.ts';

// eslint-disable-next-line @typescript-eslint/require-await -- an export is an asynchronous sequence
async function* batchesOf(...sizes: number[]): AsyncGenerator<string[][]> {
  let row = 0;
  for (const size of sizes) yield Array.from({ length: size }, () => [`u${++row}@a.example`, 'Zoé']);
}

const fileOf = (...sizes: number[]) => ({
  name: 'users',
  delimiter: ';' as const,
  header: ['User name', 'Name'],
  batches: batchesOf(...sizes),
});

/** Reads an archive by its central directory. */
function unzip(archive: Buffer): Record<string, string> {
  const end = archive.lastIndexOf('PK\x05\x06', undefined, 'latin1');
  const files: Record<string, string> = {};
  let at = archive.readUInt32LE(end + 16);
  for (let left = archive.readUInt16LE(end + 10); left > 0; left--) {
    assert.equal(archive.toString('latin1', at, at + 4), 'PK\x01\x02');
    const [crc, size, length] = [
      archive.readUInt32LE(at + 16),
      archive.readUInt32LE(at + 24),
      archive.readUInt16LE(at + 28),
    ];
    const local = archive.readUInt32LE(at + 42);
    assert.equal(archive.toString('latin1', local, local + 4), 'PK\x03\x04');
    const name = archive.toString('ascii', at + 46, at + 46 + length);
    const content = archive.subarray(local + 30 + length, local + 30 + length + size);
    assert.equal(crc32(content), crc);
    files[name] = content.toString();
    at += 46 + length;
  }
  assert.equal(at, end);
  return files;
}

const archiveOf = async (...sizes: number[]): Promise<Buffer> =>
  Buffer.concat(await Array.fromAsync(zipChunks(partsOf(fileOf(...sizes), 4))));

const python = findCommand('/usr/bin/python3', 'python3');

describe('an export in numbered parts', () => {
  const cases: [what: string, sizes: number[], rows: number[]][] = [
    ['a part that is not full', [2, 1], [3]],
    ['a full part', [2, 2], [4]],
    ['a full part before an empty batch', [2, 2, 0], [4]],
    ['several parts', [2, 2, 2, 2, 1], [4, 4, 1]],
  ];
  for (const [what, sizes, rows] of cases) {
    it(`has the headings and every user once: ${what}`, async () => {
      const files = unzip(await archiveOf(...sizes));
      assert.deepEqual(
        Object.keys(files),
        rows.map((_, index) => `users-${index + 1}.csv`),
      );
      const lines = Object.values(files).map((text) => text.split('\r\n').slice(0, -1));
      for (const [heading] of lines) assert.equal(heading, '\uFEFFUser name;Name');
      assert.deepEqual(
        lines.map((part) => part.length - 1),
        rows,
      );
      const all = lines.flatMap(([, ...part]) => part);
      assert.deepEqual(
        all,
        all.map((_, index) => `u${index + 1}@a.example;Zoé`),
      );
    });
  }

  it('is an archive that other programs accept', { skip: skipWithout('python3', python) }, async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'parvis-zip-'));
    try {
      const file = path.join(folder, 'users.zip');
      writeFileSync(file, await archiveOf(2, 2, 2));
      const check = 'import sys, zipfile; z = zipfile.ZipFile(sys.argv[1]); print(z.testzip(), z.namelist())';
      const printed = execFileSync(python!, ['-c', check, file], { encoding: 'utf8' });
      assert.equal(printed.trim(), "None ['users-1.csv', 'users-2.csv']");
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
