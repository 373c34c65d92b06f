// Why something a page asked of the panel was not done.
import type { Texts } from "./i18n";

/** The API's code of a refusal; "network" where nobody answered, "unauthorized" where the answer is the page one signs in at, "" where it was done. */
export async function refusal(answer: Response | undefined): Promise<string> {
  if (!answer) return "network";
  if (answer.redirected && new URL(answer.url).pathname === "/login") return "unauthorized";
  if (answer.ok) return "";
  const problem = (await answer.json().catch(() => ({}))) as { code?: string };
  return problem.code ?? byStatus[answer.status] ?? "internal";
}

// Of pages, which answer in words.
const byStatus: Record<number, string> = { 401: "unauthorized", 403: "forbidden", 404: "not_found", 409: "conflict", 422: "invalid", 429: "limited", 503: "unavailable" };

/** What was not done, and why. */
export function because(what: string, code: string, texts: Texts): string {
  return texts.t("refused.because", { What: what, Why: texts.find(`refused.${code}`) ?? texts.t("refused.internal") });
}
