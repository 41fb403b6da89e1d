const CREDENTIALS = `-H 'Content-Type: application/json' -d '{"username":"alice","password":"correct horse battery staple"}'`;

/** Calls every route for programs once. The text has no shell comments, because zsh does not accept them in a paste. */
export function walkThrough(url: string): string {
  return `
The sample runs at ${url}. Users: alice (an administrator) and bob. Password: correct horse battery staple
Open it in a browser to try cookies, or ${url}/openapi to try every route.
To try tokens in headers, paste this into another shell:

PAIR=$(curl -sS ${url}/auth/login ${CREDENTIALS})
ACCESS=$(node -p 'JSON.parse(process.argv[1]).access_token' "$PAIR")
REFRESH=$(node -p 'JSON.parse(process.argv[1]).refresh_token' "$PAIR")
curl -sS -w ' (%{http_code})\\n' ${url}/greeting
curl -sS -w ' (%{http_code})\\n' ${url}/greeting -H "Authorization: Bearer $ACCESS"
curl -sS -w ' (%{http_code})\\n' ${url}/profile -H "Authorization: Bearer $ACCESS"
curl -sS -w ' (%{http_code})\\n' ${url}/admin/users -H "Authorization: Bearer $ACCESS"
curl -sS ${url}/graphql -H "Authorization: Bearer $ACCESS" -H 'Content-Type: application/json' -d '{"query":"{ notes }"}'
curl -sS -w ' (%{http_code})\\n' ${url}/profile/password -H "Authorization: Bearer $ACCESS" -H 'Content-Type: application/json' -d '{"password":"correct horse battery staple"}'
PAIR=$(curl -sS -X POST ${url}/auth/refresh -H "Authorization: Bearer $REFRESH")
STALE=$(node -p 'JSON.parse(process.argv[1]).access_token' "$PAIR")
curl -sS -w ' (%{http_code})\\n' -X POST ${url}/profile/password -H "Authorization: Bearer $STALE"
curl -sS -w ' (%{http_code})\\n' -X DELETE ${url}/auth/logout -H "Authorization: Bearer $STALE"
curl -sS -w ' (%{http_code})\\n' ${url}/profile -H "Authorization: Bearer $STALE"
`;
}
