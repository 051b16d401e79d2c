import { connect } from 'node:net';

/**
 * Sends bytes as they are over a connection of their own, and answers all that comes back, read as Latin-1, until either
 * side closes: we do once nothing more comes. Undefined if the connection was cut.
 */
export function converse(base: string, bytes: Buffer): Promise<string | undefined> {
  const { hostname, port } = new URL(base);
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname);
    const chunks: Buffer[] = [];
    socket
      .on('data', (chunk) => chunks.push(chunk))
      .once('error', () => {
        resolve(undefined);
      })
      .once('close', () => {
        resolve(Buffer.concat(chunks).toString('latin1'));
      });
    socket.end(bytes);
  });
}

/** The statuses in what `converse` answered. */
export const statusesIn = (conversation: string): readonly number[] =>
  [...conversation.matchAll(/(?:^|\n|\})HTTP\/1\.1 (\d{3}) /gu)].map(([, status]) => Number(status));
