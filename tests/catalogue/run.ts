import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { runCommand } from '../../local/command-line.ts';
import { inEditedProject, vitestIn } from './edited-project.ts';

/** `npm run test:catalogue [-- FILE…]` */
await runCommand(
  {
    name: 'test:catalogue',
    about:
      'Runs the tests, or those of each FILE, in a copy of the project whose catalogue.yml was edited: more\n' +
      'products, regions, brands and rate plans, and other titles, hosts, colours, groups and limits.',
    operands: ['[FILE…]'],
  },
  ({ operands }) =>
    inEditedProject(async (folder) => {
      const child = spawn(process.execPath, vitestIn(folder, operands), { cwd: folder, stdio: 'inherit' });
      const [exitCode] = (await once(child, 'close')) as [number | null];
      return exitCode ?? 1;
    }),
);
