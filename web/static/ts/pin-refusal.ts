// Why a line was not pinned.

/** The catalogue's key of why an event was neither pinned nor taken off. The catalogue need not have it; no answer is a broken line. */
export async function pinRefusal(answer: Response | undefined): Promise<string> {
  if (!answer) return "pin.error.network";
  const problem = (await answer.json().catch(() => ({}))) as { code?: string; errors?: { path: string }[] };
  const full = problem.code === "conflict" && problem.errors?.some((e) => e.path === "body.seq");
  return "pin.error." + (full ? "full" : (problem.code ?? "other"));
}
