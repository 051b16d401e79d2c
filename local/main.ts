import { configurationOf } from './configuration.ts';
import { startTwin } from './twin.ts';

/** `npm start`: the twin, until Ctrl-C. */
try {
  const twin = await startTwin({ ...configurationOf(process.env), log: (line) => console.log(JSON.stringify(line)) });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      void twin.stop().then(() => process.exit(0));
    });
  }
  console.log(`ready ${twin.urls.gateway}`);
  await twin.warm();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
