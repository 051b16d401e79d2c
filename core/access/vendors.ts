/** What onboardings need from outside. A vendor serves each of them, and no rule depends on which one. */
export type Port = 'desk' | 'directory' | 'credentials' | 'gateway' | 'delivery';

/** The vendors of an installation. */
export interface Vendors {
  /** The service that serves each port, by the name that its errors have (`ErrorDetails.service`). */
  readonly services: Readonly<Record<Port, string>>;
  /** What tickets call a service. */
  readonly names: Readonly<Record<string, string>>;
  /** What tickets call everything that serves no port. */
  readonly platform: string;
}
