/**
 * The path of an absolute one below the root of Lab's file browser, as Lab
 * writes it; null when it is not below. A root below the user's home comes as
 * `~/...`, and nobody tells what `~` is.
 */
export function labPath(path: string, root: string): string | null {
  const plain = path.replace(/\/+$/, '');
  const base = root.replace(/\/+$/, '');
  if (!path.startsWith('/')) {
    return null;
  }
  if (base.startsWith('~')) {
    const inside = base.slice(1);
    const at = `${plain}/`.indexOf(`${inside}/`, 1);
    return at < 0 ? null : plain.slice(at + inside.length + 1);
  }
  return `${plain}/`.startsWith(`${base}/`)
    ? plain.slice(base.length + 1)
    : null;
}
