/** The little of the Kubernetes API that the tests need, over plain HTTPS. */
import { readFileSync } from "node:fs";
import { request } from "node:https";

import { WebSocket } from "ws";
import { parse } from "yaml";

import { kubeconfigPath } from "./laptop.js";

/** What the tests look at in an object of the cluster. */
export interface KubeObject {
  readonly metadata: { readonly uid: string };
  readonly spec?: unknown;
}

/** The kubeconfig of a cluster with certificates inline, as the test cluster has them. */
interface Kubeconfig {
  readonly "current-context": string;
  readonly contexts: readonly { readonly name: string; readonly context: { readonly cluster: string; readonly user: string } }[];
  readonly clusters: readonly {
    readonly name: string;
    readonly cluster: { readonly server: string; readonly "certificate-authority-data": string };
  }[];
  readonly users: readonly {
    readonly name: string;
    readonly user: { readonly "client-certificate-data": string; readonly "client-key-data": string };
  }[];
}

/** How to reach the API server, and as whom. */
interface Access {
  readonly server: string;
  readonly options: { readonly ca: Buffer; readonly cert: Buffer; readonly key: Buffer };
}

const access = readAccess();

function readAccess(): Access {
  const config = parse(readFileSync(kubeconfigPath(), "utf8")) as Kubeconfig;
  const { context } = named(config.contexts, config["current-context"]);
  const { cluster } = named(config.clusters, context.cluster);
  const { user } = named(config.users, context.user);
  return {
    server: cluster.server,
    options: {
      ca: Buffer.from(cluster["certificate-authority-data"], "base64"),
      cert: Buffer.from(user["client-certificate-data"], "base64"),
      key: Buffer.from(user["client-key-data"], "base64"),
    },
  };
}

function named<T extends { readonly name: string }>(list: readonly T[], name: string): T {
  const found = list.find((entry) => entry.name === name);
  if (found === undefined) throw new Error(`the kubeconfig has no ${name}`);
  return found;
}

/** Asks the API server; an answer that is no success is undefined if it is "not found", else an error. */
export function ask(method: string, path: string, body?: unknown): Promise<KubeObject | undefined> {
  const headers = { "content-type": "application/json" };
  return new Promise((resolve, reject) => {
    const asked = request(access.server + path, { ...access.options, method, headers }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on("data", (chunk: Buffer) => chunks.push(chunk));
      answer.on("end", () => {
        const text = Buffer.concat(chunks).toString();
        if (answer.statusCode === 404) resolve(undefined);
        else if ((answer.statusCode ?? 500) >= 300) reject(new Error(`${method} ${path}: ${text}`));
        else resolve(JSON.parse(text) as KubeObject);
      });
    });
    asked.on("error", reject);
    asked.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

/** What a shell command prints in the dev container. */
export function exec(namespace: string, pod: string, script: string): Promise<string> {
  const query = new URLSearchParams({ container: "nocalhost-dev", stdout: "true" });
  for (const word of ["/bin/sh", "-c", script]) query.append("command", word);
  const url = `${access.server.replace(/^http/, "ws")}/api/v1/namespaces/${namespace}/pods/${pod}/exec?${query}`;
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, "v4.channel.k8s.io", access.options);
    let printed = "";
    // The first byte is the channel, of which 1 is the standard output.
    socket.on("message", (data: Buffer) => (printed += data[0] === 1 ? data.subarray(1).toString() : ""));
    socket.on("error", reject);
    socket.on("close", () => resolve(printed));
  });
}
