/** The ids of the tokens that one scenario has revoked. A token without an id counts as `null`. */
export class RevokedTokens {
  private readonly ids = new Set<string | null>();

  add(id: string | null): void {
    this.ids.add(id);
  }

  has(id: string | null): boolean {
    return this.ids.has(id);
  }
}
