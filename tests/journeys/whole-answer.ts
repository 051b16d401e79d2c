/** All parts of an answer that a caller receives. */
export interface WholeAnswer {
  readonly status: number;
  /**
   * By lower-case name, without connection headers and without those that API Gateway adds to every answer.
   */
  readonly headers: Readonly<Record<string, string>>;
  /** Parsed if it is JSON. */
  readonly body: unknown;
}

/** Of every answer that we give ourselves: tests/contract/twin.test.ts. */
const ofOurOwn = ['strict-transport-security'];
const ofTheConnection = ['connection', 'content-length', 'date', 'keep-alive', 'transfer-encoding'];
/** tests/contract/gateway-*.test.ts covers these headers. */
const ofTheGateway = /^x-amz-apigw-id$|^x-amzn-(?:requestid|trace-id|errortype|remapped-.+)$/u;

export async function wholeAnswer(response: Response): Promise<WholeAnswer> {
  const headers = Object.fromEntries(
    [...response.headers].filter(
      ([name]) => ![...ofTheConnection, ...ofOurOwn].includes(name) && !ofTheGateway.test(name),
    ),
  );
  const text = await response.text();
  return {
    status: response.status,
    headers,
    body: /\bjson\b/u.test(headers['content-type'] ?? '') ? (JSON.parse(text) as unknown) : text,
  };
}

/** Returns a function's answer in the format of RFC 9457. */
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

/** The gateway's own answer to a path that is no route. It leads to the documentation. */
export const noRoute: WholeAnswer = {
  status: 404,
  headers: { 'content-type': 'application/problem+json', link: '</docs>; rel="help"' },
  body: {
    type: 'about:blank',
    title: 'Not Found',
    status: 404,
    code: 'not_found',
    documentation: '/docs',
  },
};
