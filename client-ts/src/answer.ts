/** JSON-RPC's error objects as the errors of this client. */
import { NhdError } from "./errors.js";
import { CANCELLED_CODE, ERROR_CODES, type ErrorData, type ErrorInfo, type ErrorKind } from "./generated/protocol.js";
import { isObject } from "./json.js";

/** Not JSON, no request, no such method, wrong params. */
const REQUEST_CODES = [-32700, -32600, -32601, -32602];

/** The error that an answer's `error` member stands for; never fails, whatever the member is. */
export function answeredError(method: string, error: unknown): NhdError {
  const { code, message, data } = isObject(error) ? error : {};
  const details = isObject(data) ? data : {};
  const info: ErrorInfo = {
    kind: isKind(details["kind"]) ? details["kind"] : kindOf(code),
    message: text(details["message"]) ?? `${method}: ${plainMessage(message, data)}`,
  };
  const [hint, session] = [text(details["hint"]), text(details["session"])];
  if (hint !== undefined) info.hint = hint;
  if (session !== undefined) info.session = session;
  const textCode = text(details["code"]);
  if (textCode !== undefined) info.code = textCode;
  if (isTexts(details["arguments"])) info.arguments = details["arguments"];
  if (isObject(details["data"])) info.data = details["data"] as ErrorData;
  return new NhdError(info);
}

/** The server says in plain text what is wrong with params. */
function plainMessage(message: unknown, data: unknown): string {
  const words = (text(message) ?? "the daemon answered with an error that cannot be read").toLowerCase();
  return typeof data === "string" ? `${words}: ${data}` : words;
}

function kindOf(code: unknown): ErrorKind {
  if (code === CANCELLED_CODE) return "cancelled";
  if (typeof code === "number" && REQUEST_CODES.includes(code)) return "invalidRequest";
  return Object.keys(ERROR_CODES).filter(isKind).find((kind) => ERROR_CODES[kind] === code) ?? "internal";
}

function isKind(value: unknown): value is ErrorKind {
  return typeof value === "string" && Object.hasOwn(ERROR_CODES, value);
}

function text(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function isTexts(value: unknown): value is Record<string, string> {
  return isObject(value) && Object.values(value).every((it) => typeof it === "string");
}
