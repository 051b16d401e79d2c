import * as z from 'zod';
import type { Target } from '../clients/operator.ts';

const clock = z.object({ now: z.string() });

/** Returns the time at a target: the twin's clock may be moved. */
export async function nowAt({ twin }: Target): Promise<Date> {
  if (twin === undefined) return new Date();
  return new Date(clock.parse(await (await fetch(`${twin.gateway}/_twin/clock`)).json()).now);
}

/** Says how long ago something was, in its largest unit: `3 min ago`. */
export function ageBetween(since: string, now: Date): string {
  const seconds = Math.max(0, Math.round((now.getTime() - Date.parse(since)) / 1000));
  if (seconds < 60) return `${seconds} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 2 * 86_400) return `${Math.floor(seconds / 3600)} h ago`;
  return `${Math.floor(seconds / 86_400)} days ago`;
}

/** Replaces control characters, which could change what a terminal shows. */
export const withoutControls = (text: string): string => text.replaceAll(/[\p{Cc}\p{Cf}]/gu, '�');
