/** What may be written where in a dev configuration: walks the daemon's JSON Schema by the keys above a line. */

/** As much of JSON Schema as the daemon's uses. */
export interface Schema {
  readonly $ref?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly properties?: { readonly [key: string]: Schema };
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly then?: Schema;
  readonly else?: Schema;
  readonly definitions?: { readonly [name: string]: Schema };
  readonly $defs?: { readonly [name: string]: Schema };
}

/** The keys from the top of the file to a line, that of the line itself not included; `[]` stands for an item of a list. */
export function pathTo(lines: readonly string[], line: number, column: number): readonly string[] {
  const path: string[] = [];
  let left = column;
  for (let at = line - 1; at >= 0 && left > 0; at -= 1) {
    const [, indent, dashes, key] = /^(\s*)((?:-\s+)*)([\w-]+):(?:\s|$)/.exec(lines[at] ?? "") ?? [];
    if (indent === undefined || dashes === undefined || key === undefined) continue;
    const own = indent.length + dashes.length;
    if (own < left) {
      path.unshift(key);
      left = own;
    }
    if (dashes !== "" && indent.length < left) left = Math.min(left, indent.length + 1);
  }
  return path;
}

/** All schemas that a place may have: lists are entered by themselves. */
export function schemasAt(root: Schema, path: readonly string[]): readonly Schema[] {
  let found = open(root, root);
  for (const key of path) found = found.flatMap((schema) => open(root, schema.properties?.[key]));
  return found;
}

/** A schema with its alternatives, references and items in its place. */
function open(root: Schema, schema: Schema | undefined, depth = 0): readonly Schema[] {
  if (schema === undefined || depth > 16) return [];
  const branches = [schema.then, schema.else].filter((part) => part !== undefined);
  const parts = [...(schema.anyOf ?? []), ...(schema.oneOf ?? []), ...(schema.allOf ?? []), ...branches];
  const [, kind, name] = /^#\/(definitions|\$defs)\/(.+)$/.exec(schema.$ref ?? "") ?? [];
  const referred = kind === undefined || name === undefined ? undefined : root[kind as "definitions" | "$defs"]?.[name];
  const more = [...parts, ...(referred === undefined ? [] : [referred]), ...(schema.items === undefined ? [] : [schema.items])];
  return [schema, ...more.flatMap((part) => open(root, part, depth + 1))];
}

/** The values that a key may have, where they are counted. */
export function valuesOf(schemas: readonly Schema[]): readonly string[] {
  const values = schemas.flatMap((schema) => [...(schema.enum ?? []), ...(schema.const === undefined ? [] : [schema.const])]);
  const booleans = schemas.some(({ type }) => type === "boolean") ? ["true", "false"] : [];
  return [...new Set([...values.filter((value) => value !== null).map(String), ...booleans])];
}

export function descriptionOf(schemas: readonly Schema[]): string | undefined {
  const described = schemas.find(({ description }) => description !== undefined);
  const standard = schemas.find((schema) => schema.default !== undefined)?.default;
  if (described?.description === undefined) return undefined;
  return standard === undefined ? described.description : `${described.description} (${String(standard)})`;
}
