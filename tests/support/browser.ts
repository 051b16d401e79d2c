import { type Browser, chromium } from 'playwright-core';

/**
 * The features that this repeats from Playwright's own `--disable-features`, since a second one replaces it.
 * They keep the browser from calling its maker and from changing how it navigates.
 */
const disabledByPlaywright = [
  'AvoidUnnecessaryBeforeUnloadCheckSync',
  'DestroyProfileOnBrowserClose',
  'HttpsUpgrades',
  'HttpsFirstBalancedModeAutoEnable',
  'LensOverlay',
  'MediaRouter',
  'PaintHolding',
  'ThirdPartyStoragePartitioning',
  'AvoidCorsURLLoaderRestartOnRedirect',
  'OptimizationHints',
  'NetworkTimeServiceQuerying',
  'AimEnabled',
  'PreconnectToSearch',
];

/**
 * The features that start two more processes with every context: one for the address bar's suggestions, and one
 * that waits for the next site. They take half of the processor's time.
 */
const withProcessesOfTheirOwn = [
  'WebUIOmniboxPopup',
  'WebUIOmniboxAimPopup',
  'SpareRendererForSitePerProcess',
];

/**
 * Starts Chromium without a window. The caller closes it.
 * @throws {Error} if it does not start, with what installs it
 */
export async function startBrowser(): Promise<Browser> {
  try {
    return await chromium.launch({
      executablePath: '/usr/bin/chromium',
      args: [
        '--no-sandbox',
        `--disable-features=${[...disabledByPlaywright, ...withProcessesOfTheirOwn].join(',')}`,
      ],
    });
  } catch (cause) {
    throw new Error('Chromium does not start; npm test installs it by scripts/install-test-tools.sh', {
      cause,
    });
  }
}
