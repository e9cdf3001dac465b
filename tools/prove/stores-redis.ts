import { createClient, RESP_TYPES } from 'redis';
import type { Place } from './places.ts';

/** A connection to Redis that reads every key, with its dump, and can plant a string. */
export interface RedisReader {
  read(): Promise<Place[]>;
  plantAndClose(text: string): Promise<void>;
  close(): Promise<void>;
}

export async function openRedis(url: string): Promise<RedisReader> {
  const client = createClient({ url, RESP: 2 });
  client.on('error', () => undefined);
  await client.connect();
  const bytes = client.withTypeMapping({ [RESP_TYPES.BLOB_STRING]: Buffer });
  return {
    read: async () => {
      const parts: Buffer[] = [];
      let items = 0;
      for await (const keys of client.scanIterator({ COUNT: 500 })) {
        for (const key of keys) {
          items++;
          const dumped = (await bytes.sendCommand(['DUMP', key])) as unknown as Buffer | null;
          // A dump may be compressed, so the value of a string is read as well.
          const text = (await client.type(key)) === 'string' ? await client.get(key) : null;
          parts.push(Buffer.from(`${key}\n${text ?? ''}\n`), dumped ?? Buffer.alloc(0));
        }
      }
      const content = Buffer.concat(parts);
      return [
        {
          kind: 'session store',
          name: 'every key of Redis',
          content,
          items,
          mayHoldDomains: false,
          showsSecrets: false,
        },
      ];
    },
    plantAndClose: async (text) => {
      await client.set(text, text);
      await client.close();
    },
    close: async () => {
      await client.close();
    },
  };
}
