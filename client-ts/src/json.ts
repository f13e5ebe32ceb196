/** Looking into JSON that somebody else wrote. */

/** Whether it is an object with members, as opposed to an array, null or a plain value. */
export function isObject(value: unknown): value is { readonly [name: string]: unknown } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The value that a text holds, or undefined where it is not JSON. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
