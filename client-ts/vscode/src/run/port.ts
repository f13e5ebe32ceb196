/** Whether something speaks behind a forward: the local port listens always, so only what becomes of a connection tells. */
import { createConnection } from "node:net";

/** A debugger that listens keeps a connection open for at least this long. */
const KEPT_MS = 400;
const PAUSE_MS = 250;

/** Returns once a connection is kept or answered; false when the time is over or the user gives up. */
export async function speaks(port: number, limitMs: number, isWanted: () => boolean): Promise<boolean> {
  const deadline = Date.now() + limitMs;
  while (Date.now() < deadline && isWanted()) {
    if (await keeps(port)) return true;
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  return false;
}

function keeps(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ host: "127.0.0.1", port });
    const settle = (kept: boolean): void => {
      clearTimeout(bound);
      socket.destroy();
      resolve(kept);
    };
    const bound = setTimeout(() => settle(true), KEPT_MS);
    socket.on("data", () => settle(true));
    socket.on("error", () => settle(false));
    socket.on("close", () => settle(false));
  });
}
