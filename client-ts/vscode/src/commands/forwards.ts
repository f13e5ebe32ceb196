/** Commands on forwards: add, open, copy, end. */
import type { PortForward, PortSuggestion, SessionStatus } from "@nhd/client";
import { env, l10n, ThemeIcon, Uri, window, type QuickPickItem } from "vscode";

import type { App } from "../app.js";
import { log, wordsOf } from "../log.js";
import { ask, BACK } from "../start/wizard.js";
import { ForwardNode } from "../views/nodes.js";
import { reasonWord, workloadWord } from "../words.js";
import { sessionOf } from "./arguments.js";

export async function addForward(app: App, given: unknown): Promise<void> {
  const status = await sessionOf(app, given);
  if (status === undefined) return;
  const ports = await askPorts(app, status);
  if (ports === undefined) return;
  try {
    const client = await app.daemon.client();
    const forward = await client.forward.start({ session: status.session, ...ports });
    const address = `localhost:${forward.localPort ?? ""}`;
    const open = l10n.t("Open in Browser");
    const copy = l10n.t("Copy Address");
    const chosen = await window.showInformationMessage(l10n.t("{0} leads to port {1} of {2}.", address, forward.remotePort, status.workload.name), open, copy);
    if (chosen === open) await openInBrowser(forward);
    if (chosen === copy) await env.clipboard.writeText(address);
  } catch (error) {
    await app.failures.show(error, { doing: `forward ${workloadWord(status.workload)}`, session: status });
  }
}

interface Ports {
  readonly localPort?: number;
  readonly remotePort: number;
}

async function askPorts(app: App, status: SessionStatus): Promise<Ports | undefined> {
  const wrong = l10n.t("Type a port, or LOCAL:REMOTE, from 1 to 65535.");
  const chosen = await ask<QuickPickItem>({
    title: l10n.t("Forward a Port of {0}", status.workload.name),
    placeholder: l10n.t("The port in the pod, such as 8080; or LOCAL:REMOTE, such as 3000:8080"),
    items: suggestedPorts(app, status),
    typed: (label) => ({ label, description: portsOf(label) === undefined ? wrong : l10n.t("forward this port"), alwaysShow: true }),
  });
  if (chosen === undefined || chosen === BACK) return undefined;
  const ports = portsOf(chosen.label);
  if (ports === undefined) void window.showErrorMessage(wrong);
  return ports;
}

/** Those that may be worth it, with why: what listens now comes first. Those that are forwarded already are left out. */
async function suggestedPorts(app: App, { session }: SessionStatus): Promise<readonly QuickPickItem[]> {
  try {
    const client = await app.daemon.client();
    if (!app.daemon.has("forward.suggest")) return [];
    const { ports, warnings = [] } = await client.forward.suggest({ session });
    for (const warning of warnings) log().warn(warning);
    const listens = ({ reasons }: PortSuggestion): boolean => reasons.some(({ type }) => type === "listening");
    return ports
      .filter(({ localPort }) => localPort === undefined)
      .sort((one, other) => Number(listens(other)) - Number(listens(one)))
      .map((suggestion) => ({
        label: String(suggestion.port),
        description: suggestion.reasons.map(reasonWord).join(" · "),
        iconPath: new ThemeIcon(listens(suggestion) ? "radio-tower" : "circle-outline"),
      }));
  } catch (error) {
    log().warn(wordsOf(error));
    return [];
  }
}

/** `8080` asks for the same port here if it is free, else for any. */
export function portsOf(text: string): Ports | undefined {
  const [, local, remote] = /^(?:(\d{0,5}):)?(\d{1,5})$/.exec(text.trim()) ?? [];
  const port = (value: string | undefined): number | undefined => {
    const number = value === undefined || value === "" ? 0 : Number(value);
    return number >= 0 && number <= 65_535 ? number : undefined;
  };
  const [here, there] = [port(local), port(remote)];
  if (there === undefined || there === 0 || here === undefined) return undefined;
  return here === 0 ? { remotePort: there } : { localPort: here, remotePort: there };
}

export async function openForward(app: App, given: unknown): Promise<void> {
  const forward = await forwardOf(app, given);
  if (forward !== undefined) await openInBrowser(forward);
}

export async function copyForward(app: App, given: unknown): Promise<void> {
  const forward = await forwardOf(app, given);
  if (forward !== undefined) await env.clipboard.writeText(`localhost:${forward.localPort ?? ""}`);
}

export async function endForward(app: App, given: unknown): Promise<void> {
  const node = given instanceof ForwardNode ? given : await chooseForward(app);
  if (node === undefined) return;
  const { session, forward } = node;
  try {
    const client = await app.daemon.client();
    await client.forward.end({ session, remotePort: forward.remotePort, ...(forward.localPort === undefined ? {} : { localPort: forward.localPort }) });
  } catch (error) {
    await app.failures.show(error, { doing: "end a forward", session: app.sessions.get(session) });
  }
}

/** The address as the user's browser reaches it: over SSH and in a browser's editor it is another. */
async function openInBrowser({ localPort }: PortForward): Promise<void> {
  const uri = await env.asExternalUri(Uri.parse(`http://localhost:${localPort ?? ""}`));
  await env.openExternal(uri);
}

async function forwardOf(app: App, given: unknown): Promise<PortForward | undefined> {
  return given instanceof ForwardNode ? given.forward : (await chooseForward(app))?.forward;
}

async function chooseForward(app: App): Promise<{ readonly session: string; readonly forward: PortForward } | undefined> {
  const items = app.sessions.live.flatMap((status) =>
    (status.forwards ?? []).map((forward) => ({
      label: `localhost:${forward.localPort ?? ""} → ${forward.remotePort}`,
      description: status.workload.name,
      session: status.session,
      forward,
    })),
  );
  if (items.length === 0) {
    void window.showInformationMessage(l10n.t("No port is forwarded."));
    return undefined;
  }
  return window.showQuickPick(items, { placeHolder: l10n.t("Choose a forward") });
}
