/** What of a form is kept in the browser's page and in Lab: no secrets. Pure. */
import { kindOf } from './everestports';
import type { IAppDraft } from './everestports';
import { isSecretName, withoutSecretsIn } from './secretnames';
import type { IEverestApp, IEverestPort } from './tokens';

/** A draft without what is not for everybody's eyes. */
export function withoutSecrets(app: IEverestApp, draft: IAppDraft): IAppDraft {
  const open = app.inputs.filter(({ secret }) => !secret);
  const ports = new Map(open.map(port => [port.name, port]));
  const texts = Object.entries(draft.texts).flatMap(([name, text]) => {
    const port = ports.get(name);
    return port ? [[name, openText(port, text)] as const] : [];
  });
  return { ...draft, texts: Object.fromEntries(texts) };
}

/** A text without the secrets in it. */
function openText(port: IEverestPort, text: string): string {
  if (kindOf(port) !== 'json') {
    return text;
  }
  try {
    const value = JSON.parse(text) as unknown;
    const open = withoutSecretsIn(value);
    const same = JSON.stringify(value) === JSON.stringify(open);
    return same ? text : JSON.stringify(open);
  } catch {
    // Half an object: what stands behind the name of a secret cannot be cut out.
    const named = [...text.matchAll(/([\p{L}\p{N}_ -]+)["']?\s*[:=]/gu)];
    return named.some(([, name = '']) => isSecretName(name)) ? '' : text;
  }
}
