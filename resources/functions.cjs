/**
 * Every function and its role, from functions/<name>/function.yml, for `${file(resources/functions.cjs):…}` in
 * serverless.yml. CommonJS, since the framework loads nothing else.
 */
const { readFunctionFile } = require('./function-file.ts');
const { functionResources, functionSettings } = require('./function-resources.ts');
const { functionNames } = require('./functions.ts');

const files = functionNames.map((name) => [name, readFunctionFile(name)]);

exports.functions = Object.fromEntries(files.map(([name, file]) => [name, functionSettings(name, file)]));
exports.template = {
  Resources: Object.assign({}, ...files.map(([name, file]) => functionResources(name, file))),
};
