/** Python and Go in the pod, with debuggers that are the adapters themselves, and what a debugger for Java is told. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before } from "node:test";

import { until } from "../../test/until.js";
import { debuggers, deployShop, goRoot, hit, inDevMode, isDebugging, press, setBreakpoint, standsAt, stop, valueOf } from "./lib/debugging.js";
import { program, variable } from "./lib/editor.js";
import { Scene } from "./lib/scene.js";
import type { Window } from "./lib/screen.js";
import { story } from "./lib/story.js";

let scene: Scene;
let user: Window;
before(async () => {
  scene = await Scene.set({ extensions: ["EXTENSION", "COMPANION_PACKAGE", "STAND_INS_PACKAGE"].map((name) => variable(`NHD_TEST_${name}`)) });
  await deployShop(scene.stage.namespace);
  user = await scene.open();
  await user.show();
});
after(() => scene?.close());
const window = () => scene?.window;

const write = (file: string, lines: readonly string[]): void => writeFileSync(join(scene.source, file), `${lines.join("\n")}\n`);

story("a breakpoint in a Python program in the pod is hit, at the line of the local file", window, async () => {
  write("app.py", [
    "from http.server import BaseHTTPRequestHandler, HTTPServer",
    "",
    "class Shop(BaseHTTPRequestHandler):",
    "    def do_GET(self):",
    "        price = 42",
    "        self.send_response(200)",
    "        self.end_headers()",
    '        self.wfile.write(f"served {price}".encode())',
    "",
    'HTTPServer(("", 8080), Shop).serve_forever()',
  ]);
  write("requirements.txt", []);
  const python = `PYTHONPATH=${debuggers()}/python /usr/bin/python3 -X frozen_modules=off`;
  // The language is told by the folder.
  await inDevMode(scene, user, { command: { debug: [`${python} -m debugpy --listen 0.0.0.0:5678 app.py`] }, debug: { remoteDebugPort: ":5678" } }, async (status) => {
    await setBreakpoint(scene, user, "app.py", 6);
    press(user, "nhd.debug", { session: status.session });
    await until("a debug session", () => isDebugging(user));
    const goOn = await hit(scene, user, status, "app.py", 6);
    assert.equal(await valueOf(user, "price"), "42");
    await user.shot("breakpoint python");
    assert.equal(await goOn(), "served 42");
    await stop(scene, user, status);
  });
});

story("a breakpoint in a Go program in the pod is hit, and a frame of a library that only the pod has can be read", window, async () => {
  write("go.mod", ["module shop", "", "go 1.21"]);
  write("main.go", [
    "package main",
    "",
    'import ("fmt"; "net/http")',
    "",
    "func serve(answer http.ResponseWriter, _ *http.Request) {",
    "\tprice := 42",
    '\tfmt.Fprintf(answer, "served %d", price)',
    "}",
    "",
    "func main() {",
    '\thttp.HandleFunc("/", serve)',
    '\thttp.ListenAndServe(":8080", nil)',
    "}",
  ]);
  const go = `HOME=/tmp GOTOOLCHAIN=local CGO_ENABLED=0 GOCACHE=${debuggers()}/go-cache PATH=${goRoot()}/bin:$PATH`;
  const dlv = `${debuggers()}/bin/dlv debug --headless --listen=:2345 --api-version=2 --output=/tmp/shop`;
  await inDevMode(scene, user, { command: { debug: [`${go} ${dlv}`] }, debug: { language: "go", remoteDebugPort: ":2345" } }, async (status) => {
    await setBreakpoint(scene, user, "main.go", 7);
    press(user, "nhd.debug", { session: status.session });
    await until("a debug session", () => isDebugging(user));
    const goOn = await hit(scene, user, status, "main.go", 7);
    assert.equal(await valueOf(user, "price"), "42");
    await user.shot("breakpoint go");

    // Two frames further up are in Go's own packages.
    const library = join(goRoot(), "src/net/http/server.go");
    const opened = await until("the library's file", async () => {
      // A press is lost where the rows are drawn anew just then.
      await user.page.getByText(/HandlerFunc\.ServeHTTP/).first().click({ timeout: 5000 }).catch(() => undefined);
      await user.page.waitForTimeout(1000);
      return user.host.run((api) => {
        const document = api.window.activeTextEditor?.document;
        return document?.fileName.endsWith("/src/net/http/server.go") === true ? [document.uri.toString(), document.getText()] : undefined;
      });
    });
    assert.deepEqual(opened, [`nhd-pod://${status.session}${library}`, readFileSync(library, "utf8")]);
    await user.shot("library in the pod");
    assert.equal(await goOn(), "served 42");

    // A breakpoint there goes to the debugger by its path in the pod.
    const line = readFileSync(library, "utf8").split("\n").findIndex((text) => text.startsWith("func (f HandlerFunc) ServeHTTP(")) + 2;
    await user.host.run((api, [address, at]) => {
      api.debug.removeBreakpoints(api.debug.breakpoints);
      const location = new api.Location(api.Uri.parse(address), new api.Position(at - 1, 0));
      api.debug.addBreakpoints([new api.SourceBreakpoint(location)]);
    }, [String(opened[0]), line] as [string, number]);
    const { forwards } = await scene.stage.client.forward.list({ session: status.session });
    const port = forwards.find(({ remotePort }) => remotePort === 8080)?.localPort ?? 0;
    void fetch(`http://127.0.0.1:${port}/`).catch(() => undefined);
    await standsAt(user, String(opened[0]), line);
    await stop(scene, user, status);
  });
});

story("a debugger for Java is told where the program is", window, async () => {
  // Something that listens, as a debugger does.
  await inDevMode(scene, user, {
    command: { debug: [`${program().node} -e 'require("node:net").createServer(() => {}).listen(5005)'`] },
    debug: { language: "java", remoteDebugPort: ":5005" },
  }, async (status) => {
    const handed = await user.host.run(async (api, session) => {
      const given = new Promise<{ [key: string]: unknown }>((resolve) => {
        const undo = api.debug.registerDebugConfigurationProvider("java", {
          resolveDebugConfiguration: (_, config) => {
            undo.dispose();
            resolve(config);
            return undefined;
          },
        });
      });
      void api.commands.executeCommand("nhd.debug", { session });
      return given;
    }, status.session);
    const { forwards } = await scene.stage.client.forward.list({ session: status.session });
    const port = forwards.find(({ remotePort }) => remotePort === 5005)?.localPort;
    const { type, request, hostName, port: toldPort } = handed;
    assert.deepEqual({ type, request, hostName, port: toldPort }, { type: "java", request: "attach", hostName: "127.0.0.1", port });
  });
});

story("a debugger that is not in the container is named where it fails", window, async () => {
  await inDevMode(scene, user, { command: { debug: ["dlv debug"] }, debug: { language: "go", remoteDebugPort: ":2345" } }, async ({ session }) => {
    press(user, "nhd.debug", { session });
    const toast = user.toast("The debug command of deployment/shop has ended before its debugger listened on port 2345 (exit code 127).");
    await toast.getByText("There is no dlv in the dev container; use a dev image that has it.").waitFor();
    await user.shot("no debugger in the container");
  });
});
