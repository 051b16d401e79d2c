/** The parts of oidc-provider that the benchmarks and the tests use. */
declare module 'oidc-provider' {
  import type { KeyObject } from 'node:crypto';
  import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';

  interface Grant {
    addOIDCScope(scope: string): void;
    save(): Promise<string>;
  }

  export default class Provider {
    constructor(issuer: string, configuration: object);
    callback(): RequestListener;
    interactionDetails(
      request: IncomingMessage,
      response: ServerResponse,
    ): Promise<{ readonly params: Readonly<Record<string, unknown>> }>;
    interactionFinished(request: IncomingMessage, response: ServerResponse, result: object): Promise<void>;
    readonly Grant: new (content: object) => Grant;
  }

  export abstract class ExternalSigningKey {
    kid: string;
    alg: string;
    abstract keyObject(): KeyObject;
    abstract sign(data: Buffer): Promise<Buffer>;
  }
}
