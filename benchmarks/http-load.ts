import { Agent, request } from 'node:http';
import { quantile } from './rounds.ts';

export interface Post {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface Load {
  /** Answers per second. */
  readonly rate: number;
  /** Milliseconds from sending a request to the end of its answer. */
  readonly p99: number;
}

const connections = 8;

/**
 * Sends all posts over {@link connections} kept-alive connections. Each connection sends the next one as soon
 * as the last is answered.
 * @throws {Error} at the first answer that is not 200
 */
export async function load(url: string, posts: readonly Post[]): Promise<Load> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const left = posts.values();
  const times: number[] = [];
  const startedAt = performance.now();
  await Promise.all(
    Array.from({ length: connections }, async () => {
      for (const next of left) times.push(await answerTime(url, next, agent));
    }),
  );
  const took = performance.now() - startedAt;
  agent.destroy();
  return { rate: (posts.length / took) * 1000, p99: quantile(times, 0.99) };
}

function answerTime(url: string, { headers, body }: Post, agent: Agent): Promise<number> {
  const startedAt = performance.now();
  return new Promise((resolve, reject) => {
    request(
      url,
      { method: 'POST', agent, headers: { ...headers, 'content-length': Buffer.byteLength(body) } },
      (answer) => {
        let text = '';
        answer
          .setEncoding('utf8')
          .on('data', (part: string) => {
            text += part;
          })
          .on('end', () => {
            if (answer.statusCode === 200) resolve(performance.now() - startedAt);
            else reject(new Error(`${url} answered ${String(answer.statusCode)}: ${text}`));
          })
          .on('error', reject);
      },
    )
      .on('error', reject)
      .end(body);
  });
}
