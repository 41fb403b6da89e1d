const CREDENTIALS = `-H 'Content-Type: application/json' -d '{"username":"alice","password":"correct horse battery staple"}'`;

/** Every route for programs once, ready to be pasted into a shell; without shell comments, which zsh does not take. */
export function walkThrough(url: string): string {
  return `
${url} is up. Users: alice (an administrator) and bob; password: correct horse battery staple
To see cookies at work, open it in a browser. To see tokens in headers, paste this into another shell:

PAIR=$(curl -sS ${url}/auth/login ${CREDENTIALS})
ACCESS=$(node -p 'JSON.parse(process.argv[1]).access_token' "$PAIR")
REFRESH=$(node -p 'JSON.parse(process.argv[1]).refresh_token' "$PAIR")
curl -sS -w ' (%{http_code})\\n' ${url}/greeting
curl -sS -w ' (%{http_code})\\n' ${url}/greeting -H "Authorization: Bearer $ACCESS"
curl -sS -w ' (%{http_code})\\n' ${url}/profile -H "Authorization: Bearer $ACCESS"
curl -sS -w ' (%{http_code})\\n' ${url}/admin/users -H "Authorization: Bearer $ACCESS"
curl -sS -w ' (%{http_code})\\n' ${url}/profile/password -H "Authorization: Bearer $ACCESS" -H 'Content-Type: application/json' -d '{"password":"correct horse battery staple"}'
PAIR=$(curl -sS -X POST ${url}/auth/refresh -H "Authorization: Bearer $REFRESH")
STALE=$(node -p 'JSON.parse(process.argv[1]).access_token' "$PAIR")
curl -sS -w ' (%{http_code})\\n' -X POST ${url}/profile/password -H "Authorization: Bearer $STALE"
curl -sS -w ' (%{http_code})\\n' -X DELETE ${url}/auth/logout -H "Authorization: Bearer $STALE"
curl -sS -w ' (%{http_code})\\n' ${url}/profile -H "Authorization: Bearer $STALE"
`;
}
