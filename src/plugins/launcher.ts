import type {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { ILauncher } from '@jupyterlab/launcher';
import { ITranslator } from '@jupyterlab/translation';
import { DisposableSet } from '@lumino/disposable';

import { CommandIDs } from '../commandids';
import { IRemoteSessions } from '../tokens';

/** Between the consoles (20) and the rest (100). */
const CATEGORY_RANK = 50;

/** Cards that stand first; all others follow by title. */
const RANKS: Readonly<Record<string, number>> = { desktop: 1, program: 2 };

/** One card for each app. */
export const launcher: JupyterFrontEndPlugin<void> = {
  id: 'jupyterlab-remote:launcher',
  description: 'Adds the category "Remote" to the launcher.',
  autoStart: true,
  requires: [IRemoteSessions, ILauncher, ITranslator],
  activate: (
    _: JupyterFrontEnd,
    sessions: IRemoteSessions,
    items: ILauncher,
    translator: ITranslator
  ): void => {
    const trans = translator.load('jupyter_remote');
    const category = trans.__('Remote');
    let shown: readonly string[] = [];
    let apps: unknown = null;
    let cards = new DisposableSet();
    const show = () => {
      const names = cardNames(sessions);
      if (sessions.apps === apps && names.join() === shown.join()) {
        return;
      }
      [apps, shown] = [sessions.apps, names];
      cards.dispose();
      cards = new DisposableSet();
      for (const name of names) {
        cards.add(items.add({ ...cardOf(name), category }));
      }
    };
    sessions.changed.connect(show);
    show();
  }
};

/** Apps with a card; those of our own also when the server fails to list any. */
function cardNames({ apps, freshness }: IRemoteSessions): string[] {
  if (apps.length === 0) {
    return freshness === 'error' ? Object.keys(RANKS) : [];
  }
  return apps
    .filter(({ name, launcher }) => launcher || name in RANKS)
    .map(({ name }) => name);
}

function cardOf(name: string): ILauncher.IItemOptions {
  const ranks = { rank: RANKS[name] ?? 10, categoryRank: CATEGORY_RANK };
  return name === 'program'
    ? { command: CommandIDs.startProgram, ...ranks }
    : { command: CommandIDs.startSession, args: { app: name }, ...ranks };
}
