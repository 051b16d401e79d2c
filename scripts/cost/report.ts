import { assumed, billFor, lines, secondsOf, fixedCharge, type Times } from './bill.ts';
import { acts, type Usages } from './count.ts';
import { prices, pricesOf, region } from './prices.ts';
import type { FixedCosts } from './stack.ts';

/** The sweeps in a month of 30 days, one every five minutes. */
const sweeps = 12 * 24 * 30;

/** A month with this many onboardings. Each is of the most expensive kind, and is picked up once. */
const onboardings = (count: number): Times => ({
  'onboarding that waits for an EWACS account': count,
  'pick-up': count,
  sweep: sweeps,
});

/**
 * A million calls, one a second. The gateway asks the authorizer every 300 seconds, and a token is valid for
 * 900.
 */
const busyCalls: Times = {
  'first call with a token': 1e6 / 300,
  'next call': 1e6 - 1e6 / 300,
  token: 1e6 / 900,
};
/** A million calls without any caching: each call has a token of its own. */
const rareCalls: Times = { 'first call with a token': 1e6, token: 1e6 };

const columns: readonly { readonly title: string; readonly times: Times; readonly clients: number }[] = [
  ...[100, 10_000, 1_000_000].map((count) => ({
    title: `${count.toLocaleString('en-GB')} onboardings`,
    times: onboardings(count),
    clients: count,
  })),
  { title: 'a million calls, busy clients', times: busyCalls, clients: 0 },
  { title: 'a million calls, a token each', times: rareCalls, clients: 0 },
];

/** Returns the tables of docs/cost.md in Markdown. */
export function report(usages: Usages, fixedCosts: FixedCosts): string {
  return [
    '### A month, in US dollars',
    billTable(usages, fixedCosts),
    '### What was counted',
    countTable(usages),
    '### What was assumed',
    assumptions,
    `### List prices of ${region}, ${pricesOf}`,
    priceTable,
  ].join('\n\n');
}

function billTable(usages: Usages, fixedCosts: FixedCosts): string {
  const bills = columns.map(({ times, clients }) => {
    const bill = billFor(times, usages, fixedCosts);
    const fixedPart = clients === 0 ? 0 : fixedCharge(fixedCosts);
    return { bill, fixedPart, sum: lines.reduce((total, line) => total + bill[line], fixedPart) };
  });
  const { keys, secrets, alarms, metrics, dashboards, firewalls, firewallRules } = fixedCosts;
  return table(
    ['', ...columns.map(({ title }) => title)],
    [
      row(
        `fixed: keys ${keys}, secrets ${secrets}, metrics of alarms ${alarms}, metrics of our own ${metrics}, dashboards ${dashboards}, web ACLs ${firewalls}, their rules ${firewallRules}`,
        bills.map(({ fixedPart }) => dollars(fixedPart)),
      ),
      ...lines.map((line) =>
        row(
          line,
          bills.map(({ bill }) => dollars(bill[line])),
        ),
      ),
      row(
        '**together**',
        bills.map(({ sum }) => `**${dollars(sum)}**`),
      ),
      row(
        'besides, where app clients are charged',
        columns.map(({ clients }) => dollars(clients * prices.appClient.usd)),
      ),
    ],
  );
}

function countTable(usages: Usages): string {
  const services = [...new Set(acts.flatMap((act) => Object.keys(usages[act].requests)))].sort();
  const amounts = (amount: (act: (typeof acts)[number]) => string | number) => acts.map(amount);
  return table(
    ['one …', ...acts],
    [
      row(
        'state transitions',
        amounts((act) => usages[act].stateTransitions),
      ),
      row(
        'events in the history',
        amounts((act) => usages[act].workflowEvents),
      ),
      row(
        'Lambda invocations',
        amounts((act) => usages[act].invocations),
      ),
      row(
        'their seconds, by assumption',
        amounts((act) => usages[act].invocations && secondsOf(usages[act]).toFixed(2)),
      ),
      row(
        'API Gateway calls',
        amounts((act) => usages[act].gatewayCalls),
      ),
      row(
        'DynamoDB read units',
        amounts((act) => usages[act].readUnits),
      ),
      row(
        'DynamoDB write units',
        amounts((act) => usages[act].writeUnits),
      ),
      ...services.map((service) =>
        row(
          `requests to ${service}`,
          amounts((act) => usages[act].requests[service] ?? 0),
        ),
      ),
    ],
  );
}

const assumptions = `A function works ${assumed.work} ms and waits for each request: ${Object.entries(
  assumed.waits,
)
  .map(([service, wait]) => `${service} ${wait} ms`)
  .join(
    ', ',
  )}. Of its starts ${assumed.coldShare * 100} % are cold and take ${assumed.coldStart} ms more. It has 512 MB. An invocation writes ${assumed.log.invocation} KB of log, a call of the gateway ${assumed.log.call} KB, an event of an execution ${assumed.log.event} KB.`;

const row = (name: string, values: readonly (string | number)[]): readonly string[] => [
  name,
  ...values.map((value) => (value === 0 ? '–' : String(value))),
];

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map((_, index) => (index === 0 ? '---' : '---:')), ...rows]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');

const dollars = (amount: number): string => {
  if (amount === 0) return '–';
  return amount < 0.01
    ? '< 0.01'
    : amount.toLocaleString('en-GB', { minimumFractionDigits: 2, maximumFractionDigits: 2 });
};

const priceTable = [
  '| US dollars | page | |',
  '| --- | --- | --- |',
  ...Object.values(prices).map(
    ({ words, page, read }) => `| ${words} | <${page}> | ${read ? '' : 'from memory'} |`,
  ),
].join('\n');
