/** Returns the ids in a text, or in a text and its variables, whose names are no ids. */
function referencesInSub(argument: unknown): string[] {
  const [text, variables = {}] = [argument].flat() as [unknown, object?];
  return [
    ...[...String(text).matchAll(/\$\{([^}.]+)[^}]*\}/g)].flatMap(([, name = '']) =>
      name in variables ? [] : [name],
    ),
    ...referencesIn(variables),
  ];
}

/** Returns the logical ids that Ref, Fn::GetAtt, Fn::Sub and DependsOn name, at any depth. */
export function referencesIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(referencesIn);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value)
    .flatMap(([key, inner]: [string, unknown]) => {
      switch (key) {
        case 'Ref':
          return [String(inner)];
        case 'DependsOn':
          return [inner].flat().map(String);
        case 'Fn::GetAtt':
          return [[inner].flat().join('.').split('.')[0] ?? ''];
        case 'Fn::Sub':
          return referencesInSub(inner);
        default:
          return referencesIn(inner);
      }
    })
    .filter((name) => !name.startsWith('AWS::'));
}
