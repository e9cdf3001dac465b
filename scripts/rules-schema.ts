import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { rulesSchema } from '../src/platform/config/rules.schema.ts';

export const rulesSchemaFile = path.join(import.meta.dirname, '../rules/schema.json');

/** Returns the JSON Schema of a region's rules file, for editors and for operators who write such a file. */
export function rulesSchemaText(): string {
  const schema = z.toJSONSchema(rulesSchema, { io: 'input' });
  return `${JSON.stringify({ title: 'Rules of a region of Parvis', ...schema }, null, 2)}\n`;
}

if (import.meta.main) writeFileSync(rulesSchemaFile, rulesSchemaText());
