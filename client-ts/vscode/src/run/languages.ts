/** How each language's debugger is told where to attach and which file here is which there. */
import type { DebugConfiguration } from "vscode";

/** What is known of the process in the pod. */
export interface Remote {
  readonly name: string;
  readonly port: number;
  readonly source: string;
  readonly workDir: string;
}

export interface Language {
  /** The debug type of its extension. */
  readonly type: string;
  /** The extension that brings it. */
  readonly extension: string;
  readonly attach: (remote: Remote) => DebugConfiguration;
}

const HOST = "127.0.0.1";

export const LANGUAGES: { readonly [language: string]: Language } = {
  node: {
    type: "node",
    extension: "ms-vscode.js-debug",
    attach: ({ name, port, source, workDir }) => ({
      type: "node",
      request: "attach",
      name,
      address: HOST,
      port,
      localRoot: source,
      remoteRoot: workDir,
      // The pod's own modules are not here.
      resolveSourceMapLocations: [`${source}/**`, "!**/node_modules/**"],
      skipFiles: ["<node_internals>/**"],
    }),
  },
  python: {
    type: "debugpy",
    extension: "ms-python.debugpy",
    attach: ({ name, port, source, workDir }) => ({
      type: "debugpy",
      request: "attach",
      name,
      connect: { host: HOST, port },
      pathMappings: [{ localRoot: source, remoteRoot: workDir }],
      justMyCode: true,
    }),
  },
  go: {
    type: "go",
    extension: "golang.go",
    attach: ({ name, port, source, workDir }) => ({
      type: "go",
      request: "attach",
      mode: "remote",
      name,
      host: HOST,
      port,
      substitutePath: [{ from: source, to: workDir }],
    }),
  },
  java: {
    type: "java",
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

/** The files by which a source folder tells its language, for a configuration that does not. */
export const TELLING_FILES: readonly (readonly [file: string, language: string])[] = [
  ["package.json", "node"],
  ["go.mod", "go"],
  ["pom.xml", "java"],
  ["build.gradle", "java"],
  ["build.gradle.kts", "java"],
  ["pyproject.toml", "python"],
  ["requirements.txt", "python"],
];
