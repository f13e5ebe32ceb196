/** How each language's debugger is told where to attach and which file here is which there. */
import type { DebugConfiguration } from "vscode";

/** What is known of the process in the pod. */
export interface Remote {
  readonly name: string;
  readonly port: number;
  /** The source folder, here and in the dev container. */
  readonly localFolder: string;
  readonly remoteFolder: string;
}

export interface Language {
  /** The debug type of its extension. */
  readonly type: string;
  /** What speaks in the pod, as `debug.describe` names it. */
  readonly debugger: string;
  /** The extension that brings it. */
  readonly extension: string;
  /** Whether it tells of files that only the pod has by their paths there, and leaves it to us to show them. */
  readonly hasPodPaths?: boolean;
  readonly attach: (remote: Remote) => DebugConfiguration;
}

const HOST = "127.0.0.1";

export const LANGUAGES: { readonly [language: string]: Language } = {
  node: {
    type: "node",
    debugger: "node",
    extension: "ms-vscode.js-debug",
    attach: ({ name, port, localFolder, remoteFolder }) => ({
      type: "node",
      request: "attach",
      name,
      address: HOST,
      port,
      localRoot: localFolder,
      remoteRoot: remoteFolder,
      // The pod's own modules are not here.
      resolveSourceMapLocations: [`${localFolder}/**`, "!**/node_modules/**"],
      skipFiles: ["<node_internals>/**"],
    }),
  },
  python: {
    type: "debugpy",
    debugger: "debugpy",
    extension: "ms-python.debugpy",
    hasPodPaths: true,
    attach: ({ name, port, localFolder, remoteFolder }) => ({
      type: "debugpy",
      request: "attach",
      name,
      connect: { host: HOST, port },
      pathMappings: [{ localRoot: localFolder, remoteRoot: remoteFolder }],
      justMyCode: true,
    }),
  },
  go: {
    type: "go",
    debugger: "dlv",
    extension: "golang.go",
    hasPodPaths: true,
    attach: ({ name, port, localFolder, remoteFolder }) => ({
      type: "go",
      request: "attach",
      mode: "remote",
      // Its older adapter, which it still takes for this mode by itself, asks more of the server than one client may.
      debugAdapter: "dlv-dap",
      name,
      host: HOST,
      port,
      substitutePath: [{ from: localFolder, to: remoteFolder }],
    }),
  },
  java: {
    type: "java",
    debugger: "jdwp",
    extension: "vscjava.vscode-java-debug",
    attach: ({ name, port }) => ({ type: "java", request: "attach", name, hostName: HOST, port }),
  },
};

/** As configurations and `debug.language` name them. */
const NAMES: { readonly [name: string]: string } = {
  node: "node",
  nodejs: "node",
  javascript: "node",
  typescript: "node",
  python: "python",
  go: "go",
  golang: "go",
  java: "java",
  kotlin: "java",
};

export function languageOf(name: string | undefined): Language | undefined {
  const known = name === undefined ? undefined : NAMES[name.toLowerCase()];
  return known === undefined ? undefined : LANGUAGES[known];
}
