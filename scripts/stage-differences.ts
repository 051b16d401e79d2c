interface AllowedDifference {
  readonly path: RegExp;
  readonly why: string;
}

/** The properties in which the templates of two stages may differ. */
export const meantToDiffer: readonly AllowedDifference[] = [
  { path: /\.Properties\.Code\.S3Key$/, why: 'the time of the packaging' },
  { path: /\.Environment\.Variables\.SALLYPORT_ENVIRONMENT$/, why: 'the environment that a stage serves' },
  { path: /^Parameters\.(?:OktaUrl|ServicenowUrl)\.Default$/, why: 'the vendors of the environment' },
  {
    path: /\.Environment\.Variables\.PUBLIC_URL\.Fn::If\.2(?:\.Fn::Sub)?$/,
    why: 'the domain, which dev may do without',
  },
  { path: /^Resources\.ApiDomain(?:Mapping|Record)?\./, why: 'the domain, which dev may do without' },
  {
    path: /^Resources\.ApiGatewayRestApi\.Properties\.DisableExecuteApiEndpoint$/,
    why: 'off where there is a domain',
  },
  { path: /^Outputs\.(?:PublicUrl|DomainTarget)\./, why: 'the domain, which dev may do without' },
  { path: /^Resources\.ApiStage\.Properties\.StageName$/, why: 'the name of the stage' },
  { path: /\.Environment\.Variables\.API_STAGE$/, why: 'the name of the stage' },
  {
    path: /^Resources\.(?:OperatorApi|AuthorizerFlush|OktaEvents|SignIn|Token|UserSweep)Role\.Properties\.Policies\.0\.PolicyDocument\.Statement\.\d+\.Resource\.Fn::Sub$/,
    why: 'the cache is that of the stage',
  },
  { path: /^Outputs\.ServiceEndpoint\.Value\./, why: 'the address has the stage in it' },
  {
    path: /^Resources\.Method\w+\.Properties\.Integration\.Uri$/,
    why: 'the backends of the environment, from the catalogue',
  },
  {
    path: /^Resources\.OnboardingLive\.Properties\.DeploymentPreference\.Type$/,
    why: 'dev tries nothing out: it is where things are tried',
  },
  { path: /^Resources\.Alerts\.Properties\.Subscription\.0\.Endpoint$/, why: 'who is told' },
  {
    path: /^Resources\.(?:Table|UserPool|OperatorPool|LinkKey|CodeKey|ApiKeyValueKey|SealingKey|ProviderSecretKey|DataKey|SigningKeyBlue|SigningKeyGreen)\.(?:DeletionPolicy|UpdateReplacePolicy)$/,
    why: 'dev may be torn down',
  },
  {
    path: /^Resources\.(?:Table\.Properties\.DeletionProtectionEnabled|(?:User|Operator)Pool\.Properties\.DeletionProtection)$/,
    why: 'dev may be torn down',
  },
];

/**
 * Returns the paths of the properties in which the templates of two stages differ, apart from the stages' own
 * names. Each maps to the difference that allows it, or to `undefined`.
 */
export function stageDifferences(
  one: { readonly stage: string; readonly template: unknown },
  other: { readonly stage: string; readonly template: unknown },
): ReadonlyMap<string, AllowedDifference | undefined> {
  const left = properties(withoutStage(one.template, one.stage));
  const right = properties(withoutStage(other.template, other.stage));
  const paths = new Set([...left.keys(), ...right.keys()]);
  return new Map(
    [...paths]
      .filter((path) => left.get(path) !== right.get(path))
      .map((path) => [path, meantToDiffer.find((allowed) => allowed.path.test(path))]),
  );
}

/**
 * Removes the stage's name, which occurs in names of resources, and the number that each deployment of the
 * API has.
 */
function withoutStage(template: unknown, stage: string): unknown {
  const text = JSON.stringify(template)
    .replaceAll(new RegExp(`sallyport-${stage}\\b`, 'g'), 'sallyport-<stage>')
    .replaceAll(`Sallyport${stage}`, 'Sallyport<stage>')
    .replaceAll(/(ApiGatewayDeployment)\d+/g, '$1');
  return JSON.parse(text);
}

/** Returns every value that is no object or list, by its path. */
function properties(value: unknown, path: readonly string[] = []): ReadonlyMap<string, unknown> {
  if (typeof value !== 'object' || value === null) return new Map([[path.join('.'), value]]);
  return new Map(
    Object.entries(value).flatMap(([key, inner]: [string, unknown]) => [
      ...properties(inner, [...path, key]),
    ]),
  );
}
