import validate from 'asl-validator';
import * as z from 'zod';

const definition = z.record(z.string(), z.unknown());

/**
 * Returns why a packaged definition is not valid Amazon States Language. The list is empty if it is valid.
 * @param definitionString the text of the template, with its placeholders
 */
export function faultsOfLanguage(definitionString: string): string[] {
  const filled = definition.parse(
    JSON.parse(
      definitionString.replaceAll(/\$\{\w+\}/g, 'arn:aws:lambda:eu-west-1:123456789012:function:any'),
    ),
  );
  const { isValid, errorsText } = validate(filled);
  return isValid ? [] : [errorsText('; ')];
}
