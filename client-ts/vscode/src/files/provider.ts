/** Files of dev containers, to be read: those of a library that a debugger stands in, or whatever one wants to look at. */
import type { FileEntry, FileKind } from "@nhd/client";
import { EventEmitter, FileSystemError, FileType, workspace, type Disposable, type FileChangeEvent, type FileStat, type FileSystemProvider, type Uri } from "vscode";

import type { Daemon } from "../daemon/daemon.js";
import { infoOf, sentence } from "../failures.js";
import { SCHEME } from "./address.js";

/** How long a file that was read to learn of it is kept for who reads it next. */
const KEPT_MS = 5000;

const TYPES: { readonly [K in FileKind]: FileType } = {
  file: FileType.File,
  directory: FileType.Directory,
  symlink: FileType.SymbolicLink,
  other: FileType.Unknown,
};

export class PodFiles implements FileSystemProvider {
  readonly #daemon: Daemon;
  readonly #changed = new EventEmitter<FileChangeEvent[]>();
  #last: { readonly address: string; readonly bytes: Uint8Array; readonly at: number } | undefined;

  readonly onDidChangeFile = this.#changed.event;

  constructor(daemon: Daemon) {
    this.#daemon = daemon;
  }

  register(): Disposable {
    return workspace.registerFileSystemProvider(SCHEME, this, { isReadonly: true, isCaseSensitive: true });
  }

  /** Nothing tells of changes there. */
  watch(): Disposable {
    return { dispose: () => undefined };
  }

  /** There is no question for it: who may read a file knows that it is one, and how large. */
  async stat(uri: Uri): Promise<FileStat> {
    const stat = (type: FileType, size = 0): FileStat => ({ type, size, ctime: 0, mtime: 0 });
    try {
      const bytes = await this.#read(uri);
      this.#last = { address: uri.toString(), bytes, at: Date.now() };
      return stat(FileType.File, bytes.length);
    } catch (error) {
      switch (infoOf(error).kind) {
        case "notAFile":
          return this.readDirectory(uri).then(
            () => stat(FileType.Directory),
            () => stat(FileType.Unknown),
          );
        // It is there; reading it says why it cannot be.
        case "fileTooLarge": case "fileForbidden": return stat(FileType.File);
        default: throw told(error, uri);
      }
    }
  }

  async readFile(uri: Uri): Promise<Uint8Array> {
    const last = this.#last;
    this.#last = undefined;
    if (last?.address === uri.toString() && Date.now() - last.at < KEPT_MS) return last.bytes;
    try {
      return await this.#read(uri);
    } catch (error) {
      throw told(error, uri);
    }
  }

  async readDirectory(uri: Uri): Promise<[string, FileType][]> {
    try {
      const client = await this.#daemon.client();
      const { entries } = await client.file.list({ session: uri.authority, path: uri.path });
      // A name that is not Unicode has no address.
      return entries.filter(({ nameBase64 }) => nameBase64 === undefined).map((entry) => [entry.name, typeOf(entry)]);
    } catch (error) {
      throw told(error, uri);
    }
  }

  createDirectory(uri: Uri): never {
    throw FileSystemError.NoPermissions(uri);
  }

  writeFile(uri: Uri): never {
    throw FileSystemError.NoPermissions(uri);
  }

  delete(uri: Uri): never {
    throw FileSystemError.NoPermissions(uri);
  }

  rename(uri: Uri): never {
    throw FileSystemError.NoPermissions(uri);
  }

  async #read(uri: Uri): Promise<Uint8Array> {
    const client = await this.#daemon.client();
    const { data } = await client.file.read({ session: uri.authority, path: uri.path });
    return Buffer.from(data, "base64");
  }
}

function typeOf({ kind, targetKind }: FileEntry): FileType {
  return kind === "symlink" ? FileType.SymbolicLink | TYPES[targetKind ?? "other"] : TYPES[kind];
}

function told(error: unknown, uri: Uri): Error {
  const { kind, message } = infoOf(error);
  switch (kind) {
    // With its session the container is gone, and the editor has words of its own for no other failure than these.
    case "fileNotFound": case "sessionNotFound": return FileSystemError.FileNotFound(uri);
    case "notADirectory": return FileSystemError.FileNotADirectory(uri);
    case "notAFile": return FileSystemError.FileIsADirectory(uri);
    case "fileForbidden": return FileSystemError.NoPermissions(sentence(message));
    default: return FileSystemError.Unavailable(sentence(message));
  }
}
