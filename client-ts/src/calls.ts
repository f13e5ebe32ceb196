/** The methods of the daemon as functions, all made from the protocol's table of methods. */
import { REPEATS, type Methods } from "./generated/protocol.js";

/** The name of a method: `session.start`. */
export type Method = keyof Methods;
/** What a method takes. */
export type Params<M extends Method> = Methods[M]["params"];
/** What a method answers. */
export type Result<M extends Method> = Methods[M]["result"];

/** How a single call is made. */
export interface CallOptions {
  /**
   * Gives the call up: it rejects at once with the kind `cancelled`, and the daemon stops waiting, too. What the call has
   * set going goes on; a session is given up with `session.end`.
   */
  readonly signal?: AbortSignal | undefined;
}

/** A method as a function. Params without a member that is required may be left out. */
export type Call<M extends Method> = (
  ...parameters: {} extends Params<M>
    ? [params?: Params<M>, options?: CallOptions]
    : [params: Params<M>, options?: CallOptions]
) => Promise<Result<M>>;

/** What comes before the dot in a method's name. */
export type Namespace = Method extends `${infer N}.${string}` ? N : never;

/** The methods of one namespace: `start`, `end`, … of `session`. */
export type Calls<N extends Namespace> = {
  readonly [M in keyof Methods as M extends `${N}.${infer Name}` ? Name : never]: Call<M>;
};

/** All methods by namespace and name. */
export type Namespaces = { readonly [N in Namespace]: Calls<N> };

/** Makes the functions, each of which leads to `call` with its method's name. */
export function namespaces(
  call: <M extends Method>(method: M, params: Params<M>, options?: CallOptions) => Promise<Result<M>>,
): Namespaces {
  const made: { [namespace: string]: { [name: string]: unknown } } = {};
  for (const method of Object.keys(REPEATS) as Method[]) {
    const [namespace = "", name = ""] = method.split(".");
    const space = (made[namespace] ??= {});
    space[name] = (params?: Params<Method>, options?: CallOptions) => call(method, params ?? {}, options);
  }
  // The table has exactly the keys of `Methods`, from which the type is made.
  return made as Namespaces;
}
