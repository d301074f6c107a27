interface ISession {
  id: string;
  state: string;
}

const over = ['stopped', 'failed', 'lost'];

/** Sessions outlive their server by design, so the tests end theirs while it still runs. */
export default async function stopAll(): Promise<void> {
  const ports = process.env['JUPYTER_REMOTE_UI_PORTS']?.split(' ') ?? [];
  await Promise.all(ports.map(stopSessions));
}

async function stopSessions(port: string): Promise<void> {
  const url = `http://127.0.0.1:${port}/jupyter-remote/sessions`;
  const running = async (): Promise<ISession[]> => {
    const response = await fetch(url);
    const { sessions } = (await response.json()) as { sessions: ISession[] };
    return sessions.filter(session => !over.includes(session.state));
  };
  const deadline = Date.now() + 15_000;
  let left = await running();
  for (const { id } of left) {
    await fetch(`${url}/${id}`, { method: 'DELETE' });
  }
  while (left.length > 0 && Date.now() < deadline) {
    await new Promise(resolve => setTimeout(resolve, 100));
    left = await running();
  }
  if (left.length > 0) {
    throw new Error(
      `Sessions that do not stop: ${left.map(s => s.id).join(', ')}`
    );
  }
}
