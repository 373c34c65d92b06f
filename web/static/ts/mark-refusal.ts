// Why a line was not pinned, or not hidden.

/** The catalogue's key of why nothing was done to an event. The catalogue need not have it; no answer is a broken line. */
export async function markRefusal(what: "pin" | "hide", answer: Response | undefined): Promise<string> {
  if (!answer) return `${what}.error.network`;
  const problem = (await answer.json().catch(() => ({}))) as { code?: string; errors?: { path: string }[] };
  const full = what === "pin" && problem.code === "conflict" && problem.errors?.some((e) => e.path === "body.seq");
  return `${what}.error.${full ? "full" : (problem.code ?? "other")}`;
}
