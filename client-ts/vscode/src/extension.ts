/** What VS Code calls: puts the parts together. */
import type { ExtensionContext } from "vscode";

export function activate(_context: ExtensionContext): void {}
