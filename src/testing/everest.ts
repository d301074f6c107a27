import type { IEverestAccount, IEverestApp, IEverestPort } from '../tokens';

const LABEL = 'JupyterLab';

/** An account that works. */
export function account(
  changes: Partial<IEverestAccount> = {}
): IEverestAccount {
  return {
    name: 'work',
    url: 'https://everest.example',
    username: 'ada',
    label: LABEL,
    created: '2026-11-20T10:00:00.000Z',
    expires: '2026-11-27T10:00:00.000Z',
    left: 604_800,
    ends: Date.parse('2026-11-27T10:00:00.000Z'),
    scheme: 'bearer',
    kept: 'keyring',
    warning: '',
    backend: 'everest:work',
    ...changes
  };
}

/** An input or output. */
export function port(
  name: string,
  changes: Partial<IEverestPort> = {}
): IEverestPort {
  return {
    name,
    title: name,
    description: '',
    type: 'string',
    items: '',
    file: false,
    required: false,
    secret: false,
    enum: null,
    default: null,
    ...changes
  };
}

/** An application with these inputs. */
export function application(...inputs: IEverestPort[]): IEverestApp {
  return {
    id: '0'.repeat(24),
    alias: 'me/app',
    name: 'app',
    annotation: '',
    description: '',
    inputs,
    outputs: []
  };
}
