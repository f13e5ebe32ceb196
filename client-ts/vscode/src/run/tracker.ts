/**
 * Listens to what the editor and a debugger say to each other: who ended it, and which files are the pod's. Those are then named
 * by addresses that the editor can read, and by their paths again on the way back.
 */
import type { DebugAdapterTracker } from "vscode";

import { podFile, podPath } from "../files/address.js";
import { isWithin } from "../folders.js";
import type { Launch } from "./launches.js";

/** What of the Debug Adapter Protocol is needed here. */
interface Message {
  readonly type: "request" | "response" | "event";
  readonly command?: string;
  readonly event?: string;
  readonly arguments?: { readonly restart?: boolean };
  readonly body?: unknown;
}

interface Source {
  path?: string;
  readonly sourceReference?: number;
}

/** Answers and events in which there are files. */
const WITH_SOURCES: readonly (string | undefined)[] = ["stackTrace", "setBreakpoints", "loadedSources", "breakpoint", "loadedSource", "output"];

export function tracker(launch: Launch | undefined): DebugAdapterTracker | undefined {
  if (launch === undefined) return undefined;
  let isOver = false;
  return {
    onWillReceiveMessage: (message: Message) => {
      if (message.command === "disconnect" || message.command === "terminate") {
        // After the program's own end the editor says goodbye as well.
        if (!isOver) launch.stopped = message.arguments?.restart === true ? "restarted" : "ended";
      }
      if (!launch.hasPodPaths) return;
      eachSource(message.arguments, (source) => {
        const path = podPath(source.path);
        if (path !== undefined) source.path = path;
      });
    },
    onDidSendMessage: (message: Message) => {
      if (message.event === "terminated") isOver = true;
      if (!launch.hasPodPaths || !WITH_SOURCES.includes(message.type === "event" ? message.event : message.command)) return;
      eachSource(message.body, (source) => {
        const { path, sourceReference = 0 } = source;
        // What has a reference is asked of the debugger.
        if (sourceReference > 0 || path?.startsWith("/") !== true || launch.localRoots.some((root) => isWithin(path, root))) return;
        source.path = podFile(launch.session, path).toString();
      });
    },
    onExit: () => (isOver = true),
    onError: () => (isOver = true),
  };
}

/** Every `source` in what a message holds, and every one of `sources`. */
function eachSource(value: unknown, act: (source: Source) => void): void {
  if (Array.isArray(value)) return value.forEach((each) => eachSource(each, act));
  if (typeof value !== "object" || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    if (key === "source" && typeof inner === "object" && inner !== null) act(inner as Source);
    else if (key === "sources" && Array.isArray(inner)) inner.forEach((source) => act(source as Source));
    else eachSource(inner, act);
  }
}
