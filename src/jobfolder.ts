/**
 * The path of an absolute one below the top of Lab's file browser, as Lab
 * writes it; null when it is not below. `roots`: paths of that top.
 */
export function labPath(path: string, roots: readonly string[]): string | null {
  const plain = path.replace(/\/+$/, '');
  for (const root of path.startsWith('/') ? roots : []) {
    const top = root.replace(/\/+$/, '');
    if (`${plain}/`.startsWith(`${top}/`)) {
      return plain.slice(top.length + 1);
    }
  }
  return null;
}
