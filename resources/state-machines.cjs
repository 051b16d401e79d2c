/**
 * The definition of each state machine as text, for `${file(resources/state-machines.cjs):…}`. As text, because
 * CloudFormation takes no `null`, so the framework removes every `"ResultPath": null` from a definition that is an
 * object. CommonJS, since the framework loads nothing else.
 */
const { readFileSync } = require('node:fs');
const { join } = require('node:path');

const definitionString = (name) =>
  JSON.stringify(JSON.parse(readFileSync(join(__dirname, '../state-machines', `${name}.asl.json`), 'utf8')));

exports.onboarding = definitionString('onboarding');
