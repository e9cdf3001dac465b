import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { rulesSchemaFile, rulesSchemaText } from '../../scripts/rules-schema.ts';
import { rulesFolder } from '../../src/platform/config/rules.ts';

interface Property {
  description?: string;
  properties?: Record<string, Property>;
}

test('rules/schema.json is up to date with the code (`npm run schema` regenerates it)', () => {
  assert.equal(readFileSync(rulesSchemaFile, 'utf8'), rulesSchemaText());
});

test('every rule or one of its properties has a description, and every rules file refers to the schema', () => {
  const { properties } = JSON.parse(rulesSchemaText()) as { properties: Record<string, Property> };
  for (const [name, property] of Object.entries(properties)) {
    const said = [property, ...Object.values(property.properties ?? {})].some(({ description }) => description);
    assert.ok(said, name);
  }
  for (const file of readdirSync(rulesFolder).filter((each) => each.endsWith('.json') && each !== 'schema.json')) {
    const pack = JSON.parse(readFileSync(path.join(rulesFolder, file), 'utf8')) as { $schema?: string };
    assert.equal(pack.$schema, './schema.json', file);
  }
});
