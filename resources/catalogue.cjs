/**
 * What the deployment takes from catalogue.yml, for `${file(resources/catalogue.cjs):…}` in serverless.yml and
 * the function.yml files. CommonJS, since the framework loads nothing else.
 */
const { createHash } = require('node:crypto');
const { join } = require('node:path');
const { readCatalogueSource } = require('./catalogue-source.ts');
const { mailFromAddresses, mailResources, originOf } = require('./mail-identities.ts');
const { pathRule } = require('./path-rule.ts');
const { productMethods, productRoutes, publicProductMethods } = require('./product-routes.ts');
const { ratePlansVariable } = require('./rate-plans.ts');
const { resourceServers } = require('./resource-servers.ts');
const { thirdPartyProducts } = require('./third-party-products.ts');
const { usagePlanKeyArns, usagePlans } = require('./usage-plans.ts');

const { catalogue, json } = readCatalogueSource(join(__dirname, '../catalogue.yml'));

exports.template = async ({ resolveVariable }) => {
  const [service, stage, environment, instance, gatewayResponses] = await Promise.all(
    ['self:service', 'sls:stage', 'param:environment', 'sls:instanceId', 'file(resources/gateway-responses.yml):Resources'].map(resolveVariable),
  );
  const [mailIdentities, mailConfigurationSet] = await Promise.all(
    ['mailIdentities', 'mailConfigurationSet'].map(async (name) => originOf(name, await resolveVariable(`param:${name}`))),
  );
  const mail = mailResources(catalogue, {
    configurationSet: `${service}-${stage}`, origins: { identities: mailIdentities, configurationSet: mailConfigurationSet },
  });
  const deployment = `ApiGatewayDeployment${instance}`;
  const routes = productRoutes(catalogue, environment);
  const methods = { ...productMethods(routes), ...publicProductMethods(catalogue, routes) };
  return {
    Resources: {
      ...methods,
      ...usagePlans(catalogue, `${service}-${stage}-`),
      ...resourceServers(catalogue),
      ...mail,
    },
    extensions: {
      ...('MailConfigurationSet' in mail && { MailEvents: { DependsOn: ['MailConfigurationSet'] } }),
      [deployment]: {
        // A deployment is a snapshot: it must not be taken before everything is there.
        DependsOn: [...Object.keys(methods), ...Object.keys(gatewayResponses)],
        // The stage is a resource of its own. The framework takes properties out that are null.
        Properties: { StageName: null },
      },
    },
  };
};

exports.pathRule = async ({ resolveVariable }) => {
  const [service, stage] = await Promise.all(['self:service', 'sls:stage'].map(resolveVariable));
  return pathRule(catalogue, `${service}-${stage}`);
};

exports.usagePlanKeys = usagePlanKeyArns(catalogue);
/** Tells whether a decision was made with the same catalogue. */
exports.version = createHash('sha256').update(json).digest('base64url').slice(0, 12);
exports.ratePlans = ratePlansVariable(catalogue);
exports.thirdPartyProducts = thirdPartyProducts(catalogue);
exports.mailFromAddresses = mailFromAddresses(catalogue);
