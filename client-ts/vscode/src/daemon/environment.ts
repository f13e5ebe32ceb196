/** What a request takes along of this process's environment: what exec plugins need, and what a dev configuration refers to. */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** As `nhd-cli` has them: to find and run exec plugins, to reach the cluster, to log in again. */
const NAMES = new Set(
  ("PATH HOME USER LOGNAME SHELL LANG TMPDIR KUBECONFIG NHD_SYNCTHING HTTP_PROXY http_proxy HTTPS_PROXY https_proxy ALL_PROXY " +
    "all_proxy NO_PROXY no_proxy SSL_CERT_FILE SSL_CERT_DIR XDG_CONFIG_HOME XDG_CACHE_HOME XDG_DATA_HOME XDG_RUNTIME_DIR " +
    "DISPLAY WAYLAND_DISPLAY DBUS_SESSION_BUS_ADDRESS SSH_AUTH_SOCK").split(" "),
);
/** Families of variables of the clouds' own plugins. */
const PREFIXES =
  "AWS_ GOOGLE_ CLOUDSDK_ USE_GKE_ AZURE_ AAD_ ARM_ OCI_ ALIBABA_CLOUD_ DIGITALOCEAN_ TELEPORT_ VAULT_".split(" ");

/** Where a source folder has its dev configuration. */
export const CONFIGURATION = join(".nocalhost", "config.yaml");
/** How many files a configuration may include, as in the daemon. */
const LARGEST_FAMILY = 256;

/** @param source The folder whose dev configuration may refer to more variables. */
export function environmentFor(source: string | undefined, syncthing: string | undefined): { [name: string]: string } {
  const referred = source === undefined ? new Set<string>() : variablesOf(join(source, CONFIGURATION));
  const taken: { [name: string]: string } = {};
  for (const [name, value] of Object.entries(process.env)) {
    if (value === undefined) continue;
    if (NAMES.has(name) || referred.has(name) || PREFIXES.some((prefix) => name.startsWith(prefix))) taken[name] = value;
  }
  if (syncthing !== undefined) taken["NHD_SYNCTHING"] = syncthing;
  return taken;
}

/** The variables that a configuration and what it includes refer to. A file that cannot be read is the daemon's to report. */
function variablesOf(file: string): ReadonlySet<string> {
  const names = new Set<string>();
  const files = [file];
  for (let at = 0; at < files.length && at < LARGEST_FAMILY; at += 1) {
    const path = files[at];
    if (path === undefined || !existsSync(path)) continue;
    const text = readFileSync(path, "utf8");
    for (const [, name] of text.matchAll(/\$\{?([A-Za-z_][A-Za-z0-9_]*)/g)) if (name !== undefined) names.add(name);
    for (const [, included] of text.matchAll(/\$\{_INCLUDE_:-([^|}]+)/g)) {
      const next = included === undefined ? undefined : join(dirname(path), included.trim());
      if (next !== undefined && !files.includes(next)) files.push(next);
    }
  }
  return names;
}
