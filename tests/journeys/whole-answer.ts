/** All that a caller is told. */
export interface WholeAnswer {
  readonly status: number;
  /** By lower-case name, without those of the connection, and those that API Gateway gives every answer. */
  readonly headers: Readonly<Record<string, string>>;
  /** Parsed where it is JSON. */
  readonly body: unknown;
}

const ofTheConnection = ['connection', 'content-length', 'date', 'keep-alive', 'transfer-encoding'];
/** tests/contract/gateway-*.test.ts have these. */
const ofTheGateway = /^x-amz-apigw-id$|^x-amzn-(?:requestid|trace-id|errortype|remapped-.+)$/u;

export async function wholeAnswer(response: Response): Promise<WholeAnswer> {
  const headers = Object.fromEntries(
    [...response.headers].filter(([name]) => !ofTheConnection.includes(name) && !ofTheGateway.test(name)),
  );
  const text = await response.text();
  return {
    status: response.status,
    headers,
    body: /\bjson\b/u.test(headers['content-type'] ?? '') ? (JSON.parse(text) as unknown) : text,
  };
}

/** An answer of RFC 9457 from a function. */
export const problem = (
  status: number,
  code: string,
  title: string,
  more: object = {},
  headers: Readonly<Record<string, string>> = {},
): WholeAnswer => ({
  status,
  headers: { 'content-type': 'application/problem+json', 'cache-control': 'no-store', ...headers },
  body: { type: 'about:blank', title, status, code, ...more },
});
