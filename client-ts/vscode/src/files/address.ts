/** How a file of a dev container is addressed: `nhd-pod://SESSION/absolute/path`. */
import { Uri } from "vscode";

export const SCHEME = "nhd-pod";

export function podFile(session: string, path: string): Uri {
  return Uri.from({ scheme: SCHEME, authority: session, path });
}

/** The path in the container, where an address is one of these. */
export function podPath(address: string | undefined): string | undefined {
  return address?.startsWith(`${SCHEME}:`) === true ? Uri.parse(address, true).path : undefined;
}
