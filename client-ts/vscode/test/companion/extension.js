// The test's hand in the extension host. It knows nothing of the product.
const { createServer } = require("node:net");
const { join } = require("node:path");
const { createInterface } = require("node:readline");

const vscode = require("vscode");

// We are awake before the product is.
if (process.env.NHD_TEST_CLOCKS !== undefined) require("./clocks.cjs");
if (process.env.NHD_TEST_WAKING !== undefined) require("./waking.cjs");
if (process.env.NHD_TEST_ROWS !== undefined) require("./rows.cjs");

exports.activate = (context) => {
  const folder = process.env.NHD_TEST_COMPANION;
  if (folder === undefined) return;
  const server = createServer((socket) => {
    socket.on("error", () => {});
    createInterface(socket).on("line", async (line) => {
      const { id, source, argument } = JSON.parse(line);
      let answer;
      try {
        answer = { id, value: await (0, eval)(`(${source})`)(vscode, argument, require) };
      } catch (error) {
        answer = { id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
      }
      if (!socket.destroyed) socket.write(`${JSON.stringify(answer)}\n`);
    });
  });
  server.listen(join(folder, `${process.pid}.sock`));
  context.subscriptions.push({ dispose: () => server.close() });
};
