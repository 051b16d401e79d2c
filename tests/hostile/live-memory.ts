import { once } from 'node:events';
import * as z from 'zod';
import type { TestTwin } from '../support/twin.ts';

/** For `NODE_OPTIONS` of a twin whose memory is to be looked at. */
export const inspectable = '--inspect=127.0.0.1:0';

const answer = z.object({
  id: z.number(),
  result: z.object({ usedSize: z.number().default(0), backingStorageSize: z.number().default(0) }),
});

/**
 * Bytes that the twin holds on to: objects and buffers, once all garbage is collected. What the process takes of the
 * machine tells less, since it is given back late or never. By the inspector (https://chromedevtools.github.io/devtools-protocol/).
 */
export async function liveBytes(twin: TestTwin): Promise<number> {
  const socket = new WebSocket(/ws:\S+/u.exec(twin.log())?.[0] ?? '');
  await once(socket, 'open');
  const ask = async (id: number, method: string) => {
    socket.send(JSON.stringify({ id, method }));
    for (;;) {
      const [message] = z.tuple([z.object({ data: z.string() })]).parse(await once(socket, 'message'));
      const read = answer.safeParse(JSON.parse(message.data));
      if (read.data?.id === id) return read.data.result;
    }
  };
  await ask(1, 'HeapProfiler.collectGarbage');
  const { usedSize, backingStorageSize } = await ask(2, 'Runtime.getHeapUsage');
  socket.close();
  return usedSize + backingStorageSize;
}
