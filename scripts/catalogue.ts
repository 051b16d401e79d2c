import { readGivenFile, runCommand } from '../local/command-line.ts';
import { catalogueFaults } from '../resources/catalogue-faults.ts';

/** `npm run catalogue [-- FILE]` */
await runCommand(
  {
    name: 'catalogue',
    about:
      'Checks a catalogue: FILE, or catalogue.yml. Prints each error with its line and column, the value that is\n' +
      'there, and what is allowed. Exits with 1 if there is an error.',
    operands: ['[FILE]'],
  },
  ({ operands: [file = 'catalogue.yml'] }) => {
    const faults = catalogueFaults(readGivenFile(file));
    for (const fault of faults) console.error(`✗ ${file}:${fault}`);
    if (faults.length === 0) console.log(`✓ ${file} is valid`);
    return Promise.resolve(faults.length === 0 ? 0 : 1);
  },
);
