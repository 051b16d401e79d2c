/**
 * What operators watch the deployment by, and a setting that is checked, for `${file(resources/operations.cjs):…}` in serverless.yml. CommonJS,
 * since the framework loads nothing else.
 */
const { alarms, deploymentAlarms } = require('./alarms.ts');
const { dashboard } = require('./dashboard.ts');
const { functionNames, logGroupId } = require('./functions.ts');
const { logMetricFilters } = require('./log-metrics.ts');
const { personalDataDays } = require('./personal-data-days.ts');

exports.deploymentAlarms = deploymentAlarms;

exports.personalDataDays = async ({ resolveVariable }) =>
  personalDataDays(await resolveVariable('param:personalDataDays'));

exports.template = async ({ resolveVariable }) => {
  const stack = (await Promise.all(['self:service', 'sls:stage'].map(resolveVariable))).join('-');
  const encrypted = { Properties: { KmsKeyId: { 'Fn::GetAtt': ['DataKey', 'Arn'] } } };
  return {
    Resources: { ...logMetricFilters(stack), ...alarms(stack), ...dashboard(stack) },
    extensions: Object.fromEntries(functionNames.map((name) => [logGroupId(name), encrypted])),
  };
};
