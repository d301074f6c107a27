import type { IAppInfo } from './tokens';

/** Apps that cannot be used here, all for the same reason. */
export interface IMissing {
  readonly titles: readonly string[];
  readonly reason: string;
}

/** What cannot be used here and why; each reason once. */
export function missingApps(apps: readonly IAppInfo[]): IMissing[] {
  const found = new Map<string, string[]>();
  for (const { title, reason } of apps.filter(app => app.reason !== '')) {
    found.set(reason, [...(found.get(reason) ?? []), title]);
  }
  return [...found].map(([reason, titles]) => ({ titles, reason }));
}

/** Whether a desktop can be started, as far as is known. */
export function canStartDesktop(apps: readonly IAppInfo[]): boolean {
  const desktop = apps.find(({ name }) => name === 'desktop');
  return apps.length === 0 || desktop?.reason === '';
}
