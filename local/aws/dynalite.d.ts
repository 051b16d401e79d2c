/** dynalite@4 has no types of its own: this is as much of it as is used. */
declare module 'dynalite' {
  import type { Server } from 'node:http';

  /** A DynamoDB as an HTTP server. `path` is a LevelDB folder; the times are in milliseconds. */
  export default function dynalite(options: { readonly path: string; readonly createTableMs: number }): Server;
}
