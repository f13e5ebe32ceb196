/** Texts with arguments in their places, as the protocol has them: `failed to read {file}[: {cause}]`. Pure. */

export type Arguments = { readonly [name: string]: string };

/** What is in square brackets is left out where an argument in it is absent; undefined where one is absent that is not. */
export function rendered(template: string, given: Arguments): string | undefined {
  const parts = template.split(/\[([^[\]]*)\]/).map((part, index) => (index % 2 === 0 ? filled(part, given) : (filled(part, given) ?? "")));
  return parts.includes(undefined) ? undefined : parts.join("");
}

function filled(part: string, given: Arguments): string | undefined {
  const isWhole = [...part.matchAll(/\{(\w+)\}/g)].every(([, name = ""]) => given[name] !== undefined);
  return isWhole ? part.replaceAll(/\{(\w+)\}/g, (_, name: string) => given[name] ?? "") : undefined;
}
