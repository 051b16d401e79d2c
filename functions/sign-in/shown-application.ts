import { entryOf } from '../../core/entry-of.ts';
import type { ShownApplication } from '../../pages/sign-in-pages.ts';
import type { SignInDependencies } from './dependencies.ts';

/** Returns the application of a client as pages show it, if there is one that people sign in to. */
export async function shownApplication(
  { signIn, brands }: Pick<SignInDependencies, 'signIn' | 'brands'>,
  clientId: string | undefined,
): Promise<ShownApplication | undefined> {
  const application = clientId === undefined ? undefined : await signIn.findApplication(clientId);
  const brand = application && entryOf(brands, application.brand);
  if (application?.signIn === undefined || brand === undefined) return undefined;
  return { name: application.name, brand, homeUrl: application.signIn.homeUrl };
}
