import { CelEngine, TemplateFile } from '@aws/cloudformation-validate';

/** Warnings of the validator that do not matter here. */
const accepted: readonly { readonly rule: string; readonly resource?: string; readonly why: string }[] = [
  { rule: 'W3005', why: 'a DependsOn that a reference implies: the framework writes it for every role' },
  { rule: 'W9002', why: 'an ARN by its name: the framework writes it for the rules of EventBridge' },
  { rule: 'W9013', resource: 'ApiDomain', why: 'an account in an ARN: a stage names its certificate' },
];

let sharedEngine: InstanceType<typeof CelEngine> | undefined;

/** Returns the errors and warnings of AWS's validator for a template. Its remarks (INFO) are left out. */
export function faultsForAws(file: string): string[] {
  // Creating the engine takes most of a second.
  sharedEngine ??= new CelEngine();
  return sharedEngine
    .validateStandard(new TemplateFile(file))
    .diagnostics.filter(
      ({ severity, ruleId, entity }) =>
        severity !== 'INFO' && severity !== 'DEBUG' && !isAccepted(ruleId, entity?.logicalId),
    )
    .map(
      ({ ruleId, message, entity, propertyPath }) =>
        `${[entity?.logicalId, propertyPath].filter((part) => part !== undefined).join('.')}: ${message} (${ruleId})`,
    );
}

const isAccepted = (ruleId: string, logicalId: string | undefined): boolean =>
  accepted.some(
    ({ rule, resource }) => rule === ruleId && (resource === undefined || resource === logicalId),
  );
