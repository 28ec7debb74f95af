// A certified OpenID provider (panva's oidc-provider) with one client and one account, as strict as it comes: PKCE for everybody.
// node server.mjs PORT REDIRECT_URI SECRET
import Provider from "oidc-provider";

const [port, redirectUri, secret] = process.argv.slice(2);
const provider = new Provider(`http://localhost:${port}`, {
  clients: [{ client_id: "atrio", client_secret: secret, redirect_uris: [redirectUri], response_types: ["code"], grant_types: ["authorization_code"] }],
  pkce: { required: () => true },
  claims: { openid: ["sub"], profile: ["name", "locale"], email: ["email", "email_verified"] },
  // What is said of somebody stands in the ID token, as national providers do.
  conformIdTokenClaims: false,
  acrValues: ["substantial"],
  findAccount: (_context, id) => ({
    accountId: id,
    claims: () => ({ sub: id, name: "Ana Lima", locale: "pt-PT", email: "ana@example.org", email_verified: true }),
  }),
});
provider.listen(Number(port), "localhost", () => console.log("ready"));
