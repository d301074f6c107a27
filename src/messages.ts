/** Picture quality of a desktop. */
export type Quality = 'auto' | 'lossless' | 'low';

/** What Lab says to the page of a desktop. */
export type LabMessage =
  | { type: 'paste'; text: string; insert?: boolean }
  | { type: 'copy'; id: number }
  | { type: 'screenshot'; id: number }
  | { type: 'quality'; value: Quality }
  | { type: 'layout'; value: string }
  | { type: 'focus' }
  | { type: 'blur' }
  /** Only to a page that is parked: the path of the session that it shall show. */
  | { type: 'adopt'; path: string };

/** How the page of a desktop is doing. */
export type PageStatus = 'connecting' | 'connected' | 'painted' | 'closed';

/** What the page of a desktop says to Lab. */
export type PageMessage =
  | { type: 'status'; status: PageStatus; message?: string }
  | { type: 'copied'; id: number; text: string }
  | { type: 'clipboard'; text: string }
  | { type: 'screenshot'; id: number; data: string }
  | { type: 'release' }
  | { type: 'activity' }
  | { type: 'parked' };

/** Marks messages of this project on both sides. */
export const SOURCE = 'jupyter-remote';

const STATUSES = new Set(['connecting', 'connected', 'painted', 'closed']);

/** The message in `data`, or null when it is not one of ours or malformed. */
export function parseMessage(data: unknown): PageMessage | null {
  if (typeof data !== 'object' || data === null) {
    return null;
  }
  const fields = data as Record<string, unknown>;
  return fields.source === SOURCE && wellFormed(fields)
    ? (fields as PageMessage)
    : null;
}

function wellFormed(fields: Record<string, unknown>): boolean {
  switch (fields.type) {
    case 'status':
      return (
        STATUSES.has(String(fields.status)) && optionalText(fields.message)
      );
    case 'copied':
      return typeof fields.id === 'number' && typeof fields.text === 'string';
    case 'screenshot':
      return typeof fields.id === 'number' && typeof fields.data === 'string';
    case 'clipboard':
      return typeof fields.text === 'string';
    case 'release':
    case 'activity':
    case 'parked':
      return true;
    default:
      return false;
  }
}

function optionalText(value: unknown): boolean {
  return value === undefined || typeof value === 'string';
}
