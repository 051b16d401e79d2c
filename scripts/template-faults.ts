import { CelEngine, TemplateFile } from '@aws/cloudformation-validate';

/** Warnings of the validator that are none here. */
const accepted: Readonly<Record<string, string>> = {
  W3005: 'a DependsOn that a reference implies: the framework writes it for every role',
  W9002: 'an ARN by its name: the framework writes it for the rules of EventBridge',
};

// Takes most of a second to make.
const engine = new CelEngine();

/** What AWS's validator has against a template; its remarks (INFO) are advice, and left out. */
export function faultsForAws(file: string): string[] {
  return engine.validateStandard(new TemplateFile(file)).diagnostics
    .filter(({ severity, ruleId }) => severity !== 'INFO' && severity !== 'DEBUG' && !Object.hasOwn(accepted, ruleId))
    .map(({ ruleId, message, entity, propertyPath }) => `${[entity?.logicalId, propertyPath].filter((part) => part !== undefined).join('.')}: ${message} (${ruleId})`);
}
