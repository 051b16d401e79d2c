/**
 * The definition of each state machine as text, for `${file(resources/state-machines.cjs):…}`. As text, because
 * CloudFormation takes no `null`, so the framework removes every `"ResultPath": null` from a definition that is an
 * object. CommonJS, since the framework loads nothing else.
 */
const { readFileSync } = require('node:fs');
const { join } = require('node:path');

function definitionString(name) {
  const file = `state-machines/${name}.asl.json`;
  try {
    return JSON.stringify(JSON.parse(readFileSync(join(__dirname, '..', file), 'utf8')));
  } catch (cause) {
    throw new Error(`${file} cannot be read: ${cause.message}`, { cause });
  }
}

exports.onboarding = definitionString('onboarding');
