/**
 * The short form that a function.yml names resources by. ADR 37 says why.
 *
 * - `Table` is the ARN of a resource of this template.
 * - `Table/index/gsi1` is a part of it.
 * - `events:event-bus/default` is an ARN in this account and Region: its service and its resource.
 */
const resourceOfTemplate = /^([A-Z][A-Za-z0-9]*)(\/.+)?$/u;
const resourceOfAccount = /^([a-z0-9-]+):(.+)$/u;

/** The services whose ARNs name no account. */
const withoutAccount: readonly string[] = ['apigateway'];

/** Returns whether a text is a resource in the short form. */
export const isGrantedResource = (text: string): boolean =>
  resourceOfTemplate.test(text) || resourceOfAccount.test(text);

/**
 * Returns the ARN of a resource in the short form, as an intrinsic function of CloudFormation.
 * @throws {Error} if the text is not in the short form
 */
export function arnOfGranted(text: string): Readonly<Record<string, unknown>> {
  const ofTemplate = resourceOfTemplate.exec(text);
  if (ofTemplate !== null) {
    const [, id = '', part] = ofTemplate;
    return part === undefined ? { 'Fn::GetAtt': [id, 'Arn'] } : { 'Fn::Sub': `\${${id}.Arn}${part}` };
  }
  const ofAccount = resourceOfAccount.exec(text);
  if (ofAccount === null) throw new Error(`${text} names no resource`);
  const [, service = '', resource = ''] = ofAccount;
  const account = withoutAccount.includes(service) ? '' : '${AWS::AccountId}';
  return { 'Fn::Sub': `arn:\${AWS::Partition}:${service}:\${AWS::Region}:${account}:${resource}` };
}
