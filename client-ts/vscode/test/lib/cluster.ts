/** Workloads for a test's namespace. */
import { ask } from "../../../test/cluster.js";

/** A Deployment, with more in its pods' spec than one container. */
export async function deploy(namespace: string, name: string, spec: { readonly [name: string]: unknown } = {}): Promise<void> {
  const containers = [container("app")];
  const template = { metadata: { labels: { app: name } }, spec: { terminationGracePeriodSeconds: 1, containers, ...spec } };
  const body = { metadata: { name }, spec: { selector: { matchLabels: { app: name } }, template } };
  await ask("POST", `/apis/apps/v1/namespaces/${namespace}/deployments`, body);
}

export function container(name: string): { readonly [name: string]: unknown } {
  return { name, image: "nhd-tests/app:1", imagePullPolicy: "IfNotPresent" };
}
