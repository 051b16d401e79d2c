import * as z from 'zod';

const line = z.looseObject({ level: z.string(), message: z.string() });
/** Fields that are the same in every line, or that only a log store needs. */
const dull = new Set([
  'level',
  'message',
  'timestamp',
  'service',
  'function_name',
  'function_arn',
  'function_memory_size',
  'function_request_id',
  'cold_start',
  'sampling_rate',
  'xray_trace_id',
  'environment',
]);

/** Returns a JSON log line as one line of text. Returns any other text as it is. */
export function readableLine(text: string): string {
  const parsed = line.safeParse(parseOrUndefined(text));
  if (!parsed.success) return text;
  const { level, message, ...fields } = parsed.data;
  const time = typeof fields['timestamp'] === 'string' ? fields['timestamp'].slice(11, 23) : '';
  const source = fields['function_name'] ?? fields['service'];
  const details = Object.entries(fields)
    .filter(([name]) => !dull.has(name))
    .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
  return [time, level.padEnd(5), typeof source === 'string' ? `[${source}]` : '', message, ...details]
    .filter((part) => part !== '')
    .join(' ')
    .replaceAll(/[\p{Cc}\p{Cf}]/gu, ' ');
}

function parseOrUndefined(text: string): unknown {
  if (!text.startsWith('{')) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Makes this process write its JSON log lines as text, for a person at a terminal. */
export function writeLogsForPeople(): void {
  for (const stream of [process.stdout, process.stderr]) {
    const write = stream.write.bind(stream);
    stream.write = (chunk: string | Uint8Array, ...rest: readonly unknown[]): boolean => {
      const callback = rest.find((each) => typeof each === 'function');
      const text = typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8');
      const readable = text.split('\n').map(readableLine).join('\n');
      return write(readable, (error) => {
        if (callback !== undefined) (callback as (error?: Error | null) => void)(error);
      });
    };
  }
}
