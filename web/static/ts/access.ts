// What whoever is signed in may do, as the page tells it. It only keeps buttons away that would be of no use: the server decides.
const roles = ["reviewer", "moderator", "operator", "owner"] as const;

/** Whether the role of who is signed in is at least this one. A page that does not tell has no such buttons. */
export function may(least: (typeof roles)[number]): boolean {
  return roles.indexOf((document.body.dataset["role"] ?? "") as (typeof roles)[number]) >= roles.indexOf(least);
}
