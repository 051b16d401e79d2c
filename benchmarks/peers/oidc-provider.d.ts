/** The parts of oidc-provider that the benchmark uses. */
declare module 'oidc-provider' {
  import type { KeyObject } from 'node:crypto';
  import type { RequestListener } from 'node:http';

  export default class Provider {
    constructor(issuer: string, configuration: object);
    callback(): RequestListener;
  }

  export abstract class ExternalSigningKey {
    kid: string;
    alg: string;
    abstract keyObject(): KeyObject;
    abstract sign(data: Buffer): Promise<Buffer>;
  }
}
