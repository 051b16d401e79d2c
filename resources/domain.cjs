/**
 * What follows from the parameter domainName, for `${file(resources/domain.cjs):…}` in serverless.yml.
 * CommonJS, since the framework loads nothing else.
 */
const { domainFaults, domainResources, publicUrl } = require('./domain.ts');

exports.publicUrl = async ({ resolveVariable }) => {
  const [domainName, stage] = await Promise.all(['param:domainName', 'sls:stage'].map(resolveVariable));
  return publicUrl(domainName, stage);
};

exports.hasDomain = async ({ resolveVariable }) => await resolveVariable('param:domainName') !== '';

exports.template = async ({ resolveVariable }) => {
  const [domainName, certificateArn, hostedZoneId, region, service, stage, url] = await Promise.all([
    'param:domainName', 'param:certificateArn', 'param:hostedZoneId', 'opt:region, self:provider.region',
    'self:service', 'sls:stage', 'param:publicUrl',
  ].map(resolveVariable));
  const domain = { domainName, certificateArn, hostedZoneId };
  const faults = domainFaults(domain, region);
  if (faults.length > 0) {
    throw new Error(`The domain of stage ${stage} cannot be used:\n${faults.join('\n')}`);
  }
  return {
    Resources: domainResources(domain, `${service}-${stage}`),
    Outputs: {
      PublicUrl: { Description: 'What partners are told', Value: url },
      ...(domainName !== '' && {
        DomainTarget: {
          Description: `Where the DNS record of ${domainName} points to`,
          Value: { 'Fn::GetAtt': ['ApiDomain', 'RegionalDomainName'] },
        },
      }),
    },
  };
};
