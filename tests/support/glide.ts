import { execFileSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { runInNewContext } from 'node:vm';

/** A request that a script has sent, with the status of its answer. */
export interface SentRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly status: number;
}

/** A record as business rules see it. String() turns elements into text, and references can be followed. */
export interface GlideRecordStandIn {
  work_notes?: string;
  readonly getTableName: () => string;
  readonly getUniqueValue: () => string;
  readonly update: () => void;
  readonly [element: string]: unknown;
}

export interface GlideInstance {
  readonly properties: Readonly<Record<string, string>>;
  /** The password of the Basic Auth Configuration. */
  readonly secret: string;
}

export function glideRecord(
  table: string,
  sysId: string,
  elements: Readonly<Record<string, unknown>>,
): GlideRecordStandIn {
  return { ...elements, getTableName: () => table, getUniqueValue: () => sysId, update: () => undefined };
}

/**
 * Opens a ServiceNow instance with the parts that docs/servicenow/ uses. Scripts run in a context that has
 * only these stand-ins. As on the platform, a request is answered before the script continues.
 */
export function openInstance({ properties, secret }: GlideInstance) {
  const sent: SentRequest[] = [];
  const queued: { readonly event: string; readonly attempt: string; readonly inMinutes: number }[] = [];

  class RESTMessageV2 {
    readonly #headers: Record<string, string> = {};
    #url = '';
    #body = '';
    setEndpoint(url: string): void {
      this.#url = url;
    }
    setHttpMethod(method: string): void {
      if (method !== 'POST') throw new Error(`unexpected method ${method}`);
    }
    setHttpTimeout(): void {
      /* No request takes that long here. */
    }
    setRequestHeader(name: string, value: string): void {
      this.#headers[name] = value;
    }
    setRequestBody(body: string): void {
      this.#body = body;
    }
    execute() {
      const answer = postNow(this.#url, this.#headers, this.#body);
      sent.push({ url: this.#url, headers: this.#headers, body: this.#body, status: answer.status });
      return { getStatusCode: () => answer.status, getBody: () => answer.body };
    }
  }
  class GlideDateTime {
    seconds = 0;
    addSeconds(seconds: number): void {
      this.seconds += seconds;
    }
  }
  class GlideRecord {
    readonly password = { getDecryptedValue: () => secret };
    readonly #table: string;
    constructor(table: string) {
      this.#table = table;
    }
    get(field: string, value: string): boolean {
      return this.#table === 'sys_auth_profile_basic' && field === 'name' && value === 'Sallyport webhook';
    }
  }
  class GlideCertificateEncryption {
    generateMac(key: string, algorithm: string, data: string): string {
      if (algorithm !== 'HmacSHA256') throw new Error(`unexpected algorithm ${algorithm}`);
      return createHmac('sha256', Buffer.from(key, 'base64')).update(data).digest('base64');
    }
  }
  /** The platform's Prototype.js. */
  const Class = {
    create: () =>
      function create(this: { initialize: () => void }) {
        this.initialize();
      },
  };

  /** Runs a script of docs/servicenow/ after the script include, as the platform does. */
  const run = (script: string, globals: Readonly<Record<string, unknown>>): unknown =>
    runInNewContext(`${source('sallyport-webhook.js')}\n${script}`, {
      Class,
      GlideDateTime,
      GlideRecord,
      GlideCertificateEncryption,
      sn_ws: { RESTMessageV2 },
      gs: {
        getProperty: (name: string, otherwise?: string) => properties[name] ?? otherwise ?? null,
        error: () => undefined,
        eventQueueScheduled: (
          event: string,
          _record: unknown,
          attempt: string,
          _parm2: string,
          due: GlideDateTime,
        ) => queued.push({ event, attempt, inMinutes: due.seconds / 60 }),
      },
      ...globals,
    });

  return {
    sent,
    queued,
    run,
    runFile: (file: string, globals: Readonly<Record<string, unknown>>): unknown =>
      run(source(file), globals),
  };
}

const source = (file: string): string =>
  readFileSync(new URL(`../../docs/servicenow/${file}`, import.meta.url), 'utf8');

/** Posts synchronously, which only another process can do. */
function postNow(
  url: string,
  headers: Readonly<Record<string, string>>,
  body: string,
): { readonly status: number; readonly body: string } {
  const program = `
    const { url, headers, body } = JSON.parse(require('node:fs').readFileSync(0, 'utf8'));
    fetch(url, { method: 'POST', headers, body }).then(async (answer) => console.log(JSON.stringify({ status: answer.status, body: await answer.text() })));`;
  return JSON.parse(
    execFileSync(process.execPath, ['-e', program], {
      input: JSON.stringify({ url, headers, body }),
      encoding: 'utf8',
      stdio: ['pipe', 'pipe', 'ignore'],
    }),
  ) as { status: number; body: string };
}
