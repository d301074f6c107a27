import { Notification } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';

import { attempt } from './commands';
import { ENDED, endReason } from './format';
import type { IRemoteSessions, ISession, IStartRequest } from './tokens';

/** Give a window its address, without a way back to this one. */
function addressed(target: Window | null, url: string): void {
  if (target) {
    target.opener = null;
    target.location.replace(url);
  }
}

/**
 * Start an app that opens in a tab of the browser. The tab is opened at once,
 * because browsers allow that only in answer to a click.
 */
export async function openLater(
  sessions: IRemoteSessions,
  request: IStartRequest,
  trans: TranslationBundle
): Promise<void> {
  const title = sessions.app(request.app)?.title ?? request.app;
  const page = window.open('', '_blank');
  if (page) {
    page.document.title = title;
    page.document.body.textContent = trans.__('Starting %1…', title);
  }
  await attempt(trans.__('Cannot start %1', title), async () => {
    try {
      const { id } = await sessions.start(request);
      const session = await settled(sessions, id);
      if (session?.state !== 'running') {
        throw new Error(session ? endReason(session, trans) : '');
      }
      show(page, session, sessions.url(id), trans);
    } catch (error) {
      page?.close();
      throw error;
    }
  });
}

/** Open a session in a new tab of the browser, in answer to a click. */
export function openNow(
  sessions: IRemoteSessions,
  session: ISession,
  trans: TranslationBundle
): void {
  const page = window.open('', '_blank');
  show(page, session, sessions.url(session.id), trans);
}

/** Show it in the tab; or, when the browser allowed none, offer to. */
function show(
  page: Window | null,
  session: ISession,
  url: string,
  trans: TranslationBundle
): void {
  if (page && !page.closed) {
    addressed(page, url);
    return;
  }
  // A window that is there was closed by the user.
  const message = page
    ? trans.__('%1 is running', session.name)
    : trans.__('The browser opened no tab for %1', session.name);
  Notification.info(message, {
    autoClose: false,
    actions: [
      {
        label: trans.__('Open'),
        callback: () => {
          addressed(window.open('', '_blank'), url);
        }
      }
    ]
  });
}

/** The session once it runs or has ended. */
function settled(
  sessions: IRemoteSessions,
  id: string
): Promise<ISession | undefined> {
  return new Promise(resolve => {
    const look = () => {
      const session = sessions.get(id);
      const state = session?.state;
      if (!state || state === 'running' || ENDED.has(state)) {
        sessions.changed.disconnect(look);
        resolve(session);
      }
    };
    sessions.changed.connect(look);
    look();
  });
}
