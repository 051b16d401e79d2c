import { relative } from 'node:path';
import type { Reporter, TestModule } from 'vitest/node';

const count = 10;

/** Prints the files that took longest: imports, hooks and tests together. */
export class SlowestFiles implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    if (modules.length < count) return;
    const slowest = modules
      .map((module) => ({ file: relative('', module.moduleId), seconds: secondsOf(module) }))
      .toSorted((one, other) => other.seconds - one.seconds)
      .slice(0, count);
    process.stdout.write(`\nThe ${count} slowest files:\n`);
    for (const { file, seconds } of slowest) {
      process.stdout.write(`${seconds.toFixed(1).padStart(7)} s  ${file}\n`);
    }
  }
}

function secondsOf(module: TestModule): number {
  const { collectDuration, setupDuration, duration } = module.diagnostic();
  return (collectDuration + setupDuration + duration) / 1000;
}
