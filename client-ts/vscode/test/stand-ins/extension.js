// What is left of a language's extension where its debugger speaks the editor's protocol itself: where to connect.
const vscode = require("vscode");

exports.activate = ({ subscriptions }) => {
  const stand = (type, addressOf) => {
    const createDebugAdapterDescriptor = ({ configuration }) => {
      const { host, port } = addressOf(configuration);
      return new vscode.DebugAdapterServer(port, host);
    };
    subscriptions.push(vscode.debug.registerDebugAdapterDescriptorFactory(type, { createDebugAdapterDescriptor }));
  };
  stand("debugpy", ({ connect }) => connect);
  stand("go", ({ host, port }) => ({ host, port }));
};
